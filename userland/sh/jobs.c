/* Jobs; see jobs.h. */
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "error.h"
#include "execute.h"
#include "input.h"
#include "number.h"
#include "output.h"
#include "redirect.h"
#include "shell.h"
#include "traps.h"

/* Ended background jobs that nobody has waited for are kept up to this number. */
enum { KEPT_JOBS = 256 };

struct job *jobs;

static bool controlled;
static int terminal = -1;
static pid_t shell_group;
static pid_t first_group; /* the process group before job control began */
static struct termios terminal_modes;

static int job_count;

int status_code(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  if (WIFSTOPPED(status)) return 128 + WSTOPSIG(status);
  return 128 + WTERMSIG(status);
}

enum job_state job_state(const struct job *job) {
  bool stopped = false;
  for (int i = 0; i < job->count; i++) {
    if (job->processes[i].running) return JOB_RUNNING;
    if (job->processes[i].stopped) stopped = true;
  }
  return stopped ? JOB_STOPPED : JOB_DONE;
}

int job_status(const struct job *job) {
  for (int i = job->count - 1; i >= 0; i--) {
    int code = status_code(job->processes[i].status);
    if (code || !shell.option[OPTION_PIPEFAIL]) return code;
  }
  return 0;
}

static void move_to_front(struct job *job) {
  struct job **slot = &jobs;
  while (*slot != job) slot = &(*slot)->next;
  *slot = job->next;
  job->next = jobs;
  jobs = job;
}

void job_forget(struct job *job) {
  struct job **slot = &jobs;
  while (*slot != job) slot = &(*slot)->next;
  *slot = job->next;
  for (int i = 0; i < job->count; i++) free(job->processes[i].text);
  free(job->processes);
  free(job);
  job_count--;
}

/* A script that never waits must not gather ended jobs for ever. */
static void forget_oldest(void) {
  struct job *oldest = NULL;
  jobs_collect(false);
  for (struct job *job = jobs; job; job = job->next) {
    if (job->background && job_state(job) == JOB_DONE) oldest = job;
  }
  if (oldest) job_forget(oldest);
}

static int free_number(void) {
  int number = 1;
  for (struct job *job = jobs; job; job = job->next) {
    if (job->number >= number) number = job->number + 1;
  }
  return number;
}

struct job *job_new(bool background) {
  if (job_count >= KEPT_JOBS) forget_oldest();
  struct job *job = memory_alloc(sizeof *job);
  *job = (struct job){.next = jobs, .number = free_number(), .controlled = controlled, .background = background};
  jobs = job;
  job_count++;
  return job;
}

static void forget_all(void) {
  while (jobs) job_forget(jobs);
}

/* The shell may be in the background now, where changes of the terminal raise SIGTTOU: it may have a trap for that. */
static void begin_terminal_change(sigset_t *before) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  sigprocmask(SIG_BLOCK, &stop, before);
}

static void end_terminal_change(const sigset_t *before) {
  sigprocmask(SIG_SETMASK, before, NULL);
}

static void give_terminal(pid_t group) {
  sigset_t before;
  if (terminal < 0) return;
  begin_terminal_change(&before);
  tcsetpgrp(terminal, group);
  end_terminal_change(&before);
}

void subshell_begin(void) {
  shell.subshell = true;
  signals_enter_child();
  shell.interactive = false;
  input_close_files();
  redirect_forget();
  forget_all();
  controlled = false;
}

static void enter_job(struct job *job, bool first) {
  bool background = job->background;
  if (job->controlled) {
    pid_t group = first ? getpid() : job->group;
    setpgid(0, group);
    if (!background) give_terminal(group);
    subshell_begin();
    return;
  }
  subshell_begin();
  if (!background) return;
  signal_ignore_inherited(SIGINT);
  signal_ignore_inherited(SIGQUIT);
  if (first) {
    int null = open("/dev/null", O_RDONLY);
    if (null > 0) {
      dup2(null, 0);
      close(null);
    }
  }
}

static pid_t fork_or_fail(void) {
  pid_t pid = fork();
  if (pid < 0) fail_shell("Cannot fork");
  return pid;
}

pid_t job_fork(struct job *job, const struct node *node) {
  char *text = job->controlled && node ? node_text(node) : NULL;
  bool first = job->count == 0;
  pid_t pid = fork();
  if (pid < 0) {
    if (first) job_forget(job);
    fail_shell("Cannot fork");
  }
  if (pid == 0) {
    enter_job(job, first);
    return 0;
  }
  if (first) job->group = pid;
  /* Both sides do it: whoever comes first, the group is there for the other. */
  if (job->controlled) setpgid(pid, job->group);
  job->processes = memory_grow(job->processes, (size_t)(job->count + 1) * sizeof *job->processes);
  job->processes[job->count++] = (struct process){.pid = pid, .running = true, .text = text ? memory_copy(text) : NULL};
  if (job->background) {
    shell.last_background = pid;
    signals_watch_children();
    /* It may have ended before its signal was caught. */
    children_changed = 1;
  }
  return pid;
}

pid_t fork_helper(void) {
  pid_t pid = fork_or_fail();
  if (pid == 0) subshell_begin();
  return pid;
}

int process_wait(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 127;
  }
  return status_code(status);
}

static void note_status(pid_t pid, int status) {
  for (struct job *job = jobs; job; job = job->next) {
    for (int i = 0; i < job->count; i++) {
      struct process *process = &job->processes[i];
      if (process->pid != pid || (!process->running && !process->stopped)) continue;
      process->running = WIFCONTINUED(status);
      process->stopped = WIFSTOPPED(status);
      process->status = status;
      if (job_state(job) != JOB_RUNNING) job->changed = true;
      return;
    }
  }
}

