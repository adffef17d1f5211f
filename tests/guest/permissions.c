/* Calls on other processes, made by several users on targets of several users: who may, and which error comes first. */
#include <sys/resource.h>
#include "oracle.h"

/* Linux/i386. */
enum {
  SYS_NICE = 34,
  SYS_KILL = 37,
  SYS_SETPGID = 57,
  SYS_GETPRIORITY = 96,
  SYS_SETPRIORITY = 97,
  SYS_GETPGID = 132,
  SYS_GETSID = 147,
  SYS_SETPARAM = 154,
  SYS_GETPARAM = 155,
  SYS_SETSCHEDULER = 156,
  SYS_GETSCHEDULER = 157,
  SYS_SIGQUEUEINFO = 178,
  SYS_SETGROUPS = 206,
  SYS_SETRESUID = 208,
  SYS_SETRESGID = 210,
  SYS_TKILL = 238,
  SYS_SETAFFINITY = 241,
  SYS_GETAFFINITY = 242,
  SYS_TGKILL = 270,
  SYS_PRLIMIT = 340,
  SYS_PRCTL = 172,
};
enum { PRIO_PROCESS, PRIO_PGRP };
#define NOBODY 99999
#define PR_SET_DUMPABLE 4
#define BAD_POINTER 8

struct user {
  int real, effective, saved, group;
};

static int target;
static const char *who;

