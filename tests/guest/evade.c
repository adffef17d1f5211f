/*
 * Tries all ways to a forbidden place: evade read|write|run DIRECTORY [restore]. The directory has a file `key` (a
 * program, for run). Every attempt prints one line: whether it got there. /tmp must be free to use. Each attempt runs
 * in a process of its own; with restore, the file is brought back after each from /tmp/master.
 */
#include "oracle.h"

#define AT_CWD (-100)
#define EMPTY_PATH 0x1000
#define FOLLOW 0x400
#define PATH_ONLY 010000000

/* Linux/i386. */
enum {
  SYS_MOUNT = 21,
  SYS_UTIME = 30,
  SYS_CHROOT = 61,
  SYS_FCHOWN = 95,
  SYS_TRUNCATE64 = 193,
  SYS_FTRUNCATE64 = 194,
  SYS_FCHOWNAT = 298,
  SYS_UTIMENSAT = 320,
  SYS_FALLOCATE = 324,
  SYS_RENAMEAT2 = 353,
  SYS_EXECVEAT = 358,
  SYS_COPY_FILE_RANGE = 377,
  SYS_OPENAT2 = 437,
};

static const char *place, *mode;
static char key[200];

static const char *below(const char *start, const char *rest) {
  static char names[8][200];
  static int next;
  char *name = names[next++ & 7];

  snprintf(name, sizeof names[0], "%s%s", start, rest);
  return name;
}

static const char *numbered(const char *format, int number) {
  static char name[64];

  snprintf(name, sizeof name, format, number);
  return name;
}

