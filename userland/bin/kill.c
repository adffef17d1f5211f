/* kill: sends a signal to processes, or names signals. (POSIX kill) */
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: kill [-s SIGNAL | -SIGNAL] PID...\n   or: kill -l [SIGNAL]...\nSend a signal (TERM), or list names.\n";

static int list(char **words) {
  int status = 0;
  if (!*words) {
    for (int i = 1; i < NSIG; i++)
      if (sigabbrev(i)) printf("%2d %s\n", i, sigabbrev(i));
  }
  for (; *words; words++) {
    int number = signumber(*words);
    /* An exit status of a process that a signal ended names that signal. */
    if (number < 0 && isdigit((unsigned char)**words)) number = atoi(*words) - 128;
    const char *name = number > 0 ? sigabbrev(number) : 0;
    if (!name && number != 0) {
      complain("%s: invalid signal", quoted(*words));
      status = 1;
    } else if (isdigit((unsigned char)**words)) {
      puts(number ? name : "EXIT");
    } else {
      printf("%d\n", number);
    }
  }
  return finish(status);
}

static int parse_signal(const char *text) {
  int number = signumber(text);
  if (number >= 0) return number;
  complain("%s: invalid signal", quoted(text));
  usage_error(1);
}

int main(int argc, char **argv) {
  int signal = SIGTERM, status = 0, first = no_options(argc, argv, help);
  if (first == 1 && argc > 1 && argv[1][0] == '-' && argv[1][1]) {
    const char *option = argv[1] + 1;
    first = 2;
    if (strcmp(option, "l") == 0 || strcmp(option, "L") == 0) return list(argv + 2);
    if (*option == 's' || *option == 'n') {
      if (option[1]) {
        signal = signumber(option) >= 0 ? signumber(option) : parse_signal(option + 1);
      } else if (argc > 2) {
        signal = parse_signal(argv[2]);
        first = 3;
      }
    } else {
      signal = parse_signal(option);
    }
    if (first < argc && strcmp(argv[first], "--") == 0) first++;
  }
  if (first >= argc) {
    complain("no process ID specified");
    usage_error(1);
  }
  for (; first < argc; first++) {
    char *end;
    long pid = strtol(argv[first], &end, 10);
    if (*end || end == argv[first]) {
      complain("%s: invalid process id", quoted(argv[first]));
      status = 1;
    } else if (kill((pid_t)pid, signal)) {
      complain_errno("sending signal to %s failed", quoted(argv[first]));
      status = 1;
    }
  }
  return status;
}
