/*
 * Processes that the shell has started, in jobs: pipelines and background lists. Beneath: fork, wait, process
 * groups.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <sys/types.h>

#include "syntax.h"

struct process {
  pid_t pid;
  int status; /* of waitpid; valid unless running */
  bool running;
  bool stopped;
  char *text; /* NULL without job control */
};

struct job {
  struct job *next; /* most recently used first */
  int number;       /* 0 when its end was reported: it is kept only for `wait` by its pid */
  pid_t group;
  struct process *processes;
  int count;
  bool controlled; /* has a process group of its own */
  bool background;
  bool changed; /* its state has not been reported yet */
};

enum job_state { JOB_RUNNING, JOB_STOPPED, JOB_DONE };

extern struct job *jobs;

enum fork_mode { FORK_FOREGROUND, FORK_BACKGROUND };

struct job *job_new(bool background);
/*
 * Forks a process of a job. In the child, which gets 0, the shell is a subshell with signals, descriptors and
 * process group as that kind of process should have them.
 */
pid_t job_fork(struct job *job, const struct node *node);
/* A process outside of jobs, for command substitutions and here-documents. */
pid_t fork_helper(void);
/* Makes this process a subshell without forking. */
void subshell_begin(void);

/* Waits for a foreground job; it is forgotten if it ended. Returns its exit status. */
int job_wait(struct job *job);
/* Says on standard error what ended the job, if it was an unusual signal. */
void job_report_end(const struct job *job);
/* Waits for a process of fork_helper. */
int process_wait(pid_t pid);

enum job_state job_state(const struct job *job);
int job_status(const struct job *job);
int status_code(int status);
void job_forget(struct job *job);

/* Collects changes of state without waiting; blocking waits for one. False if there is nothing to wait for. */
bool jobs_collect(bool blocking);
/* Reports background jobs whose state changed, on the terminal's prompt. */
void jobs_notify(void);

enum job_format { JOB_FORMAT_NORMAL, JOB_FORMAT_LONG, JOB_FORMAT_GROUP };
/* One line (or more, JOB_FORMAT_LONG) about a job, in scratch memory. */
char *job_line(const struct job *job, enum job_format format);

/* '+' for the current job, '-' for the one before it, ' ' for others. */
char job_mark(const struct job *job);

/* The job that a %text or a pid names, or NULL; fails with a message if the name could mean several. */
struct job *job_lookup(const char *name);
/* The same, but fails with a message if there is none. */
struct job *job_find(const char *name);

/* Turns job control on or off. */
void jobs_control(bool on);
bool jobs_controlled(void);
/* The terminal is kept open on another descriptor from now on if it is on this one: a redirection wants it. */
void jobs_make_way(int fd);
/* Gives the terminal to a job and continues it. */
void job_resume(struct job *job, bool foreground);

#endif
