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

/* Dispositions of an interactive shell. */
void signals_begin_interactive(void);
/* Makes SIGCHLD interrupt sigsuspend. */
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
void signal_ignore(int number);
void signal_default(int number);

/* Whether a trap would have to run some time, so that the shell must stay. */
bool traps_set(void);
/* Runs the EXIT trap, at most once. */
void trap_run_exit(void);

int builtin_trap(int argc, char **argv);

#endif
