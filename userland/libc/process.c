/* Processes: creation, images, waiting, identities, groups. (POSIX <unistd.h>, <sys/wait.h>) */
#include "internal.h"
#include <grp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t fork(void) {
  return (pid_t)syscall(SYS_fork);
}

pid_t getpid(void) {
  return (pid_t)__syscall(SYS_getpid);
}

pid_t getppid(void) {
  return (pid_t)__syscall(SYS_getppid);
}

pid_t getpgrp(void) {
  return (pid_t)__syscall(SYS_getpgrp);
}

pid_t getpgid(pid_t pid) {
  return (pid_t)syscall(SYS_getpgid, pid);
}

pid_t getsid(pid_t pid) {
  return (pid_t)syscall(SYS_getsid, pid);
}

pid_t setsid(void) {
  return (pid_t)syscall(SYS_setsid);
}

int setpgid(pid_t pid, pid_t group) {
  return (int)syscall(SYS_setpgid, pid, group);
}

uid_t getuid(void) {
  return (uid_t)__syscall(SYS_getuid32);
}

uid_t geteuid(void) {
  return (uid_t)__syscall(SYS_geteuid32);
}

gid_t getgid(void) {
  return (gid_t)__syscall(SYS_getgid32);
}

gid_t getegid(void) {
  return (gid_t)__syscall(SYS_getegid32);
}

int setuid(uid_t uid) {
  return (int)syscall(SYS_setuid32, uid);
}

int setgid(gid_t gid) {
  return (int)syscall(SYS_setgid32, gid);
}

int getgroups(int size, gid_t *list) {
  return (int)syscall(SYS_getgroups32, size, list);
}

int setgroups(size_t count, const gid_t *list) {
  return (int)syscall(SYS_setgroups32, count, list);
}

int nice(int increment) {
  return (int)syscall(SYS_nice, increment);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage) {
  return (pid_t)syscall(SYS_wait4, pid, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options) {
  return wait4(pid, status, options, 0);
}

pid_t wait(int *status) {
  return waitpid(-1, status, 0);
}

clock_t times(struct tms *result) {
  return (clock_t)syscall(SYS_times, result);
}

int getrusage(int who, struct rusage *usage) {
  return (int)syscall(SYS_getrusage, who, usage);
}

int getrlimit(int resource, struct rlimit *limit) {
  return (int)syscall(SYS_prlimit64, 0, resource, 0, limit);
}

int setrlimit(int resource, const struct rlimit *limit) {
  return (int)syscall(SYS_prlimit64, 0, resource, limit, 0);
}

int execve(const char *path, char *const argv[], char *const envp[]) {
  return (int)syscall(SYS_execve, path, argv, envp);
}

int execv(const char *path, char *const argv[]) {
  return execve(path, argv, environ);
}

int execvpe(const char *file, char *const argv[], char *const envp[]) {
  if (strchr(file, '/')) return execve(file, argv, envp);
  const char *path = getenv("PATH");
  if (!path) path = "/bin:/usr/bin";
  int denied = 0;
  if (!*file) {
    errno = ENOENT;
    return -1;
  }
  for (;;) {
    char candidate[PATH_MAX];
    const char *end = strchrnul(path, ':');
    size_t length = (size_t)(end - path);
    if (length + strlen(file) + 2 <= sizeof candidate) {
      memcpy(candidate, path, length);
      if (length) candidate[length++] = '/';
      strcpy(candidate + length, file);
      execve(candidate, argv, envp);
      if (errno == EACCES) denied = 1;
      else if (errno != ENOENT && errno != ENOTDIR) return -1;
    }
    if (!*end) break;
    path = end + 1;
  }
  errno = denied ? EACCES : ENOENT;
  return -1;
}

int execvp(const char *file, char *const argv[]) {
  return execvpe(file, argv, environ);
}

/* The arguments of a variadic call lie in memory one after the other on i386: they are the vector. */
int execl(const char *path, const char *arg, ...) {
  return execv(path, (char *const *)(void *)&arg);
}

int execlp(const char *file, const char *arg, ...) {
  return execvp(file, (char *const *)(void *)&arg);
}

int system(const char *command) {
  if (!command) return 1;
  pid_t pid = fork();
  if (pid == 0) {
    execl("/bin/sh", "sh", "-c", command, (char *)0);
    _exit(127);
  }
  int status;
  return pid < 0 || waitpid(pid, &status, 0) < 0 ? -1 : status;
}
