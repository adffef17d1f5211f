/* Actions that run programs: -exec, -execdir, -ok, -okdir, and their form that gathers paths. */
#include "find.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

/* Bytes of arguments of one gathered command, well below the kernel's limit. */
#define GATHERED_BYTES 131072

static const struct node *gatherings;

/* Goes from the current directory to the one that holds what is visited; a starting point may be further away. */
static int enter_directory_of(const struct visit *visit) {
  const char *slash = visit->depth == 0 ? strrchr(visit->here, '/') : 0;
  return slash ? chdir(slash == visit->here ? "/" : must_format("%.*s", (int)(slash - visit->here), visit->here)) : 0;
}

/* Runs a command beside what is visited, or without that in the directory where find began; whether it ended well. */
static int run(char **argv, const struct visit *visit) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) die_errno(1, "cannot fork");
  if (pid == 0) {
    if (visit ? enter_directory_of(visit) : fchdir(start_directory))
      die_errno(1, "cannot go to where %s is to run", quoted(argv[0]));
    execvp(argv[0], argv);
    complain_errno("%s", quoted(argv[0]));
    _exit(1);
  }
  int result;
  return waitpid(pid, &result, 0) >= 0 && result == 0;
}

static char *substitute(const char *text, const char *path) {
  char *result = must_strdup(text);
  for (size_t from = 0;;) {
    char *found = strstr(result + from, "{}");
    if (!found) return result;
    size_t before = (size_t)(found - result);
    char *longer = must_format("%.*s%s%s", (int)before, result, path, found + 2);
    free(result);
    result = longer;
    from = before + strlen(path);
  }
}

/* What {} stands for. */
static char *argument_of(const struct node *node, const struct visit *visit) {
  if (!node->in_place) return must_strdup(visit->path);
  return must_format(*visit->name == '/' ? "%s" : "./%s", visit->name);
}

static int is_confirmed(const struct node *node, const struct visit *visit) {
  fflush(stdout);
  fprintf(stderr, "< %s ... %s > ? ", node->words[0], visit->path);
  return answered_yes();
}

int do_run(const struct node *node, const struct visit *visit) {
  if (node->asks && !is_confirmed(node, visit)) return 0;
  char **argv = must_malloc(((size_t)node->word_count + 1) * sizeof *argv), *argument = argument_of(node, visit);
  for (int i = 0; i < node->word_count; i++) argv[i] = substitute(node->words[i], argument);
  argv[node->word_count] = 0;
  int result = run(argv, node->in_place ? visit : 0);
  for (int i = 0; i < node->word_count; i++) free(argv[i]);
  free(argv);
  free(argument);
  return result;
}

static void run_one(const struct node *node, const struct visit *visit) {
  struct gathering *gathering = node->gathering;
  if (!gathering->count) return;
  char **argv = must_malloc(((size_t)node->word_count + gathering->count + 1) * sizeof *argv);
  memcpy(argv, node->words, (size_t)node->word_count * sizeof *argv);
  memcpy(argv + node->word_count, gathering->paths, gathering->count * sizeof *argv);
  argv[(size_t)node->word_count + gathering->count] = 0;
  if (!run(argv, visit)) status = 1;
  free(argv);
  while (gathering->count) free(gathering->paths[--gathering->count]);
  gathering->size = 0;
}

int do_gather(const struct node *node, const struct visit *visit) {
  struct gathering *gathering = node->gathering;
  char *argument = argument_of(node, visit);
  size_t size = strlen(argument) + 1 + sizeof argument;
  if (gathering->size + size > GATHERED_BYTES) run_one(node, 0);
  if (gathering->count % 64 == 0)
    gathering->paths = must_realloc(gathering->paths, (gathering->count + 64) * sizeof(char *));
  gathering->paths[gathering->count++] = argument;
  gathering->size += size;
  /* A command that runs where the file is gets one at a time. */
  if (node->in_place) run_one(node, visit);
  return 1;
}

void add_gathering(struct node *node) {
  node->gathering = must_malloc(sizeof *node->gathering);
  *node->gathering = (struct gathering){0};
  node->next = gatherings;
  gatherings = node;
}

void run_gathered(void) {
  for (const struct node *node = gatherings; node; node = node->next) run_one(node, 0);
}
