/*
 * All calls with values that should be refused: each argument alone, and each two together, which shows what is looked
 * at first. One line per argument and per pair of arguments, with error numbers, 0 for success. Prints the same on
 * Linux.
 */
#define _GNU_SOURCE
#include "oracle.h"
#include "refused-values.h"

static char home[4096];
static const char *const names[] = {"file", "directory", "new", "link", "absent"};

static void place(int from, int number) {
  if (from != number) dup2(from, number), close(from);
}

/* The surroundings of a call: made anew when one has succeeded, for it may have changed them. */
static void prepare(void) {
  int ends[2], fd;

  chdir(home);
  syscall(SYS_close_range, 3, -1, 0);
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
    if (unlink(names[i])) rmdir(names[i]);
  fd = open("file", O_RDWR | O_CREAT, 0644);
  write(fd, "content", 7), lseek(fd, 0, SEEK_SET);
  place(fd, FILE_FD);
  mkdir("directory", 0755);
  symlink("file", "link");
  place(open("directory", O_RDONLY | O_DIRECTORY), DIRECTORY_FD);
  place(open("file", O_PATH), PATH_FD);
  place(open("file", O_RDONLY), READ_ONLY);
  place(open("file", O_WRONLY), WRITE_ONLY);
  place(open("/dev/null", O_RDWR), NULL_FD);
  place(open("file", O_RDWR | O_APPEND), APPEND_FD);
  pipe2(ends, O_NONBLOCK);
  place(ends[0], READ_END), place(ends[1], WRITE_END);
  mmap((void *)BUFFER, BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  munmap((void *)(BUFFER + BUFFER_SIZE), PAGE);
  mmap((void *)PAGES, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  munmap((void *)UNMAPPED, PAGE);
  mprotect((void *)READABLE, PAGE, PROT_READ);
  mprotect((void *)NO_ACCESS, PAGE, PROT_NONE);
}

static const uint32_t *last_values;

/* What the call says: 0, or an error. */
static int outcome(const struct call *call, const uint32_t *values) {
  last_values = values;
  errno = 0;
  if (syscall(call->nr, values[0], values[1], values[2], values[3], values[4], values[5]) == -1 && errno) return errno;
  prepare();
  return 0;
}

static void try_alone(const struct call *call, uint32_t *values, int at, int *outcomes) {
  const struct kind *kind = call->arguments[at];

  printf("%s %s:", call->name, kind->name);
  for (int i = 1; i < count_values(kind); i++) {
    values[at] = kind->values[i].value;
    outcomes[i] = outcome(call, values);
    printf(" %s=%d", kind->values[i].name, outcomes[i]);
  }
  values[at] = kind->values[0].value;
  printf("\n");
}

/*
 * Of two values of which one is refused that one is reported. Where both are, the errors of one of the arguments are
 * seen: then its name says it all. What is otherwise is shown.
 */
static void try_together(const struct call *call, uint32_t *values, int a, int b, int (*alone)[VALUES]) {
  const struct kind *first = call->arguments[a], *second = call->arguments[b];
  int results[VALUES][VALUES], firsts = 0, seconds = 0, both = 0;

  for (int i = 1; i < count_values(first); i++)
    for (int j = 1; j < count_values(second); j++) {
      values[a] = first->values[i].value;
      values[b] = second->values[j].value;
      results[i][j] = outcome(call, values);
      if (!alone[a][i] || !alone[b][j]) continue;
      both++;
      firsts += results[i][j] == alone[a][i];
      seconds += results[i][j] == alone[b][j];
    }
  values[a] = first->values[0].value;
  values[b] = second->values[0].value;
  printf("%s %s, %s:", call->name, first->name, second->name);
  if (both) printf(" %s", firsts >= seconds ? first->name : second->name);
  for (int i = 1; i < count_values(first); i++)
    for (int j = 1; j < count_values(second); j++) {
      int of_first = alone[a][i], of_second = alone[b][j];
      int expected = !of_second || (of_first && firsts >= seconds) ? of_first : of_second;

      if (results[i][j] != expected) printf(" %s+%s=%d", first->values[i].name, second->values[j].name, results[i][j]);
    }
  printf("\n");
}

static void try_call(const struct call *call) {
  uint32_t values[ARGUMENTS] = {0};
  int alone[ARGUMENTS][VALUES] = {0}, count = 0;

  prepare();
  for (; count < ARGUMENTS && call->arguments[count]; count++) values[count] = call->arguments[count]->values[0].value;
  printf("%s: %d\n", call->name, outcome(call, values));
  for (int a = 0; a < count; a++) try_alone(call, values, a, alone[a]);
  for (int a = 0; a < count; a++)
    for (int b = a + 1; b < count; b++) try_together(call, values, a, b, alone);
}

int main(int argc, char **argv) {
  getcwd(home, sizeof home);
  memset(long_name, 'n', NAME_LENGTH);
  for (int i = 0; i < PATH_LENGTH; i++) long_path[i] = i % 2 ? 'p' : '/';
  symlink("loop", "loop");
  for (const struct call *call = calls; call->name; call++) {
    int status;

    if (argc > 1 && strcmp(argv[1], call->name)) continue;
    fflush(stdout);
    if (fork() == 0) {
      try_call(call);
      fflush(stdout);
      _exit(0);
    }
    wait(&status);
    if (status) printf("%s: status %x\n", call->name, status);
  }
  return 0;
}
