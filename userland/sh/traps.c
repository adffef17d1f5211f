/* Signals and traps; see traps.h. Beneath: sigaction. */
#include "traps.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "builtins.h"
#include "error.h"
#include "execute.h"
#include "number.h"
#include "output.h"
#include "shell.h"
#include "signal-names.h"

enum { SIGNALS = 65 };

enum disposition { UNKNOWN, DEFAULT, CAUGHT, IGNORED, ALWAYS_IGNORED };

volatile sig_atomic_t signal_pending;
volatile sig_atomic_t children_changed;

static volatile sig_atomic_t arrived[SIGNALS];
static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t window_changed;

/* Action per signal, 0 is EXIT: NULL default, "" ignored. */
static char *traps[SIGNALS];
/* Those of the shell that forked this subshell; in a command substitution `trap` prints them until it sets one. */
static char *outer_traps[SIGNALS];
static bool prints_outer_traps;
static unsigned char dispositions[SIGNALS];
static bool was_ignored[SIGNALS]; /* when the shell or the subshell began, and trap has not changed it since */
static bool began_interactive;
static bool job_signals;

/* The trap action that runs: "$?" from before it (-1: none runs) and how deep in functions it began. */
static int status_before = -1;
static int functions_before;

static void on_signal(int number) {
  if (number == SIGWINCH) window_changed = 1;
  if (number == SIGCHLD) children_changed = 1;
  if (number == SIGINT && !traps[SIGINT]) {
    interrupted = 1;
    signal_pending = 1;
  } else if (traps[number]) {
    arrived[number] = 1;
    signal_pending = 1;
  }
}

/* Finds out what is done with a signal. Only an interactive shell may change what was ignored when it began. */
static void learn(int number) {
  struct sigaction action;
  if (dispositions[number] != UNKNOWN || sigaction(number, NULL, &action) < 0) return;
  was_ignored[number] = action.sa_handler == SIG_IGN;
  dispositions[number] = !was_ignored[number] ? DEFAULT : began_interactive ? IGNORED : ALWAYS_IGNORED;
}

static void install(int number, enum disposition disposition) {
  struct sigaction action;
  learn(number);
  if (dispositions[number] == disposition || dispositions[number] == ALWAYS_IGNORED) return;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = disposition == CAUGHT ? on_signal : disposition == IGNORED ? SIG_IGN : SIG_DFL;
  sigaction(number, &action, NULL);
  dispositions[number] = (unsigned char)disposition;
}

/* What a program that the shell begins does with a signal without a trap. */
static enum disposition inherited(int number) {
  return was_ignored[number] ? IGNORED : DEFAULT;
}

/* What the shell does with a signal, given its trap. */
static enum disposition wanted(int number) {
  if (traps[number]) return *traps[number] ? CAUGHT : IGNORED;
  if (number == SIGCHLD && dispositions[number] == CAUGHT) return CAUGHT;
  if (!shell.interactive || shell.subshell) return inherited(number);
  if (number == SIGINT || number == SIGWINCH) return CAUGHT;
  if (number == SIGQUIT || number == SIGTERM) return IGNORED;
  if (job_signals && (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)) return IGNORED;
  return inherited(number);
}

static void refresh(int number) {
  if (number && number != SIGKILL && number != SIGSTOP) install(number, wanted(number));
}

void signals_begin_interactive(void) {
  static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU};
  began_interactive = began_interactive || shell.interactive;
  job_signals = shell.option[OPTION_MONITOR];
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) refresh(signals[i]);
}

void signals_watch_children(void) {
  if (!traps[SIGCHLD]) install(SIGCHLD, CAUGHT);
}

void check_interrupt(void) {
  if (!interrupted) return;
  interrupted = 0;
  shell.status = 128 + SIGINT;
  raise_exception(EXCEPTION_INTERRUPT);
}

bool signal_interrupted(void) {
  return interrupted;
}

void signal_interrupt(void) {
  interrupted = 1;
  signal_pending = 1;
}

