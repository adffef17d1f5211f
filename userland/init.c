/*
 * Process 1. It runs /etc/rc once, if there is one, and then collects every process that loses its parent. Signals of
 * the keyboard are not for it.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ignored[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGHUP, SIGPIPE};

static void run_startup_file(void) {
  if (access("/etc/rc", R_OK)) return;
  pid_t pid = fork();
  if (pid == 0) {
    sigset_t none = 0;
    sigprocmask(SIG_SETMASK, &none, 0);
    signal(SIGCHLD, SIG_DFL);
    for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_DFL);
    execl("/bin/sh", "sh", "/etc/rc", (char *)0);
    _exit(127);
  }
}

static void wake(int signal) {
  (void)signal;
}

int main(void) {
  for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
  /* Without children there is nothing to wait for; the SIGCHLD of one that is handed over must not be missed. */
  sigset_t child = 0, none = 0;
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, 0);
  signal(SIGCHLD, wake);
  run_startup_file();
  for (;;)
    if (wait(0) < 0 && errno == ECHILD) sigsuspend(&none);
}
