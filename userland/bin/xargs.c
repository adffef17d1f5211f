/* xargs: runs a command with arguments read from standard input. (POSIX xargs; -0 -a -d -P -r of GNU) */
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
    "Usage: xargs [-0oprtx] [-a FILE] [-n COUNT] [-L LINES] [-I STRING] [-s SIZE] [-d CHAR] [-E END] [-P COUNT] [COMMAND [ARG]...]\n"
    "Run a command with arguments from standard input.\n"
    "  -n COUNT  at most so many at a time   -L LINES  of so many lines   -I STRING  one line for each STRING in the arguments\n"
    "  -0  arguments end with NUL   -d CHAR  with CHAR   -E END  at the word END   -a FILE  from FILE   -s SIZE  bytes of a command at most\n"
    "  -P COUNT  commands at a time, 0 for all   --process-slot-var=NAME  a variable that tells them apart\n"
    "  -r  nothing without arguments   -t  show commands   -p  and ask   -o  commands read the terminal   -x  end if SIZE is too small\n";

static size_t max_arguments = ~(size_t)0, max_lines, max_size = 131072, max_processes = 1;
static int separator = -1, show, ask, skip_empty, exit_if_too_long, reads_terminal;
static const char *replaced, *end_mark, *slot_variable;
static char **command;
static int command_length, status;
static size_t command_size;
static FILE *input;

static char **arguments;
static size_t count, size;

/* Processes that run, by slot; 0 is a free one. */
static pid_t *slots;
static size_t slot_count, running;

/* Waits for one of the commands; its status as waitpid gives it. */
static int reap(void) {
  int result;
  pid_t pid = waitpid(-1, &result, 0);
  if (pid < 0) die_errno(1, "error waiting for child process");
  for (size_t i = 0; i < slot_count; i++) {
    if (slots[i] != pid) continue;
    slots[i] = 0;
    running--;
  }
  return result;
}

/* No more commands are begun; those that run are waited for. */
static _Noreturn void stop(int result) {
  while (running) reap();
  fflush(stdout);
  exit(result);
}

/* Waits for one of the commands. Status 255 and signals end all. */
static void wait_for_one(void) {
  int result = reap();
  if (WIFSIGNALED(result)) {
    complain("%s: terminated by signal %d", command[0], WTERMSIG(result));
    stop(125);
  }
  int code = WEXITSTATUS(result);
  if (code == 255) {
    complain("%s: exited with status 255; aborting", command[0]);
    stop(124);
  }
  if (code) status = 123;
}

static size_t free_slot(void) {
  if (max_processes && running == max_processes) wait_for_one();
  size_t slot = 0;
  while (slot < slot_count && slots[slot]) slot++;
  if (slot == slot_count) {
    slots = must_realloc(slots, (slot_count + 1) * sizeof *slots);
    slots[slot_count++] = 0;
  }
  return slot;
}

static void print_command(char **argv) {
  for (char **word = argv; *word; word++) fprintf(stderr, "%s%s", word == argv ? "" : " ", quoted_if_needed(*word));
}

static int is_confirmed(void) {
  static FILE *terminal;
  if (!terminal) terminal = fopen("/dev/tty", "r");
  if (!terminal) die_errno(1, "failed to open /dev/tty for reading");
  fputs("?...", stderr);
  int first = getc(terminal);
  for (int c = first; c != '\n' && c != EOF;) c = getc(terminal);
  return first == 'y' || first == 'Y';
}

/* What the process does that becomes the command. If that fails, the error goes into the pipe. */
static _Noreturn void become(char **argv, size_t slot, int failure) {
  /* The command must not read our arguments. */
  const char *source = reads_terminal ? "/dev/tty" : input == stdin ? "/dev/null" : 0;
  int fd = source ? open(source, O_RDONLY) : STDIN_FILENO;
  if (fd < 0) die_errno(1, "%s", source);
  if (fd != STDIN_FILENO) {
    dup2(fd, STDIN_FILENO);
    close(fd);
  }
  if (slot_variable) setenv(slot_variable, must_format("%zu", slot), 1);
  execvp(argv[0], argv);
  int error = errno;
  complain_errno("%s", quoted_if_needed(argv[0]));
  write_all(failure, &error, sizeof error);
  _exit(1);
}

