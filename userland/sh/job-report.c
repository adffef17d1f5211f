/* What the shell says of its jobs, in the form of dash; see jobs.h. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "jobs.h"
#include "output.h"
#include "signal-names.h"

enum { STATUS_COLUMN = 33 };

/* "Done", "Done(3)", "Terminated", …; what a foreground job died of is said only if it is unusual. */
static void describe_status(char *text, size_t size, int status, bool foreground) {
  *text = 0;
  if (WIFEXITED(status)) {
    if (foreground) return;
    if (WEXITSTATUS(status)) snprintf(text, size, "Done(%d)", WEXITSTATUS(status));
    else snprintf(text, size, "Done");
    return;
  }
  int number = WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status);
  if (foreground && (WIFSTOPPED(status) || number == SIGINT || number == SIGPIPE)) return;
  bool dumped = !WIFSTOPPED(status) && (status & 0x80);
  snprintf(text, size, "%s%s", signal_description(number), dumped ? " (core dumped)" : "");
}

char job_mark(const struct job *job) {
  /* Stopped jobs come before running ones, recently used before others. */
  const struct job *order[2] = {NULL, NULL};
  int found = 0;
  for (int stopped = 1; stopped >= 0; stopped--) {
    for (const struct job *other = jobs; other && found < 2; other = other->next) {
      if (other->number && (job_state(other) == JOB_STOPPED) == stopped) order[found++] = other;
    }
  }
  return job == order[0] ? '+' : job == order[1] ? '-' : ' ';
}

static void append_padded(struct buffer *line, size_t start, const char *text) {
  do buffer_char(line, ' ');
  while (line->length - start < STATUS_COLUMN);
  buffer_string(line, text);
}

static void describe_job(char *text, size_t size, const struct job *job) {
  const struct process *last = &job->processes[job->count - 1];
  if (job_state(job) == JOB_RUNNING) snprintf(text, size, "Running");
  else describe_status(text, size, last->status, false);
}

char *job_line(const struct job *job, enum job_format format) {
  struct buffer line = buffer_new(&scratch);
  char text[80];
  if (format == JOB_FORMAT_GROUP) {
    snprintf(text, sizeof text, "%d\n", (int)job->processes[0].pid);
    buffer_string(&line, text);
    return buffer_finish(&line);
  }
  snprintf(text, sizeof text, "[%d] %c ", job->number, job_mark(job));
  buffer_string(&line, text);
  if (format == JOB_FORMAT_LONG) {
    snprintf(text, sizeof text, "%d ", (int)job->processes[0].pid);
    buffer_string(&line, text);
  }
  describe_job(text, sizeof text, job);
  buffer_string(&line, text);
  size_t start = 0;
  for (int i = 0; i < job->count; i++) {
    const char *command = job->processes[i].text ? job->processes[i].text : "";
    if (i && format == JOB_FORMAT_LONG) {
      start = line.length + 1;
      snprintf(text, sizeof text, "\n      %d ", (int)job->processes[i].pid);
      buffer_string(&line, text);
      append_padded(&line, start, "| ");
      buffer_string(&line, command);
    } else if (i) {
      buffer_string(&line, " | ");
      buffer_string(&line, command);
    } else append_padded(&line, start, command);
  }
  buffer_char(&line, '\n');
  return buffer_finish(&line);
}

void jobs_notify(void) {
  struct arena_mark mark = arena_mark(&scratch);
  if (!jobs) return;
  jobs_collect(false);
  for (struct job *job = jobs; job; job = job->next) {
    if (!job->changed) continue;
    error_string(job_line(job, JOB_FORMAT_NORMAL));
    job->changed = false;
    if (job_state(job) == JOB_DONE) job->number = 0;
  }
  arena_release(&scratch, mark);
}

void job_report_end(const struct job *job) {
  for (int i = 0; i < job->count; i++) {
    char text[80];
    describe_status(text, sizeof text - 1, job->processes[i].status, true);
    if (!*text) continue;
    strcat(text, "\n");
    error_string(text);
  }
}