#define TRY(...)                                                                          \
  do {                                                                                    \
    errno = 0;                                                                            \
    long value = syscall(__VA_ARGS__);                                                    \
    printf("%s: %s: %ld, error %d\n", who, #__VA_ARGS__, value, value == -1 ? errno : 0); \
    fflush(stdout);                                                                       \
  } while (0)

static void become(struct user user) {
  syscall(SYS_SETGROUPS, 0, NULL);
  syscall(SYS_SETRESGID, user.group, user.group, user.group);
  syscall(SYS_SETRESUID, user.real, user.effective, user.saved);
}

static void signals(void) {
  int info[32] = {0};

  TRY(SYS_KILL, target, 0);
  TRY(SYS_KILL, target, SIGCONT);
  TRY(SYS_KILL, target, 65);
  TRY(SYS_KILL, NOBODY, 65);
  TRY(SYS_KILL, -NOBODY, 65);
  TRY(SYS_KILL, -target, 0);
  TRY(SYS_KILL, -target, 65);
  TRY(SYS_TKILL, target, 0);
  TRY(SYS_TKILL, target, 65);
  TRY(SYS_TKILL, 0, 0);
  TRY(SYS_TGKILL, target, target, 0);
  TRY(SYS_TGKILL, target, -1, 0);
  TRY(SYS_TGKILL, getpid(), target, 0);
  for (int code = -6; code <= 0; code += 3) {
    info[2] = code;
    TRY(SYS_SIGQUEUEINFO, target, 0, info);
    TRY(SYS_SIGQUEUEINFO, target, 65, info);
    TRY(SYS_SIGQUEUEINFO, NOBODY, 0, info);
  }
  TRY(SYS_SIGQUEUEINFO, NOBODY, 0, NULL);
}

static void priorities(void) {
  TRY(SYS_GETPRIORITY, PRIO_PROCESS, target);
  TRY(SYS_GETPRIORITY, 3, target);
  TRY(SYS_GETPRIORITY, PRIO_PROCESS, -1);
  TRY(SYS_SETPRIORITY, 3, target, 0);
  TRY(SYS_SETPRIORITY, PRIO_PROCESS, NOBODY, 0);
  TRY(SYS_SETPRIORITY, PRIO_PROCESS, target, 5);
  TRY(SYS_SETPRIORITY, PRIO_PROCESS, target, 3);
  TRY(SYS_SETPRIORITY, PRIO_PROCESS, target, -5);
  TRY(SYS_SETPRIORITY, PRIO_PROCESS, target, 99);
  TRY(SYS_GETPRIORITY, PRIO_PROCESS, target);
}

static void scheduling(void) {
  int zero = 0, one = 1, got = 0;
  static const int policies[] = {0, 1, 2, 3, 4, 5, 3, 0, 7, -1, 0x40000000, 0x40000003, 0};

  for (unsigned i = 0; i < sizeof policies / sizeof *policies; i++) {
    TRY(SYS_SETSCHEDULER, target, policies[i], &zero);
    TRY(SYS_SETSCHEDULER, target, policies[i], &one);
    TRY(SYS_GETSCHEDULER, target);
    TRY(SYS_GETPARAM, target, &got);
    printf("priority %d\n", got);
    TRY(SYS_SETPARAM, target, &one);
    TRY(SYS_SETPARAM, target, &zero);
  }
  TRY(SYS_SETSCHEDULER, target, 0, NULL);
  TRY(SYS_SETSCHEDULER, NOBODY, 77, &zero);
  TRY(SYS_SETSCHEDULER, -1, 0, &zero);
  TRY(SYS_GETSCHEDULER, -1);
  TRY(SYS_GETSCHEDULER, NOBODY);
  TRY(SYS_GETPARAM, -1, &got);
  TRY(SYS_GETPARAM, NOBODY, NULL);
  TRY(SYS_SETPARAM, NOBODY, NULL);
  TRY(SYS_SETPARAM, NOBODY, BAD_POINTER);
}

static void affinity(void) {
  unsigned first = 1, none = 0, got = 0;

  TRY(SYS_SETAFFINITY, target, 4, &first);
  TRY(SYS_SETAFFINITY, target, 4, &none);
  TRY(SYS_SETAFFINITY, target, 0, &first);
  TRY(SYS_SETAFFINITY, NOBODY, 4, &none);
  TRY(SYS_SETAFFINITY, -1, 4, &first);
  TRY(SYS_SETAFFINITY, NOBODY, 4, BAD_POINTER);
  TRY(SYS_GETAFFINITY, NOBODY, 4, &got);
  TRY(SYS_GETAFFINITY, NOBODY, 3, &got);
  TRY(SYS_GETAFFINITY, -1, 4, &got);
}

static void limits(void) {
  unsigned long long small[2] = {100, 200}, raised[2] = {100, ~0ull}, wrong[2] = {300, 200}, got[2];

  TRY(SYS_PRLIMIT, target, RLIMIT_FSIZE, NULL, got);
  TRY(SYS_PRLIMIT, target, RLIMIT_FSIZE, small, NULL);
  TRY(SYS_PRLIMIT, target, RLIMIT_FSIZE, raised, NULL);
  TRY(SYS_PRLIMIT, target, RLIMIT_FSIZE, wrong, NULL);
  TRY(SYS_PRLIMIT, target, 99, NULL, got);
  TRY(SYS_PRLIMIT, NOBODY, 99, NULL, got);
  TRY(SYS_PRLIMIT, -1, 0, NULL, got);
  TRY(SYS_PRLIMIT, NOBODY, 0, BAD_POINTER, got);
  TRY(SYS_PRLIMIT, target, 0, NULL, BAD_POINTER);
}

static void groups(void) {
  RESULT(getpgid(target) == target);
  RESULT(syscall(SYS_GETSID, target) > 0);
  TRY(SYS_GETPGID, -1);
  TRY(SYS_GETSID, NOBODY);
  TRY(SYS_SETPGID, target, 0);
  TRY(SYS_SETPGID, target, -1);
  TRY(SYS_SETPGID, NOBODY, -1);
  TRY(SYS_SETPGID, NOBODY, 0);
  TRY(SYS_SETPGID, -1, 0);
  TRY(SYS_SETPGID, 0, NOBODY);
  TRY(SYS_SETPGID, getppid(), 0);
}

static void files_of_proc(void) {
  static const char *const links[] = {"exe", "cwd", "root"}, *const texts[] = {"environ", "maps", "stat", "status",
                                                                               "cmdline"};
  char name[64], text[64];

  for (int i = 0; i < 3; i++) {
    sprintf(name, "/proc/%d/%s", target, links[i]);
    errno = 0;
    printf("%s: %s: %d, error %d\n", who, links[i], readlink(name, text, sizeof text) > 0, errno);
  }
  for (int i = 0; i < 5; i++) {
    sprintf(name, "/proc/%d/%s", target, texts[i]);
    printf("%s: %s\n", who, texts[i]);
    int fd = open(name, O_RDONLY);
    printf("%d, error %d\n", fd >= 0, fd < 0 ? errno : 0);
    if (fd >= 0) close(fd);
  }
}

/* Last, for it changes the caller. */
static void own_priority(void) {
  TRY(SYS_NICE, 0);
  TRY(SYS_NICE, -1);
  TRY(SYS_NICE, 2);
  TRY(SYS_NICE, -100);
  TRY(SYS_SETPRIORITY, PRIO_PROCESS, 0, -3);
  TRY(SYS_SETPRIORITY, PRIO_PGRP, 0, 19);
  TRY(SYS_GETPRIORITY, PRIO_PGRP, 0);
}

static int started_as(struct user user) {
  int ready[2], child;
  char byte;

  pipe(ready);
  child = fork();
  if (child == 0) {
    setpgid(0, 0);
    become(user);
    /* Changing ids has taken away the right to look into the process. */
    syscall(SYS_PRCTL, PR_SET_DUMPABLE, 1);
    write(ready[1], "x", 1);
    for (;;) pause();
  }
  read(ready[0], &byte, 1);
  close(ready[0]);
  close(ready[1]);
  return child;
}

static void attempt(const char *name, struct user caller, struct user owner) {
  target = started_as(owner);
  who = name;
  if (fork() == 0) {
    setpgid(0, 0);
    become(caller);
    signals();
    priorities();
    scheduling();
    affinity();
    /* The host's superuser may lack the capability. */
    if (caller.effective != 0) limits();
    groups();
    files_of_proc();
    own_priority();
    fflush(stdout);
    _exit(0);
  }
  waitpid(-1, NULL, 0);
  kill(target, SIGKILL);
  waitpid(target, NULL, 0);
}

int main(void) {
  static const struct user root = {0, 0, 0, 0}, user = {1000, 1000, 1000, 1000};

  setsid();
  attempt("root", root, user);
  attempt("owner", user, user);
  attempt("stranger", (struct user){2000, 2000, 2000, 2000}, user);
  attempt("real id only", (struct user){1000, 2000, 2000, 1000}, user);
  attempt("effective id only", (struct user){2000, 1000, 2000, 1000}, user);
  attempt("saved id only", (struct user){2000, 2000, 1000, 1000}, user);
  attempt("other group", (struct user){1000, 1000, 1000, 2000}, user);
  attempt("target's effective id differs", user, (struct user){1000, 2000, 2000, 1000});
  attempt("target's real id differs", user, (struct user){2000, 1000, 1000, 1000});
  attempt("target is root's", user, root);
  return 0;
}
