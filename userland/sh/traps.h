/*
 * Signals and traps (POSIX XCU trap). A handler only notes the signal; the executor acts on it between
 * commands.
 */
#ifndef TRAPS_H
#define TRAPS_H

#include <signal.h>
#include <stdbool.h>

/* Non-zero while a caught signal waits for signals_handle. */
extern volatile sig_atomic_t signal_pending;
/* Non-zero when a watched child may have ended since it was set to 0. */
extern volatile sig_atomic_t children_changed;

/* Dispositions of an interactive shell. */
void signals_begin_interactive(void);
/* Makes SIGCHLD interrupt sigsuspend and be noted in children_changed. */
void signals_watch_children(void);
/* Runs the traps of the signals that came; raises an interrupt after SIGINT in an interactive shell. */
void signals_handle(void);
/* Raises the interrupt if one is pending. */
void check_interrupt(void);
bool signal_interrupted(void);
/* As if SIGINT had come: a foreground job was ended by it. */
void signal_interrupt(void);
/* A signal with a trap that has come and was not handled yet, or 0. */
int signal_trapped(void);
/* True once after the window's size changed. */
bool signal_window_changed(void);

/* In a forked shell: traps go back to their defaults. */
void signals_enter_child(void);
/* Before the shell becomes another program: what it does with signals for its own sake goes back to what it was. */
void signals_begin_command(void);
void signal_ignore(int number);
/* The same, for what this process begins too. */
void signal_ignore_inherited(int number);
void signal_default(int number);

/* Whether a trap would have to run some time, so that the shell must stay. */
bool traps_set(void);
/* Runs the EXIT trap, at most once. */
void trap_run_exit(void);
/*
 * What exit and return without an operand return: the status from before the trap action that they end, if
 * they run in one that was begun at this depth of functions; otherwise "$?".
 */
enum { TRAP_ANY_DEPTH = -1 };
int trap_status(int functions);

/* In a command substitution: `trap` without operands prints what its shell has set, as in saved=$(trap). */
void traps_print_outer(void);

int builtin_trap(int argc, char **argv);

#endif