static void run(char **argv) {
  if (show || ask) {
    print_command(argv);
    if (!ask) fputc('\n', stderr);
    else if (!is_confirmed()) return;
  }
  fflush(stdout);
  size_t slot = free_slot();
  int failure[2], error;
  if (pipe2(failure, O_CLOEXEC)) die_errno(1, "cannot make a pipe");
  pid_t pid = fork();
  if (pid < 0) die_errno(1, "cannot fork");
  if (pid == 0) become(argv, slot, failure[1]);
  close(failure[1]);
  slots[slot] = pid;
  running++;
  /* The pipe is closed by a successful exec: a command's own status 127 is not an absent command. */
  int failed = read(failure[0], &error, sizeof error) == sizeof error;
  close(failure[0]);
  if (failed) stop(error == ENOENT ? 127 : 126);
  if (max_processes == 1) wait_for_one();
}

static void flush(void) {
  char **argv = must_malloc(((size_t)command_length + count + 1) * sizeof *argv);
  memcpy(argv, command, (size_t)command_length * sizeof *argv);
  if (count) memcpy(argv + command_length, arguments, count * sizeof *argv);
  argv[(size_t)command_length + count] = 0;
  run(argv);
  free(argv);
  while (count) free(arguments[--count]);
  size = 0;
}

static _Noreturn void too_long(void) {
  complain("argument line too long");
  stop(1);
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
  char **argv = must_malloc(((size_t)command_length + 1) * sizeof *argv);
  size_t total = 0;
  for (int i = 0; i < command_length; i++) {
    argv[i] = i ? substitute(command[i], argument) : must_strdup(command[0]);
    total += strlen(argv[i]) + 1;
  }
  if (total > max_size) {
    complain("command too long");
    stop(1);
  }
  argv[command_length] = 0;
  run(argv);
  for (int i = 0; i < command_length; i++) free(argv[i]);
  free(argv);
}

static void take(char *argument) {
  if (replaced) {
    run_replaced(argument);
    free(argument);
    return;
  }
  size_t length = strlen(argument) + 1;
  if (count && command_size + size + length > max_size) {
    if (exit_if_too_long) {
      complain("argument list too long");
      stop(1);
    }
    flush();
  }
  if (command_size + length > max_size) too_long();
  if (count % 64 == 0) arguments = must_realloc(arguments, (count + 64) * sizeof *arguments);
  arguments[count++] = argument;
  size += length;
  if (count >= max_arguments) flush();
}

struct word {
  char *text;
  size_t length, capacity;
};

static void append(struct word *word, int c) {
  if (word->length + 1 >= word->capacity)
    word->text = must_realloc(word->text, word->capacity = word->capacity ? word->capacity * 2 : 64);
  word->text[word->length++] = (char)c;
  word->text[word->length] = 0;
}

/* What was read before the fault is still run. */
static _Noreturn void fail_unmatched(int quote) {
  if (count) flush();
  complain("unmatched %s quote; by default quotes are special to xargs unless you use the -0 option",
           quote == '"' ? "double" : "single");
  stop(1);
}

/* Next argument, allocated, or null at the end. *ends_line tells whether a line ended with it. */
static char *read_argument(int *ends_line) {
  struct word word = {0};
  int quote = 0, started = 0, c;
  *ends_line = 0;
  while ((c = getc(input)) != EOF) {
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
      *ends_line = c == '\n';
      break;
    }
    if (isblank(c) && !started) continue;
    started = 1;
    if (c == '\'' || c == '"') quote = c;
    else if (c == '\\' && (c = getc(input)) == EOF) break;
    else append(&word, c);
    if (!word.text) append(&word, 0), word.length = 0;
  }
  if (c == EOF && quote) fail_unmatched(quote);
  if (c == EOF) *ends_line = 1;
  return word.text;
}

