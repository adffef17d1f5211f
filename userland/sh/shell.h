/*
 * State of the shell that all parts share, and its option flags (`set -e`, …).
 */
#ifndef SHELL_H
#define SHELL_H

#include <stdbool.h>
#include <sys/types.h>

enum option {
  OPTION_ERREXIT,
  OPTION_NOGLOB,
  OPTION_IGNOREEOF,
  OPTION_INTERACTIVE,
  OPTION_MONITOR,
  OPTION_NOEXEC,
  OPTION_STDIN,
  OPTION_XTRACE,
  OPTION_VERBOSE,
  OPTION_VI,
  OPTION_EMACS,
  OPTION_NOCLOBBER,
  OPTION_ALLEXPORT,
  OPTION_NOTIFY,
  OPTION_NOUNSET,
  OPTION_PRIVILEGED,
  OPTION_NOLOG,
  OPTION_DEBUG,
  OPTION_PIPEFAIL,
  OPTION_HASHALL,
  OPTION_COUNT
};

struct shell {
  const char *name;      /* $0 */
  const char *command;   /* builtin that runs, named in messages */
  int line;              /* line of the command that runs */
  int status;            /* $? */
  pid_t pid;             /* $$ */
  pid_t last_background; /* $!, 0 if there was none */
  bool interactive;      /* reads commands from a person */
  bool subshell;         /* a forked copy of the shell */
  bool command_string;   /* started with -c */
  bool option[OPTION_COUNT];
};

extern struct shell shell;

#endif
