/*
 * What the utilities share: messages in the form `prog: file: message`, options with --help, quoting, file modes,
 * directory listings, whole writes. Declarations only for programs of this system; no standard has them.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* argv[0], for messages. */
extern const char *program_name;

/* Messages go to stderr, after what is in stdout's buffer. The _errno forms add ": " and the error's text. */
void complain(const char *format, ...) PRINTF_LIKE(1, 2);
void complain_errno(const char *format, ...) PRINTF_LIKE(1, 2);
_Noreturn void die(int status, const char *format, ...) PRINTF_LIKE(2, 3);
_Noreturn void die_errno(int status, const char *format, ...) PRINTF_LIKE(2, 3);
/* Points at --help and exits. */
_Noreturn void usage_error(int status);

/* Flushes stdout; status, or `failure` with a message if what was written did not reach its place. */
int finish_with(int status, int failure);
/* finish_with a failure of 1. */
int finish(int status);

struct option;
/* A program's command line: letters as for getopt, long names (or null), text for --help, exit status of wrong options.
 */
struct command_line {
  const char *letters;
  const struct option *names;
  const char *help;
  int failure;
};
/* Next option as getopt_long; handles --help and wrong options by exiting. */
int next_option(int argc, char **argv, const struct command_line *line);
/* --help of a program without options, as its only argument. "--" is skipped: returns the index of the first operand.
 */
int no_options(int argc, char **argv, const char *help);

/* 'name' in quotes as a shell reads it. The result is valid for a few calls. */
const char *quoted(const char *name);
/* name, in quotes only if a shell would need them. */
const char *quoted_if_needed(const char *name);

void *must_malloc(size_t size);
void *must_realloc(void *block, size_t size);
char *must_strdup(const char *s);
char *must_format(const char *format, ...) PRINTF_LIKE(1, 2);

/* Writes all bytes; false with errno if it cannot. */
int write_all(int fd, const void *buffer, size_t size);
/* Opens an operand for reading: "-" is standard input. -1 after a message. */
int open_input(const char *name);
FILE *open_input_stream(const char *name);
void close_input_stream(FILE *stream);

/* directory/name, allocated; without a second slash. */
char *join_path(const char *directory, const char *name);
/* Last component without trailing slashes, allocated. */
char *last_component(const char *path);
struct name_list {
  char **names;
  size_t count;
};
/* The names in a directory but . and .., in its order; false with errno. Frees by free_names. */
int list_directory(const char *path, struct name_list *list);
/** Of an open directory, which is closed in any case. */
int list_open_directory(int fd, struct name_list *list);
void free_names(struct name_list *list);

/* "drwxr-xr-x" and NUL. */
void mode_text(mode_t mode, char text[11]);
/* A mode as chmod takes it, octal or symbolic, applied to a mode. False if it is malformed. */
int apply_mode(const char *text, mode_t mode, int is_directory, mode_t mask, mode_t *result);

/* Number with an optional suffix: b c w k K M G T (and kB, MB… of 1000). False if malformed or too large. */
int parse_size(const char *text, unsigned long long *value);
/* Order of names by the numbers in them, as sort -V: below, equal or above 0. */
int compare_versions(const char *a, size_t a_length, const char *b, size_t b_length);
/* 1.5K, 20M…, at most four characters; rounded up. */
void human_size(unsigned long long bytes, char text[8]);
/* "2026-01-31 12:00:00", "@123.5", "now", … as touch -d and date -d take them. False if not understood. */
struct timespec;
int parse_date(const char *text, struct timespec *result);
/* Columns of the terminal at fd, or of COLUMNS, or 80. */
int terminal_width(int fd);
/* Whether an answer read from stdin begins with y or Y. */
int answered_yes(void);

/*
 * Backslash escapes of echo and printf at *at (behind the backslash). Returns the byte, -1 for \c; -2 and no progress
 * if it is none. In echo's form octal numbers begin with 0.
 */
int read_escape(const char **at, int echo_form);