static size_t number(const char *text, char letter, unsigned long least) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*end || end == text) {
    complain("invalid number \"%s\" for -%c option", text, letter);
    usage_error(1);
  }
  if (value < least || *text == '-') {
    complain("value %s for -%c option should be >= %lu", text, letter, least);
    usage_error(1);
  }
  return value;
}

/* Of -I, -L and -n the last one counts; one before is told to be without effect. */
static void override(const char *option) {
  const char *earlier = replaced ? "replace" : max_lines ? "max-lines" : max_arguments != ~(size_t)0 ? "max-args" : 0;
  if (earlier && !strstr(option, earlier))
    complain("warning: options --%s and %s are mutually exclusive, ignoring previous --%s value", earlier, option,
             earlier);
  replaced = 0;
  max_lines = 0;
  max_arguments = ~(size_t)0;
}

int main(int argc, char **argv) {
  enum { LONG_SLOT = 256 };
  static const struct option names[] = {{"null", 0, 0, '0'},
                                        {"max-args", 1, 0, 'n'},
                                        {"no-run-if-empty", 0, 0, 'r'},
                                        {"delimiter", 1, 0, 'd'},
                                        {"verbose", 0, 0, 't'},
                                        {"arg-file", 1, 0, 'a'},
                                        {"max-procs", 1, 0, 'P'},
                                        {"replace", 2, 0, 'i'},
                                        {"max-lines", 2, 0, 'l'},
                                        {"max-chars", 1, 0, 's'},
                                        {"exit", 0, 0, 'x'},
                                        {"eof", 2, 0, 'e'},
                                        {"interactive", 0, 0, 'p'},
                                        {"open-tty", 0, 0, 'o'},
                                        {"process-slot-var", 1, 0, LONG_SLOT},
                                        {0}};
  static const struct command_line line = {"+0a:d:E:e::I:i::L:l::n:oP:prs:tx", names, help, 1};
  const char *file = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case '0': separator = 0; break;
      case 'a': file = optarg; break;
      case 'd': {
        const char *at = optarg + 1;
        separator = *optarg == '\\' ? read_escape(&at, 0) : (unsigned char)*optarg;
        break;
      }
      case 'E':
      case 'e': end_mark = optarg && *optarg ? optarg : 0; break;
      case 'I':
      case 'i':
        override("--replace/-I/-i");
        replaced = optarg ? optarg : "{}";
        break;
      case 'L':
        override("-L");
        max_lines = number(optarg, 'L', 1);
        break;
      case 'l':
        override("--max-lines/-l");
        max_lines = optarg ? number(optarg, 'l', 1) : 1;
        break;
      case 'n': {
        size_t given = number(optarg, 'n', 1);
        /* One line at a time is what -I means anyway. */
        if (replaced && given == 1) break;
        override("--max-args/-n");
        max_arguments = given;
        break;
      }
      case 'o': reads_terminal = 1; break;
      case 'P': max_processes = number(optarg, 'P', 0); break;
      case 'p': ask = 1; break;
      case 's': max_size = number(optarg, 's', 1); break;
      case 'r': skip_empty = 1; break;
      case 't': show = 1; break;
      case 'x': exit_if_too_long = 1; break;
      case LONG_SLOT: slot_variable = optarg; break;
    }
  static char *echo[] = {"echo", 0};
  command = optind < argc ? argv + optind : echo;
  command_length = optind < argc ? argc - optind : 1;
  for (int i = 0; i < command_length; i++) command_size += strlen(command[i]) + 1;
  input = file && strcmp(file, "-") ? fopen(file, "r") : stdin;
  if (!input) die_errno(1, "Cannot open input file %s", quoted(file));
  size_t lines = 0, taken = 0;
  int ends_line;
  for (char *argument; (argument = read_argument(&ends_line)); taken++) {
    if (end_mark && separator < 0 && strcmp(argument, end_mark) == 0) break;
    take(argument);
    if (max_lines && ends_line && ++lines % max_lines == 0 && count) flush();
  }
  if (command_size > max_size) {
    complain("cannot fit single argument within argument list size limit");
    stop(1);
  }
  if (count || (!taken && !skip_empty && !replaced)) flush();
  while (running) wait_for_one();
  return status;
}
