/* xargs: runs a command with arguments read from standard input. (POSIX xargs; -0 -r -d of GNU) */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: xargs [-0prtx] [-n COUNT] [-L LINES] [-I STRING] [-s SIZE] [-d CHAR] [-E END] [COMMAND [ARG]...]\nRun a command with arguments from standard input.\n"
    "  -n COUNT  at most so many at a time   -L LINES  of so many lines   -I STRING  one line for each STRING in the arguments\n"
    "  -0  arguments end with NUL   -d CHAR  with CHAR   -r  nothing without arguments   -t  show commands\n";

static size_t maxArguments = ~(size_t)0, maxLines, maxSize = 65536;
static int separator = -1, show, skipEmpty;
static const char *replaced, *endMark;
static char **command;
static int commandLength, status;

static char **arguments;
static size_t count, size;

static _Noreturn void stop(int result) {
  fflush(stdout);
  exit(result);
}

static void run(char **argv) {
  if (show) {
    for (char **word = argv; *word; word++) fprintf(stderr, "%s%s", word == argv ? "" : " ", quoted_if_needed(*word));
    fputc('\n', stderr);
  }
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) die_errno(1, "cannot fork");
  if (pid == 0) {
    /* The command must not read our arguments. */
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0) {
      dup2(null, STDIN_FILENO);
      close(null);
    }
    execvp(argv[0], argv);
    int result = errno == ENOENT ? 127 : 126;
    complain_errno("%s", quoted_if_needed(argv[0]));
    _exit(result);
  }
  int result;
  if (waitpid(pid, &result, 0) < 0) die_errno(1, "error waiting for child process");
  if (WIFSIGNALED(result)) {
    complain("%s: terminated by signal %d", argv[0], WTERMSIG(result));
    stop(125);
  }
  int code = WEXITSTATUS(result);
  if (code == 126 || code == 127) stop(code);
  if (code == 255) {
    complain("%s: exited with status 255; aborting", argv[0]);
    stop(124);
  }
  if (code) status = 123;
}

static void flush(void) {
  char **argv = must_malloc(((size_t)commandLength + count + 1) * sizeof *argv);
  memcpy(argv, command, (size_t)commandLength * sizeof *argv);
  if (count) memcpy(argv + commandLength, arguments, count * sizeof *argv);
  argv[(size_t)commandLength + count] = 0;
  run(argv);
  free(argv);
  while (count) free(arguments[--count]);
  size = 0;
}

static char *substitute(const char *text, const char *by) {
  size_t length = strlen(replaced), room = strlen(text) + 1;
  for (const char *at = text; (at = strstr(at, replaced)); at += length) room += strlen(by);
  char *result = must_malloc(room), *to = result;
  for (const char *found; (found = strstr(text, replaced)); text = found + length) {
    to = mempcpy(to, text, (size_t)(found - text));
    to = stpcpy(to, by);
  }
  strcpy(to, text);
  return result;
}

static void run_replaced(const char *argument) {
  char **argv = must_malloc(((size_t)commandLength + 1) * sizeof *argv);
  for (int i = 0; i < commandLength; i++) argv[i] = substitute(command[i], argument);
  argv[commandLength] = 0;
  run(argv);
  for (int i = 0; i < commandLength; i++) free(argv[i]);
  free(argv);
}

static void take(char *argument) {
  if (replaced) {
    run_replaced(argument);
    free(argument);
    return;
  }
  size_t length = strlen(argument) + 1;
  if (count && size + length > maxSize) flush();
  if (count % 64 == 0) arguments = must_realloc(arguments, (count + 64) * sizeof *arguments);
  arguments[count++] = argument;
  size += length;
  if (count >= maxArguments) flush();
}

struct word {
  char *text;
  size_t length, capacity;
};

static void append(struct word *word, int c) {
  if (word->length + 1 >= word->capacity) word->text = must_realloc(word->text, word->capacity = word->capacity ? word->capacity * 2 : 64);
  word->text[word->length++] = (char)c;
  word->text[word->length] = 0;
}

/** What was read before the fault is still run. */
static _Noreturn void fail_unmatched(int quote) {
  if (count) flush();
  die(1, "unmatched %s quote; by default quotes are special to xargs unless you use the -0 option", quote == '"' ? "double" : "single");
}

/** Next argument, allocated, or null at the end. *endsLine tells whether a line ended with it. */
static char *read_argument(int *endsLine) {
  struct word word = {0};
  int quote = 0, started = 0, c;
  *endsLine = 0;
  while ((c = getchar()) != EOF) {
    if (separator >= 0) {
      if (c == separator) {
        if (!word.text) append(&word, 0), word.length = 0;
        return word.text;
      }
      append(&word, c);
      continue;
    }
    if (quote) {
      if (c == '\n') fail_unmatched(quote);
      if (c == quote) quote = 0;
      else append(&word, c);
      continue;
    }
    if (c == '\n' || (isblank(c) && !replaced) || (isspace(c) && !replaced)) {
      if (!started) continue;
      /* A line that ends with a blank goes on. */
      *endsLine = c == '\n';
      break;
    }
    if (isblank(c) && !started) continue;
    started = 1;
    if (c == '\'' || c == '"') quote = c;
    else if (c == '\\' && (c = getchar()) == EOF) break;
    else append(&word, c);
    if (!word.text) append(&word, 0), word.length = 0;
  }
  if (c == EOF && quote) fail_unmatched(quote);
  if (c == EOF) *endsLine = 1;
  return word.text;
}

static size_t number(const char *text, char letter) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*end || end == text || !value) {
    complain("invalid number \"%s\" for -%c option", text, letter);
    usage_error(1);
  }
  return value;
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"null", 0, 0, '0'}, {"max-args", 1, 0, 'n'}, {"no-run-if-empty", 0, 0, 'r'}, {"delimiter", 1, 0, 'd'}, {"verbose", 0, 0, 't'}, {0}};
  static const struct command_line line = {"+0d:E:I:L:n:prs:tx", names, help, 1};
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case '0': separator = 0; break;
      case 'd': {
        const char *at = optarg + 1;
        separator = *optarg == '\\' ? read_escape(&at, 0) : (unsigned char)*optarg;
        break;
      }
      case 'E': endMark = optarg; break;
      case 'I': replaced = optarg; break;
      case 'L': maxLines = number(optarg, 'L'); break;
      case 'n': maxArguments = number(optarg, 'n'); break;
      case 's': maxSize = number(optarg, 's'); break;
      case 'r': skipEmpty = 1; break;
      case 't': show = 1; break;
    }
  static char *echo[] = {"echo", 0};
  command = optind < argc ? argv + optind : echo;
  commandLength = optind < argc ? argc - optind : 1;
  size_t lines = 0, taken = 0;
  int endsLine;
  for (char *argument; (argument = read_argument(&endsLine)); taken++) {
    if (endMark && strcmp(argument, endMark) == 0) break;
    take(argument);
    if (maxLines && endsLine && ++lines % maxLines == 0 && count) flush();
  }
  if (count || (!taken && !skipEmpty && !replaced)) flush();
  return status;
}
