/* break, continue, return, exit, eval, ., exec, command; see control.h. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builtins.h"
#include "command.h"
#include "error.h"
#include "execute.h"
#include "input.h"
#include "jobs.h"
#include "number.h"
#include "redirect.h"
#include "shell.h"
#include "traps.h"
#include "variables.h"

int builtin_break(int argc, char **argv) {
  int levels = argc > 1 ? parse_number(argv[1]) : 1;
  if (levels <= 0) fail("Illegal number: %s", argv[1]);
  if (!flow.loops) return 0;
  flow.skip = *argv[0] == 'b' ? SKIP_BREAK : SKIP_CONTINUE;
  flow.levels = levels < flow.loops ? levels : flow.loops;
  return 0;
}

int builtin_return(int argc, char **argv) {
  int status = argc > 1 ? parse_number(argv[1]) : trap_status(flow.functions);
  /* Outside of functions and dot scripts it ends what is being read. */
  flow.skip = SKIP_RETURN;
  return status;
}

int builtin_exit(int argc, char **argv) {
  static bool warned;
  if (shell.interactive && !warned) {
    for (struct job *job = jobs; job; job = job->next) {
      if (job_state(job) != JOB_STOPPED) continue;
      warned = true;
      shell.command = NULL;
      warn("You have stopped jobs.");
      return 1;
    }
  }
  shell.status = argc > 1 ? parse_number(argv[1]) : trap_status(TRAP_ANY_DEPTH);
  raise_exception(EXCEPTION_EXIT);
}

int builtin_eval(int argc, char **argv) {
  struct buffer text = buffer_new(&scratch);
  for (int i = 1; i < argc; i++) {
    if (i > 1) buffer_char(&text, ' ');
    buffer_string(&text, argv[i]);
  }
  if (!text.length) return 0;
  execute_text(buffer_finish(&text), shell.line, flow.builtin_flags);
  return shell.status;
}

/* The file that a name without slash stands for: the first readable one on the PATH. */
static const char *dot_path(const char *name) {
  if (strchr(name, '/')) return name;
  for (const char *next = variable_text("PATH"); next; next = *next ? next + 1 : NULL) {
    struct stat status;
    struct buffer path = buffer_new(&scratch);
    size_t length = strcspn(next, ":");
    buffer_bytes(&path, next, length);
    if (length) buffer_char(&path, '/');
    buffer_string(&path, name);
    next += length;
    if (stat(buffer_finish(&path), &status) == 0 && S_ISREG(status.st_mode)) return path.text;
  }
  fail("%s: not found", name);
}

int builtin_dot(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  builtin_option(&options, "");
  if (options.index >= argc) return 0;
  const char *path = dot_path(argv[options.index]);
  int fd = open(path, O_RDONLY);
  if (fd < 0) fail("cannot open %s: %s", path, error_text(errno, false));
  fd = private_descriptor(fd);
  if (fd < 0) fail("%s: %s", path, strerror(errno));
  unsigned flags = flow.builtin_flags;
  shell.command = NULL;
  input_push_file(fd);
  execute_input(flags);
  if (flow.skip == SKIP_RETURN) flow.skip = SKIP_NONE;
  input_pop();
  return shell.status;
}

int builtin_exec(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  builtin_option(&options, "");
  char **words = argv + options.index;
  if (!*words) return 0;
  struct command command = {.kind = COMMAND_FILE, .path = *words};
  if (!strchr(*words, '/')) command = command_search(*words, variable_text("PATH"));
  bool controlled = jobs_controlled();
  jobs_control(false);
  signals_begin_command();
  shell.status = command_run_file(&command, words);
  if (!shell.interactive) raise_exception(EXCEPTION_EXIT);
  signals_begin_interactive();
  jobs_control(controlled);
  raise_exception(EXCEPTION_ERROR);
}

int builtin_command(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int option;
  unsigned search = 0;
  int verbose = 0;
  while ((option = builtin_option(&options, "pvV"))) {
    if (option == 'p') search |= SEARCH_DEFAULT_PATH;
    else verbose = option;
  }
  /* Without -v and -V it comes here only if there is nothing to run. */
  if (!verbose || options.index >= argc) return 0;
  return command_describe(argv[options.index], verbose == 'V', search);
}