/* What an attempt is for: reading the file, changing it, running it, all by a name that leads there. */
static int by_name(const char *name) {
  char buffer[64] = "";
  int fd, status;

  if (mode[1] == 'u') {
    char *argv[] = {"key", NULL};
    int child = fork();

    if (child == 0) {
      execve(name, argv, environ);
      _exit(1);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 42;
  }
  if (mode[0] == 'w') {
    fd = open(name, O_WRONLY | O_APPEND);
    if (fd < 0) fd = open(name, O_RDWR);
    return fd >= 0 && write(fd, "changed", 7) == 7;
  }
  fd = open(name, O_RDONLY);
  return fd >= 0 && read(fd, buffer, sizeof buffer) > 0 && strncmp(buffer, "secret", 6) == 0;
}

static int absolute(void) {
  return by_name(key);
}
static int dots(void) {
  return by_name(below("/tmp/../", key)) || by_name(below("//.//", key));
}
static int working_directory(void) {
  return chdir(place) == 0 && by_name("key");
}
static int above_working_directory(void) {
  return chdir("/tmp") == 0 && by_name(below("..", key));
}
static int symbolic_link(void) {
  return symlink(key, "/tmp/link") == 0 && by_name("/tmp/link");
}
static int relative_link(void) {
  return symlink(below("..", key), "/tmp/relative") == 0 && by_name("/tmp/relative");
}
static int linked_directory(void) {
  return symlink(place, "/tmp/directory") == 0 && by_name("/tmp/directory/key");
}
static int hard_link(void) {
  return link(key, "/tmp/hard") == 0 && by_name("/tmp/hard");
}
static int moved(void) {
  return rename(key, "/tmp/moved") == 0 && by_name("/tmp/moved");
}
static int moved_directory(void) {
  return rename(place, "/tmp/away") == 0 && by_name("/tmp/away/key");
}
static int moved_below(void) {
  return mkdir(below(place, "/new"), 0777) == 0 && rename(key, below(place, "/new/key")) == 0 &&
         by_name(below(place, "/new/key"));
}
static int root_of_process(void) {
  return by_name(below("/proc/self/root", key));
}
static int directory_of_process(void) {
  return chdir(place) == 0 && by_name("/proc/self/cwd/key");
}
static int root_there(void) {
  return syscall(SYS_CHROOT, place) == 0 && by_name("/key");
}
static int root_with_working_directory(void) {
  return chdir(place) == 0 && syscall(SYS_CHROOT, "/tmp") == 0 && by_name("key");
}
static int root_left(void) {
  return mkdir("/tmp/jail", 0777) == 0 && syscall(SYS_CHROOT, "/tmp/jail") == 0 && by_name(below("../../../..", key));
}
static int child_of_thread(void) {
  return by_name(below(numbered("/proc/%d/task/self/../../root", getpid()), key)) ||
         by_name(below("/proc/thread-self/root", key));
}

/* A directory held open, by any way that is left. */
static int held(void) {
  int fd = open(place, O_RDONLY);

  if (fd < 0) fd = open(place, PATH_ONLY);
  if (fd < 0 && chdir(place) == 0) fd = open(".", PATH_ONLY);
  return fd;
}
static int held_directory(void) {
  int fd = held();
  int file = openat(fd, "key", mode[0] == 'w' ? O_WRONLY : O_RDONLY);
  char text[8];

  return mode[0] == 'w' ? file >= 0 && write(file, "changed", 7) == 7
                        : mode[1] == 'e' && file >= 0 && read(file, text, 6) == 6;
}
static int held_sibling(void) {
  int fd = open("/tmp", PATH_ONLY);
  int file = openat(fd, below("..", key), mode[0] == 'w' ? O_WRONLY : O_RDONLY);
  char text[8];

  return mode[0] == 'w' ? file >= 0 && write(file, "changed", 7) == 7
                        : mode[1] == 'e' && file >= 0 && read(file, text, 6) == 6;
}
static int held_and_entered(void) {
  int fd = held();
  return fd >= 0 && fchdir(fd) == 0 && by_name("key");
}
static int held_in_proc(void) {
  int fd = held();
  return fd >= 0 && by_name(below(numbered("/proc/self/fd/%d", fd), "/key"));
}
static int held_in_dev(void) {
  int fd = held();
  return fd >= 0 && by_name(below(numbered("/dev/fd/%d", fd), "/key"));
}
static int reopened(void) {
  int fd = open(key, mode[0] == 'w' || mode[1] == 'u' ? O_RDONLY : PATH_ONLY);

  return fd >= 0 && by_name(numbered("/proc/self/fd/%d", fd));
}
static int path_only_reopened(void) {
  int fd = open(key, PATH_ONLY);
  return fd >= 0 && by_name(numbered("/proc/self/fd/%d", fd));
}
static int linked_from_proc(void) {
  int fd = open(key, mode[0] == 'w' || mode[1] == 'u' ? O_RDONLY : PATH_ONLY);

  return fd >= 0 && linkat(AT_CWD, numbered("/proc/self/fd/%d", fd), AT_CWD, "/tmp/from-proc", FOLLOW) == 0 &&
         by_name("/tmp/from-proc");
}
static int linked_from_descriptor(void) {
  int fd = open(key, mode[0] == 'w' || mode[1] == 'u' ? O_RDONLY : PATH_ONLY);

  return fd >= 0 && linkat(fd, "", AT_CWD, "/tmp/from-fd", EMPTY_PATH) == 0 && by_name("/tmp/from-fd");
}
static int linked_by_directories(void) {
  int from = held(), to = open("/tmp", PATH_ONLY);

  return linkat(from, "key", to, "by-directories", 0) == 0 && by_name("/tmp/by-directories");
}
static int moved_by_directories(void) {
  int from = held(), to = open("/tmp", PATH_ONLY);

  return syscall(SYS_RENAMEAT2, from, "key", to, "moved-by", 1) == 0 && by_name("/tmp/moved-by");
}
static int mounted(void) {
  return mkdir("/tmp/mount", 0777) == 0 && syscall(SYS_MOUNT, place, "/tmp/mount", "", 0x1000, 0) == 0 &&
         by_name("/tmp/mount/key");
}
static int newer_calls(void) {
  unsigned long long how[3] = {0};
  char *argv[] = {"key", NULL};
  char text[8];
  int fd, child, status;

  if (mode[1] == 'u') {
    child = fork();
    if (child == 0) {
      syscall(SYS_EXECVEAT, AT_CWD, key, argv, environ, 0);
      _exit(1);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 42;
  }
  how[0] = mode[0] == 'w';
  fd = syscall(SYS_OPENAT2, AT_CWD, key, how, sizeof how);
  return fd >= 0 && (how[0] ? write(fd, "changed", 7) == 7 : read(fd, text, 6) == 6);
}
/* A place of the same name, elsewhere: what was there before must not become reachable by it, nor the other way round.
 */
static int other_tree(void) {
  char directory[200];

  mkdir("/tmp/tree", 0777);
  for (const char *end = place + 1; (end = strchr(end, '/')); end++) {
    snprintf(directory, sizeof directory, "/tmp/tree%.*s", (int)(end - place), place);
    mkdir(directory, 0777);
  }
  return mkdir(below("/tmp/tree", place), 0777) == 0 && link(key, below("/tmp/tree", key)) == 0 &&
         syscall(SYS_CHROOT, "/tmp/tree") == 0 && by_name(key);
}
static int forked(void) {
  int child = fork(), status;

  if (child == 0) _exit(chdir(place) == 0 && by_name("key") ? 42 : 1);
  waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 42;
}

/* Changes without opening for writing. */
static int truncated(void) {
  return truncate(key, 1) == 0 || syscall(SYS_TRUNCATE64, key, 1, 0) == 0;
}
static int truncated_by_opening(void) {
  return open(key, O_RDONLY | O_TRUNC) >= 0;
}
static int created_anew(void) {
  return creat(key, 0666) >= 0;
}
static int created(void) {
  return open(below(place, "/other"), O_CREAT | O_RDONLY, 0666) >= 0;
}
static int truncated_by_descriptor(void) {
  int fd = open(key, O_RDONLY);
  return ftruncate(fd, 1) == 0 || syscall(SYS_FTRUNCATE64, fd, 1, 0) == 0 ||
         syscall(SYS_FALLOCATE, fd, 0, 0, 0, 99, 0) == 0;
}
static int mode_changed(void) {
  return chmod(key, 0700) == 0;
}
static int mode_changed_by_descriptor(void) {
  return fchmod(open(key, O_RDONLY), 0700) == 0;
}
static int mode_changed_by_proc(void) {
  return chmod(numbered("/proc/self/fd/%d", open(key, O_RDONLY)), 0700) == 0;
}
static int owner_changed(void) {
  return chown(key, 7, 7) == 0 || lchown(key, 7, 7) == 0;
}
static int owner_changed_by_descriptor(void) {
  return syscall(SYS_FCHOWN, open(key, O_RDONLY), 7, 7) == 0 ||
         syscall(SYS_FCHOWNAT, open(key, PATH_ONLY), "", 7, 7, EMPTY_PATH) == 0;
}
static int times_changed(void) {
  return syscall(SYS_UTIME, key, NULL) == 0 || syscall(SYS_UTIMENSAT, AT_CWD, key, NULL, 0) == 0;
}
static int times_changed_by_descriptor(void) {
  return syscall(SYS_UTIMENSAT, open(key, O_RDONLY), NULL, NULL, 0) == 0;
}
static int directory_changed(void) {
  return chmod(place, 0700) == 0 || fchmod(held(), 0700) == 0 || (chdir(place) == 0 && chmod(".", 0700) == 0);
}
static int by_shared_memory(void) {
  int fd = open(key, O_RDWR);
  char *memory = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  if (memory == MAP_FAILED) return 0;
  memory[0] = 'C';
  return 1;
}
static int shared_memory_made_writable(void) {
  char *memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, open(key, O_RDONLY), 0);

  return memory != MAP_FAILED && mprotect(memory, 4096, PROT_READ | PROT_WRITE) == 0;
}
static int replaced(void) {
  close(open("/tmp/new", O_CREAT | O_WRONLY, 0666));
  return rename("/tmp/new", key) == 0;
}
static int linked_in(void) {
  close(open("/tmp/in", O_CREAT | O_WRONLY, 0666));
  return link("/tmp/in", below(place, "/in")) == 0 || symlink("/tmp/in", below(place, "/in")) == 0;
}
static int directory_moved_in(void) {
  return mkdir("/tmp/full", 0777) == 0 && rename("/tmp/full", below(place, "/full")) == 0;
}
static int made(void) {
  return mkdir(below(place, "/made"), 0777) == 0 || mknod(below(place, "/node"), 0010666, 0) == 0;
}
static int removed(void) {
  return unlink(key) == 0 || (chdir(place) == 0 && unlink("key") == 0);
}
static int removed_by_directory(void) {
  return unlinkat(held(), "key", 0) == 0;
}

/* Running by an interpreter. */
static int as_interpreter(void) {
  char line[200] = "#!";
  int fd = open("/tmp/script", O_CREAT | O_WRONLY, 0777);

  strcat(strcat(line, key), "\n");
  write(fd, line, strlen(line));
  close(fd);
  return by_name("/tmp/script");
}

static const struct attempt {
  const char *name;
  /* r, w, x: for which modes it leads there, if nobody forbids it. */
  const char *modes;
  int (*try)(void);
} attempts[] = {
#define WAY(way, modes) {#way, modes, way}
    WAY(absolute, "rwx"),
    WAY(dots, "rwx"),
    WAY(working_directory, "rwx"),
    WAY(above_working_directory, "rwx"),
    WAY(symbolic_link, "rwx"),
    WAY(relative_link, "rwx"),
    WAY(linked_directory, "rwx"),
    WAY(root_of_process, "rwx"),
    WAY(directory_of_process, "rwx"),
    WAY(root_there, "rwx"),
    WAY(root_with_working_directory, "rwx"),
    WAY(root_left, "rwx"),
    WAY(child_of_thread, "rwx"),
    WAY(held_directory, "rw"),
    WAY(held_sibling, "rw"),
    WAY(held_and_entered, "rwx"),
    WAY(held_in_proc, "rwx"),
    WAY(held_in_dev, "rwx"),
    WAY(reopened, "rwx"),
    WAY(path_only_reopened, "rwx"),
    WAY(mounted, ""),
    WAY(newer_calls, ""),
    WAY(forked, "rwx"),
    WAY(mode_changed, "w"),
    WAY(mode_changed_by_descriptor, "w"),
    WAY(mode_changed_by_proc, "w"),
    WAY(owner_changed, "w"),
    WAY(owner_changed_by_descriptor, "w"),
    WAY(times_changed, "w"),
    WAY(times_changed_by_descriptor, "w"),
    WAY(directory_changed, "w"),
    WAY(by_shared_memory, "w"),
    WAY(shared_memory_made_writable, ""),
    WAY(truncated_by_descriptor, ""),
    WAY(truncated, "w"),
    WAY(truncated_by_opening, "w"),
    WAY(created_anew, "w"),
    WAY(created, "w"),
    WAY(made, "w"),
    WAY(linked_in, "w"),
    WAY(directory_moved_in, "w"),
    WAY(replaced, "w"),
    WAY(as_interpreter, "x"),
    WAY(hard_link, "rwx"),
    WAY(linked_from_proc, "rwx"),
    WAY(linked_from_descriptor, "rwx"),
    WAY(linked_by_directories, "rwx"),
    WAY(other_tree, "rwx"),
    WAY(moved_below, "rwx"),
    WAY(moved, "rwx"),
    WAY(moved_by_directories, "rwx"),
    WAY(moved_directory, "rwx"),
    WAY(removed, "w"),
    WAY(removed_by_directory, "w"),
};

/* The file is there for each attempt, if this may be done. */
static void restore(void) {
  static char content[65536];
  static int size;
  int fd;

  if (size == 0) {
    fd = open("/tmp/master", O_RDONLY);
    size = read(fd, content, sizeof content);
    close(fd);
  }
  rename("/tmp/away", place);
  fd = open(key, O_CREAT | O_TRUNC | O_WRONLY, 0755);
  write(fd, content, size);
  close(fd);
}

int main(int argc, char **argv) {
  if (argc < 3) return 42;
  mode = argv[1];
  place = argv[2];
  snprintf(key, sizeof key, "%s/key", place);
  for (unsigned i = 0; i < sizeof attempts / sizeof *attempts; i++) {
    int status, child;

    /* Those that lead nowhere by nature are tried where nothing is to be reached anyway. */
    if (*attempts[i].modes ? !strchr(attempts[i].modes, strcmp(mode, "run") ? *mode : 'x') : argc > 3) continue;
    child = fork();
    if (child == 0) _exit(attempts[i].try() ? 42 : 1);
    waitpid(child, &status, 0);
    printf("%s: %s\n", attempts[i].name, WIFEXITED(status) && WEXITSTATUS(status) == 42 ? "got there" : "did not");
    fflush(stdout);
    if (argc > 3) restore();
  }
  return 0;
}
