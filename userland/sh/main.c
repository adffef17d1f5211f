/*
 * sh: a POSIX shell (IEEE Std 1003.1, Shell & Utilities, chapter 2). This file reads the invocation and runs
 * the start-up files and the commands. Beneath: the C library's POSIX functions.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "editor.h"
#include "error.h"
#include "execute.h"
#include "expand.h"
#include "history.h"
#include "input.h"
#include "jobs.h"
#include "options.h"
#include "output.h"
#include "parameters.h"
#include "parser.h"
#include "prompt.h"
#include "redirect.h"
#include "shell.h"
#include "stack.h"
#include "traps.h"
#include "variables.h"

enum { END_OF_FILES_IGNORED = 50 };

/* Runs a start-up file; it need not be there. */
static void run_profile(const char *path) {
  int fd = open(path, O_RDONLY);
  if (fd >= 0) fd = private_descriptor(fd);
  if (fd < 0) return;
  int depth = input_depth();
  struct catcher catcher;
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_EXIT) shell_exit();
  if (exception != EXCEPTION_NONE) return;
  input_push_file(fd);
  execute_input(0);
  input_unwind(depth);
  flow.skip = SKIP_NONE;
  catcher_end(&catcher);
}

static void run_profiles(bool login) {
  struct arena_mark mark = arena_mark(&scratch);
  if (login) {
    run_profile("/etc/profile");
    struct buffer path = buffer_new(&scratch);
    buffer_string(&path, variable_text("HOME"));
    buffer_string(&path, "/.profile");
    run_profile(buffer_finish(&path));
  }
  const char *file = variable_get("ENV");
  if (shell.interactive && file && *file) run_profile(prompt_expand(file));
  arena_release(&scratch, mark);
}

/* One turn of an interactive shell; false at the end of input. */
static bool run_interactive_line(void) {
  struct script *script = script_new();
  struct node *node;
  script_hold(script);
  jobs_notify();
  enum parse_result result = parse_line(script, &node);
  if (result == PARSE_COMMAND) execute(node, 0);
  if (signal_pending) signals_handle();
  flow.skip = SKIP_NONE;
  script_let_go();
  return result != PARSE_END;
}

static bool may_end(void) {
  static int ends;
  if (!shell.option[OPTION_IGNOREEOF] || ++ends >= END_OF_FILES_IGNORED) return true;
  error_string("\nUse \"exit\" to leave shell.\n");
  return false;
}

/* Reads and runs commands of a person, who goes on after errors and interrupts. */
static void run_interactive(void) {
  for (;;) {
    struct catcher catcher;
    enum exception exception = CATCH(catcher);
    if (exception == EXCEPTION_EXIT) shell_exit();
    if (exception != EXCEPTION_NONE) {
      /* The terminal has shown ^C. */
      if (exception == EXCEPTION_INTERRUPT) error_string("\n");
      input_discard();
      continue;
    }
    while (run_interactive_line() || !may_end()) {
    }
    catcher_end(&catcher);
    return;
  }
}

static void open_script(const char *path) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) {
    shell.line = 0;
    warn("cannot open %s: %s", path, error_text(errno, false));
    _exit(errno == ENOENT || errno == ENOTDIR ? 127 : 126);
  }
  fd = private_descriptor(fd);
  input_push_file(fd);
}

/* What is run, after the options: a string, a file or standard input. */
static char **take_operands(char **operands, const struct invocation *invocation) {
  if (invocation->command) {
    if (!*operands) {
      shell.line = 0;
      fail("-c requires an argument");
    }
    char *text = *operands++;
    shell.command_string = true;
    if (*operands) shell.name = *operands++;
    input_push_text(text, 1);
  } else if (*operands && !shell.option[OPTION_STDIN]) {
    open_script(*operands);
    shell.name = *operands++;
  } else {
    shell.option[OPTION_STDIN] = true;
    input_push_stdin();
  }
  return operands;
}

static int count_of(char **items) {
  int count = 0;
  while (items[count]) count++;
  return count;
}

static void start(int argc, char **argv, char **environment) {
  struct invocation invocation = {false, false, false};
  shell.pid = getpid();
  if (argc > 0) shell.name = argv[0];
  invocation.login = *shell.name == '-';
  variables_begin(environment);
  int index = argc > 0 ? options_parse(argc, argv, &invocation) : argc;
  char **operands = argv + index;
  bool on_terminal = !invocation.command && (!*operands || shell.option[OPTION_STDIN]) && isatty(0) && isatty(2);
  shell.interactive = shell.option[OPTION_INTERACTIVE] || on_terminal;
  shell.option[OPTION_INTERACTIVE] = shell.interactive;
  operands = take_operands(operands, &invocation);
  parameters_set(count_of(operands), operands);
  if (shell.interactive) {
    shell.option[OPTION_MONITOR] = true;
    shell.option[OPTION_EMACS] = shell.option[OPTION_STDIN];
    signals_begin_interactive();
  }
  if (shell.option[OPTION_MONITOR]) options_changed();
  prompt_begin();
  run_profiles(invocation.login);
  if (shell.interactive) history_load();
}

int main(int argc, char **argv) {
  extern char **environ;
  struct catcher catcher;
  stack_begin(&argc);
  enum exception exception = CATCH(catcher);
  if (exception != EXCEPTION_NONE) shell_exit();
  start(argc, argv, environ);
  if (shell.interactive && shell.option[OPTION_STDIN]) run_interactive();
  else execute_input(shell.interactive ? 0 : EXECUTE_LAST);
  shell_exit();
}
