/* Names and descriptions of signals. */
#ifndef SIGNAL_NAMES_H
#define SIGNAL_NAMES_H

enum { LAST_SIGNAL = 64 };

/* Without "SIG"; the number as text if there is no name; "EXIT" for 0. */
const char *signal_name(int number);
/* From a name, with or without "SIG", in any case, or a number; -1 if there is none such. */
int signal_number(const char *text);
/* What `sh` says of a job that the signal ended. */
const char *signal_description(int number);

#endif