int signal_trapped(void) {
  for (int number = 1; number < SIGNALS; number++) {
    if (arrived[number]) return number;
  }
  return 0;
}

bool signal_window_changed(void) {
  bool changed = window_changed;
  window_changed = 0;
  return changed;
}

/* Runs an action; "$?" is what it was before, unless the action returns from a function. */
static void run_action(const char *action) {
  int status = shell.status;
  int outer_status = status_before;
  int outer_functions = functions_before;
  /* The action may change its own trap while it runs. */
  char *copy = arena_copy(&scratch, action, strlen(action));
  struct catcher catcher;
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) {
    status_before = status;
    functions_before = flow.functions;
    execute_text(copy, shell.line, 0);
    catcher_end(&catcher);
  }
  status_before = outer_status;
  functions_before = outer_functions;
  if (exception != EXCEPTION_NONE) raise_exception(exception);
  if (!flow.skip) shell.status = status;
}

int trap_status(int functions) {
  bool ends_action = status_before >= 0 && (functions == TRAP_ANY_DEPTH || functions == functions_before);
  return ends_action ? status_before : shell.status;
}

void signals_handle(void) {
  signal_pending = 0;
  check_interrupt();
  for (int number = 1; number < SIGNALS; number++) {
    if (!arrived[number]) continue;
    arrived[number] = 0;
    if (!traps[number] || !*traps[number]) continue;
    struct arena_mark mark = arena_mark(&scratch);
    run_action(traps[number]);
    arena_release(&scratch, mark);
  }
}

static void set_trap(int number, const char *action) {
  free(traps[number]);
  traps[number] = action ? memory_copy(action) : NULL;
  arrived[number] = 0;
  learn(number);
  was_ignored[number] = false;
  refresh(number);
}

void signals_begin_command(void) {
  for (int number = 1; number < SIGNALS; number++) {
    bool own = dispositions[number] == IGNORED || dispositions[number] == CAUGHT;
    if (own && !traps[number]) install(number, inherited(number));
  }
}

void signals_enter_child(void) {
  interrupted = 0;
  signal_pending = 0;
  children_changed = 0;
  status_before = -1;
  prints_outer_traps = false;
  for (int number = 0; number < SIGNALS; number++) {
    arrived[number] = 0;
    free(outer_traps[number]);
    outer_traps[number] = traps[number] ? memory_copy(traps[number]) : NULL;
    if (traps[number] && *traps[number]) {
      free(traps[number]);
      traps[number] = NULL;
    }
  }
  signals_begin_command();
}

void signal_ignore(int number) {
  install(number, IGNORED);
}

void signal_ignore_inherited(int number) {
  install(number, IGNORED);
  was_ignored[number] = true;
}

void signal_default(int number) {
  install(number, DEFAULT);
}

bool traps_set(void) {
  for (int number = 0; number < SIGNALS; number++) {
    if (traps[number] && *traps[number]) return true;
  }
  return false;
}

void trap_run_exit(void) {
  if (!traps[0]) return;
  char *action = traps[0];
  traps[0] = NULL;
  run_action(action);
  free(action);
}

void traps_print_outer(void) {
  prints_outer_traps = true;
}

static void print_traps(void) {
  for (int number = 0; number < SIGNALS; number++) {
    const char *action = traps[number] || !prints_outer_traps ? traps[number] : outer_traps[number];
    if (!action) continue;
    out_string("trap -- ");
    out_quoted(action);
    out_format(" %s\n", signal_name(number));
  }
}

int builtin_trap(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  builtin_option(&options, "");
  char **operands = argv + options.index;
  int count = argc - options.index;
  if (!count) {
    print_traps();
    return 0;
  }
  const char *action = NULL;
  if (count > 1 && !is_number(*operands)) action = *operands++;
  if (action && strcmp(action, "-") == 0) action = NULL;
  prints_outer_traps = false;
  for (; *operands; operands++) {
    int number = signal_number(*operands);
    if (number < 0) {
      warn("%s: bad trap", *operands);
      return 1;
    }
    set_trap(number, action);
  }
  return 0;
}
