/* Positional parameters, shift and getopts. */
#ifndef PARAMETERS_H
#define PARAMETERS_H

struct parameters {
  char **items; /* owned, and so are the strings, if owned is set */
  int count;
  int shifted; /* items in front that shift has dropped; they are behind items */
  int owned;
  int option_index;    /* OPTIND of getopts in this list */
  int option_position; /* within the argument; 0: at its beginning */
};

extern struct parameters parameters;

/* Replaces the list by copies. */
void parameters_set(int count, char **items);
/* Lends a list for the time of a function call or dot script and returns the one before. */
struct parameters parameters_lend(int count, char **items);
void parameters_restore(struct parameters saved);

/* OPTIND was assigned. */
void getopts_restart(int index);

int builtin_shift(int argc, char **argv);
int builtin_getopts(int argc, char **argv);

#endif
