/* Builtins about jobs: jobs, fg, bg, wait, kill. */
#ifndef JOB_CONTROL_H
#define JOB_CONTROL_H

int builtin_jobs(int argc, char **argv);
int builtin_fg(int argc, char **argv);
int builtin_bg(int argc, char **argv);
int builtin_wait(int argc, char **argv);
int builtin_kill(int argc, char **argv);

#endif
