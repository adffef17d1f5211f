/* The table of option flags and the builtin set; see options.h. */
#include "options.h"

#include <string.h>

#include "arena.h"
#include "error.h"
#include "jobs.h"
#include "output.h"
#include "parameters.h"
#include "traps.h"
#include "variables.h"

struct shell shell = {.name = "sh"};

struct option_row {
  const char *name;
  char letter; /* 0: none */
};

static const struct option_row rows[OPTION_COUNT] = {
    [OPTION_ERREXIT] = {"errexit", 'e'},     [OPTION_NOGLOB] = {"noglob", 'f'},
    [OPTION_IGNOREEOF] = {"ignoreeof", 'I'}, [OPTION_INTERACTIVE] = {"interactive", 'i'},
    [OPTION_MONITOR] = {"monitor", 'm'},     [OPTION_NOEXEC] = {"noexec", 'n'},
    [OPTION_STDIN] = {"stdin", 's'},         [OPTION_XTRACE] = {"xtrace", 'x'},
    [OPTION_VERBOSE] = {"verbose", 'v'},     [OPTION_VI] = {"vi", 'V'},
    [OPTION_EMACS] = {"emacs", 'E'},         [OPTION_NOCLOBBER] = {"noclobber", 'C'},
    [OPTION_ALLEXPORT] = {"allexport", 'a'}, [OPTION_NOTIFY] = {"notify", 'b'},
    [OPTION_NOUNSET] = {"nounset", 'u'},     [OPTION_PRIVILEGED] = {"privileged", 'p'},
    [OPTION_NOLOG] = {"nolog", 0},           [OPTION_DEBUG] = {"debug", 0},
    [OPTION_PIPEFAIL] = {"pipefail", 0},     [OPTION_HASHALL] = {"hashall", 'h'},
};

char *options_letters(void) {
  struct buffer letters = buffer_new(&scratch);
  for (int i = OPTION_COUNT - 1; i >= 0; i--) {
    if (shell.option[i] && rows[i].letter) buffer_char(&letters, rows[i].letter);
  }
  return buffer_finish(&letters);
}

void options_changed(void) {
  jobs_control(shell.option[OPTION_MONITOR]);
}

/* Whether an option was refused: a profile that asks for it is read on all the same. */
static bool refused;

static void set_option(int option, bool on) {
  if (option == OPTION_VI && on) {
    warn("-o vi: the line editor has no vi mode, only emacs");
    refused = true;
    return;
  }
  shell.option[option] = on;
}

static void set_by_letter(char letter, bool on) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    if (rows[i].letter != letter || !letter) continue;
    set_option(i, on);
    return;
  }
  fail("Illegal option %c%c", on ? '-' : '+', letter);
}

static void set_by_name(const char *name, bool on) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    if (strcmp(rows[i].name, name) != 0) continue;
    set_option(i, on);
    return;
  }
  fail("Illegal option %co %s", on ? '-' : '+', name);
}

static void print_options(bool as_commands) {
  if (!as_commands) out_string("Current option settings\n");
  for (int i = 0; i < OPTION_COUNT; i++) {
    if (as_commands) out_format("set %co %s\n", shell.option[i] ? '-' : '+', rows[i].name);
    else out_format("%-16s%s\n", rows[i].name, shell.option[i] ? "on" : "off");
  }
}

int options_parse(int argc, char **argv, struct invocation *invocation) {
  int index = 1;
  for (; index < argc; index++) {
    const char *argument = argv[index];
    bool on = *argument == '-';
    if (!on && *argument != '+') break;
    if (strcmp(argument, "--") == 0 || (on && !argument[1])) {
      if (invocation) invocation->operands_begin = true;
      /* "set -" turns tracing off. */
      if (!argument[1] && !invocation) shell.option[OPTION_XTRACE] = shell.option[OPTION_VERBOSE] = false;
      index++;
      break;
    }
    for (const char *letter = argument + 1; *letter; letter++) {
      if (invocation && *letter == 'c') invocation->command = true;
      else if (invocation && *letter == 'l') invocation->login = on;
      else if (*letter == 'o') {
        if (index + 1 >= argc) {
          print_options(!on);
          continue;
        }
        set_by_name(argv[++index], on);
      } else set_by_letter(*letter, on);
    }
  }
  return index;
}

int builtin_set(int argc, char **argv) {
  if (argc == 1) {
    variables_print("", 0);
    return 0;
  }
  refused = false;
  int index = options_parse(argc, argv, NULL);
  options_changed();
  bool operands = index < argc || strcmp(argv[index - 1], "--") == 0;
  if (operands) parameters_set(argc - index, argv + index);
  return refused;
}