bool jobs_collect(bool blocking) {
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, (blocking ? 0 : WNOHANG) | (controlled ? WUNTRACED : 0));
    if (pid > 0) {
      note_status(pid, status);
      if (blocking) return true;
      continue;
    }
    if (pid < 0 && errno == EINTR) {
      if (blocking) return true;
      continue;
    }
    return pid == 0;
  }
}

static void take_terminal_back(const struct job *job) {
  if (!job->controlled) return;
  give_terminal(shell_group);
  int last = job->processes[job->count - 1].status;
  /* A program that was ended or stopped may have left the terminal in any mode. */
  if (terminal >= 0 && !WIFEXITED(last)) tcsetattr(terminal, TCSADRAIN, &terminal_modes);
  else if (terminal >= 0) tcgetattr(terminal, &terminal_modes);
}

int job_wait(struct job *job) {
  while (job_state(job) == JOB_RUNNING) {
    if (!jobs_collect(true)) break;
  }
  int last = job->processes[job->count - 1].status;
  int code = job_status(job);
  take_terminal_back(job);
  if (job_state(job) == JOB_STOPPED) {
    struct arena_mark mark = arena_mark(&scratch);
    job->background = true;
    job->changed = false;
    move_to_front(job);
    if (shell.interactive) {
      error_string("\n");
      error_string(job_line(job, JOB_FORMAT_NORMAL));
    }
    arena_release(&scratch, mark);
    return code;
  }
  job_report_end(job);
  bool interrupted = job->controlled && WIFSIGNALED(last) && WTERMSIG(last) == SIGINT;
  job_forget(job);
  if (interrupted && shell.interactive) signal_interrupt();
  return code;
}

static struct job *job_by_pid(pid_t pid) {
  for (struct job *job = jobs; job; job = job->next) {
    for (int i = 0; i < job->count; i++) {
      if (job->processes[i].pid == pid) return job;
    }
  }
  return NULL;
}

static struct job *job_by_mark(char mark) {
  for (struct job *job = jobs; job; job = job->next) {
    if (job_mark(job) == mark) return job;
  }
  return NULL;
}

static struct job *job_by_text(const char *text, const char *name) {
  bool anywhere = *text == '?';
  struct job *found = NULL;
  if (anywhere) text++;
  for (struct job *job = jobs; job; job = job->next) {
    const char *command = job->processes[0].text;
    if (!command || !job->number) continue;
    if (anywhere ? !strstr(command, text) : strncmp(command, text, strlen(text)) != 0) continue;
    if (found) fail("%s: ambiguous", name);
    found = job;
  }
  return found;
}

struct job *job_lookup(const char *name) {
  struct job *job = NULL;
  if (*name != '%') {
    if (!is_number(name)) fail("No such job: %s", name);
    return job_by_pid(parse_number(name));
  }
  const char *text = name + 1;
  if (!*text || strcmp(text, "%") == 0 || strcmp(text, "+") == 0) job = job_by_mark('+');
  else if (strcmp(text, "-") == 0) job = job_by_mark('-');
  else if (is_number(text)) {
    int number = parse_number(text);
    for (job = jobs; job && (!number || job->number != number);) job = job->next;
  } else job = job_by_text(text, name);
  return job;
}

struct job *job_find(const char *name) {
  struct job *job = job_lookup(name);
  if (!job) fail("No such job: %s", name);
  return job;
}

bool jobs_controlled(void) {
  return controlled;
}

void jobs_make_way(int fd) {
  if (terminal == fd) terminal = private_descriptor(fd);
}

static int open_terminal(void) {
  int fd = open("/dev/tty", O_RDWR);
  if (fd < 0) {
    for (fd = 2; fd >= 0 && !isatty(fd); fd--) {
    }
    if (fd < 0) return -1;
    return fcntl(fd, F_DUPFD_CLOEXEC, 10);
  }
  return private_descriptor(fd);
}

static void control_begin(void) {
  terminal = open_terminal();
  if (terminal < 0) {
    if (shell.interactive) warn("can't access tty; job control turned off");
    shell.option[OPTION_MONITOR] = false;
    return;
  }
  first_group = getpgrp();
  if (shell.interactive) {
    /* Wait until whoever started the shell has put it into the foreground. */
    pid_t foreground;
    while ((foreground = tcgetpgrp(terminal)) >= 0 && foreground != getpgrp()) kill(0, SIGTTIN);
  }
  controlled = true;
  signals_begin_interactive();
  if (!shell.interactive) {
    signal_ignore(SIGTSTP);
    signal_ignore(SIGTTOU);
    signal_ignore(SIGTTIN);
  }
  shell_group = shell.interactive ? shell.pid : first_group;
  if (first_group != shell_group) setpgid(0, shell_group);
  give_terminal(shell_group);
  tcgetattr(terminal, &terminal_modes);
}

static void control_end(void) {
  give_terminal(first_group);
  if (first_group != shell_group) setpgid(0, first_group);
  close(terminal);
  terminal = -1;
  controlled = false;
  signal_default(SIGTSTP);
  signal_default(SIGTTOU);
  signal_default(SIGTTIN);
}

void jobs_control(bool on) {
  if (shell.subshell || on == controlled) return;
  if (on) control_begin();
  else control_end();
}

void job_resume(struct job *job, bool foreground) {
  job->background = !foreground;
  job->changed = false;
  if (foreground) give_terminal(job->group);
  for (int i = 0; i < job->count; i++) {
    struct process *process = &job->processes[i];
    if (!process->stopped) continue;
    process->stopped = false;
    process->running = true;
  }
  move_to_front(job);
  kill(-job->group, SIGCONT);
}
