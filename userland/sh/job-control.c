/* jobs, fg, bg, wait, kill; see job-control.h. */
#include "job-control.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "builtins.h"
#include "error.h"
#include "jobs.h"
#include "number.h"
#include "output.h"
#include "shell.h"
#include "signal-names.h"
#include "traps.h"

static void print_job(struct job *job, enum job_format format) {
  out_string(job_line(job, format));
  job->changed = false;
}

int builtin_jobs(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  enum job_format format = JOB_FORMAT_NORMAL;
  int option;
  while ((option = builtin_option(&options, "lp"))) format = option == 'l' ? JOB_FORMAT_LONG : JOB_FORMAT_GROUP;
  jobs_collect(false);
  if (options.index < argc) {
    for (char **name = argv + options.index; *name; name++) {
      struct job *job = job_find(*name);
      print_job(job, format);
    }
    return 0;
  }
  struct job *next;
  for (struct job *job = jobs; job; job = next) {
    next = job->next;
    if (!job->number) continue;
    print_job(job, format);
    if (job_state(job) == JOB_DONE) job_forget(job);
  }
  return 0;
}

static struct job *controlled_job(const char *name) {
  struct job *job = job_find(name);
  if (!job->controlled) fail("job %s not created under job control", name);
  if (job_state(job) == JOB_DONE) fail("job %s has terminated", name);
  return job;
}

static void print_command(const struct job *job) {
  for (int i = 0; i < job->count; i++) {
    if (i) out_string(" | ");
    out_string(job->processes[i].text ? job->processes[i].text : "");
  }
  out_char('\n');
}

int builtin_fg(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  builtin_option(&options, "");
  struct job *job = controlled_job(options.index < argc ? argv[options.index] : "%+");
  print_command(job);
  out_flush();
  job_resume(job, true);
  return job_wait(job);
}

int builtin_bg(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  builtin_option(&options, "");
  char *current[] = {"%+", NULL};
  for (char **name = options.index < argc ? argv + options.index : current; *name; name++) {
    struct job *job = controlled_job(*name);
    out_format("[%d] ", job->number);
    print_command(job);
    job_resume(job, false);
  }
  return 0;
}

static bool all_done(void) {
  for (struct job *job = jobs; job; job = job->next) {
    if (job_state(job) == JOB_RUNNING) return false;
  }
  return true;
}

/*
 * Sleeps until the job (NULL: all) is not running or a signal with a trap comes. Signals are let in only while
 * it sleeps, so that none can come between the look and the sleep. Returns the signal, or 0.
 */
static int sleep_until_done(const struct job *job) {
  sigset_t all;
  sigset_t before;
  int trapped = 0;
  signals_watch_children();
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  for (;;) {
    jobs_collect(false);
    /* A signal that came with the end is told first: its sender may be what ended. */
    trapped = signal_pending ? signal_trapped() : 0;
    if (signal_pending) break;
    if (job ? job_state(job) != JOB_RUNNING : all_done()) break;
    sigsuspend(&before);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  check_interrupt();
  return trapped;
}

int builtin_wait(int argc, char **argv) {
  struct builtin_options options = {argc, argv, 1, NULL};
  int status = 0;
  builtin_option(&options, "");
  if (options.index >= argc) {
    int trapped = sleep_until_done(NULL);
    if (trapped) return 128 + trapped;
    struct job *next;
    for (struct job *job = jobs; job; job = next) {
      next = job->next;
      if (job_state(job) == JOB_DONE) job_forget(job);
    }
    return 0;
  }
  for (char **name = argv + options.index; *name; name++) {
    struct job *job = job_lookup(*name);
    status = 127;
    if (!job) {
      if (**name == '%') warn("No such job: %s", *name);
      continue;
    }
    int trapped = sleep_until_done(job);
    if (trapped) return 128 + trapped;
    status = job_status(job);
    job->changed = false;
    if (job_state(job) != JOB_DONE) continue;
    job_report_end(job);
    job_forget(job);
  }
  return status;
}

/* kill -l: all names, or the name of a signal or of the one that an exit status tells of. */
static int list_signals(char **operands) {
  if (!*operands) {
    for (int number = 1; number <= LAST_SIGNAL; number++) out_format("%s\n", signal_name(number));
    return 0;
  }
  int number = parse_number(*operands);
  if (number > 128) number -= 128;
  if (number < 1 || number > LAST_SIGNAL) fail("invalid signal number or exit status: %s", *operands);
  out_format("%s\n", signal_name(number));
  return 0;
}

static _Noreturn void kill_usage(void) {
  fail("Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]");
}

static int send_signal(const char *target, int number) {
  pid_t pid;
  if (*target == '%') {
    struct job *job = job_find(target);
    pid = job->controlled ? -job->group : job->group;
    if (!job->controlled && job_state(job) == JOB_DONE) pid = 0;
    if (!pid) errno = ESRCH;
    else if (kill(pid, number) == 0) {
      if (job_state(job) == JOB_STOPPED && (number == SIGTERM || number == SIGHUP)) kill(pid, SIGCONT);
      return 0;
    }
  } else {
    bool negative = *target == '-';
    pid = parse_number(target + negative);
    if (kill(negative ? -pid : pid, number) == 0) return 0;
  }
  warn("%s", strerror(errno));
  return 1;
}

int builtin_kill(int argc, char **argv) {
  int index = 1;
  int number = SIGTERM;
  if (argc < 2) kill_usage();
  const char *option = argv[1];
  if (strcmp(option, "-l") == 0 || strcmp(option, "-L") == 0) return list_signals(argv + 2);
  if (strcmp(option, "-s") == 0 || strcmp(option, "-n") == 0) {
    if (argc < 3) kill_usage();
    number = signal_number(argv[2]);
    if (number < 0) fail("invalid signal number or name: %s", argv[2]);
    index = 3;
  } else if (*option == '-' && strcmp(option, "--") != 0) {
    number = signal_number(option + 1);
    if (number < 0) fail("Illegal option -%c", option[1]);
    index = 2;
  }
  if (index < argc && strcmp(argv[index], "--") == 0) index++;
  if (index >= argc) kill_usage();
  int status = 0;
  for (; index < argc; index++) status |= send_signal(argv[index], number);
  return status;
}
