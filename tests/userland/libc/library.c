/* Strings, dates, options, environment, jumps, signals, streams, memory. */
#define _GNU_SOURCE
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void show_dates(void) {
  static const long long times[] = {0,      951782400,     1709164800,   1703980800,     1735603200, -1,
                                    -86400, -2208988800LL, 4102444800LL, 253402300799LL, 1e9};
  for (unsigned i = 0; i < sizeof times / sizeof *times; i++) {
    time_t time = (time_t)times[i];
    char text[200];
    struct tm date = *gmtime(&time);
    strftime(text, sizeof text,
             "%A %d %B %Y %H:%M:%S %j %U %W %V %G %g %u %w %y %C %e|%k|%l|%I %p %s %c %x %X %D %F %T %R %r %h %n%t%%",
             &date);
    printf("%s %lld\n", text, (long long)timegm(&date));
  }
  struct tm odd = {.tm_year = 124, .tm_mon = 14, .tm_mday = -3, .tm_hour = 30, .tm_min = -5};
  printf("%lld %d-%d-%d %d\n", (long long)timegm(&odd), odd.tm_year, odd.tm_mon, odd.tm_mday, odd.tm_yday);
  static const char *const zones[] = {"UTC0", "EST5", "<+0530>-5:30", "XYZ-3:15:30"};
  for (unsigned i = 0; i < 4; i++) {
    setenv("TZ", zones[i], 1);
    tzset();
    time_t time = 1700000000;
    char text[80];
    strftime(text, sizeof text, "%F %T %z %Z", localtime(&time));
    struct tm date = *localtime(&time);
    printf("%s %lld\n", text, (long long)mktime(&date));
  }
}

static void show_options(void) {
  static char *arguments[] = {"prog", "one",   "-ab",   "value", "two", "--long=x", "-c",
                              "--fl", "three", "-dopt", "-d",    "--",  "-e",       0};
  static const struct option names[] = {{"long", required_argument, 0, 'l'}, {"flag", no_argument, 0, 'f'}, {0}};
  int letter;
  opterr = 0;
  optind = 1;
  while ((letter = getopt_long(13, arguments, "ab:cd::e", names, 0)) != -1)
    printf("%c=%s ", letter, optarg ? optarg : "-");
  for (int i = optind; i < 13; i++) printf("%s ", arguments[i]);
  printf("\n");
}

static void show_strings(void) {
  char text[] = "a,b,,c;d", *state, buffer[64] = "start";
  for (char *part = strtok_r(text, ",;", &state); part; part = strtok_r(0, ",;", &state)) printf("<%s>", part);
  char list[] = "x::y", *rest = list;
  for (char *part; (part = strsep(&rest, ":"));) printf("[%s]", part);
  strncat(buffer, "finish", 3);
  printf("%s %s %s %s %d %d %d\n", buffer, strstr("haystack", "st"), strrchr("a/b/c", '/'), strpbrk("hello", "ol"),
         (int)strspn("aabbc", "ab"), (int)strcspn("hello", "l"), strcasecmp("HeLLo", "hEllO"));
  memmove(buffer + 2, buffer, 6);
  printf("%.8s %d %s\n", buffer, memcmp("abcd", "abce", 4) < 0, (char *)memmem("abcabd", 6, "abd", 3));
  printf("%s|%s|%s\n", strerror(2), strerror(13), strsignal(11));
  for (int size = 0; size < 20; size++) {
    char from[32], to[32];
    for (int i = 0; i < 32; i++) from[i] = (char)('A' + i);
    memset(to, '.', sizeof to);
    memcpy(to + size % 5, from + size % 3, (size_t)size);
    memmove(to + 3, to + 1, (size_t)size);
    printf("%.32s %d %d\n", to, (int)strnlen(to, 32), memchr(from, 'A' + size, 32) == from + size);
  }
}

static jmp_buf state;
static volatile sig_atomic_t caught;

static void on_signal(int number) {
  caught = number;
}

static void show_control(void) {
  volatile int count = 0;
  int value = setjmp(state);
  if (value < 3) {
    count++;
    longjmp(state, value + 1);
  }
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  printf("%d %d %d\n", value, count, caught);
  fflush(stdout);
  int fds[2], status;
  if (pipe(fds)) return;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fds[1], 1);
    close(fds[0]);
    execlp("echo", "echo", "from", "child", (char *)0);
    _exit(127);
  }
  close(fds[1]);
  FILE *stream = fdopen(fds[0], "r");
  char *line = 0;
  size_t capacity = 0;
  while (getline(&line, &capacity, stream) > 0) printf("got %s", line);
  fclose(stream);
  waitpid(pid, &status, 0);
  printf("%d\n", WEXITSTATUS(status));
  pid = fork();
  if (pid == 0) {
    raise(SIGTERM);
    _exit(0);
  }
  waitpid(pid, &status, 0);
  printf("%d %d %d\n", WIFSIGNALED(status), WTERMSIG(status), WIFEXITED(status));
}

static void show_streams(void) {
  char name[] = "/tmp/library-XXXXXX";
  int fd = mkstemp(name);
  FILE *stream = fdopen(fd, "w+");
  for (int i = 0; i < 5000; i++) fprintf(stream, "%d\n", i);
  fseek(stream, 100, SEEK_SET);
  char word[32];
  printf("%s", fgets(word, sizeof word, stream));
  printf("%ld %c", ftell(stream), getc(stream));
  ungetc('Z', stream);
  printf("%c %d\n", getc(stream), feof(stream));
  fseek(stream, 0, SEEK_END);
  printf("%ld %d %d\n", ftell(stream), getc(stream), feof(stream) != 0);
  rewind(stream);
  fputs("first", stream);
  fseek(stream, 0, SEEK_SET);
  printf("%s", fgets(word, sizeof word, stream));
  fclose(stream);
  unlink(name);
  char *memory;
  size_t size;
  stream = open_memstream(&memory, &size);
  for (int i = 0; i < 3000; i++) fputc('a' + i % 26, stream);
  fclose(stream);
  printf("%zu %.10s %zu\n", size, memory, strlen(memory));
}

static void show_memory(void) {
  static unsigned char *blocks[500];
  static size_t sizes[500];
  unsigned random = 12345, wrong = 0;
  for (int i = 0; i < 50000; i++) {
    random = random * 1664525 + 1013904223;
    unsigned slot = random >> 8 & 0xffff;
    slot %= 500;
    for (size_t k = 0; k < sizes[slot]; k += sizes[slot] / 4 + 1) wrong += blocks[slot][k] != (unsigned char)slot;
    size_t size = (random >> 20) % (i % 100 ? 600 : 300000);
    if (random & 1) {
      blocks[slot] = realloc(blocks[slot], size + 1);
    } else {
      free(blocks[slot]);
      blocks[slot] = malloc(size + 1);
    }
    sizes[slot] = size;
    memset(blocks[slot], (int)slot, size);
  }
  unsigned char *zeros = calloc(1000, 3);
  for (int i = 0; i < 3000; i++) wrong += zeros[i];
  printf("wrong %u\n", wrong);
}

int main(void) {
  show_dates();
  show_options();
  show_strings();
  show_control();
  show_streams();
  show_memory();
  setenv("A", "1", 1);
  setenv("A", "2", 0);
  unsetenv("TZ");
  printf("%s %s\n", getenv("A"), getenv("TZ") ? "set" : "unset");
  char path[4096];
  printf("%s %s\n", realpath("/usr/../usr/./bin/..", path), realpath("/no/such", path) ? "found" : "missing");
  return 0;
}
