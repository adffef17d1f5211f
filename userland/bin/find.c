/* find: walks trees and tests what it finds. (POSIX find; -maxdepth -iname -empty -delete … of GNU) */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: find [-HLP] [PATH]... [EXPRESSION]\nWalk trees. Tests: -name -iname -path P, -type bcdflps, -size [+-]N[bckMG], -newer F, -mtime -mmin -atime -ctime [+-]N,\n"
    "-perm [-/]MODE, -user U, -group G, -links N, -inum N, -empty, -regex, -true, -false; ! ( ) -a -o. Actions: -print -print0 -exec CMD {} ; or + , -delete, -prune, -quit.\n"
    "Limits: -maxdepth N -mindepth N -depth -xdev.\n";

struct visit {
  const char *path, *name;
  const struct stat *info;
  int depth;
};

struct node;
typedef int test_function(const struct node *node, const struct visit *visit);
struct node {
  test_function *test;
  const struct node *left, *right;
  const char *text;
  /** Number to compare with: -1 less, 0 equal, 1 more. */
  int sign;
  long long number;
  mode_t mode;
  char **words;
  int wordCount, gathers;
};

static char **words;
static int depthFirst, oneDevice, followLinks, minDepth, maxDepth = 0x7fffffff, status, prune, hasAction, quit;
static time_t now;

/* Arguments gathered for `-exec … {} +`, for the one such action that is usual. */
static struct {
  const struct node *node;
  char **paths;
  size_t count;
} gathered;

static int compare(const struct node *node, long long value) {
  return node->sign < 0 ? value < node->number : node->sign > 0 ? value > node->number : value == node->number;
}

static int test_and(const struct node *node, const struct visit *visit) {
  return node->left->test(node->left, visit) && node->right->test(node->right, visit);
}

static int test_or(const struct node *node, const struct visit *visit) {
  return node->left->test(node->left, visit) || node->right->test(node->right, visit);
}

static int test_comma(const struct node *node, const struct visit *visit) {
  node->left->test(node->left, visit);
  return node->right->test(node->right, visit);
}

static int test_not(const struct node *node, const struct visit *visit) {
  return !node->left->test(node->left, visit);
}

static int test_true(const struct node *node, const struct visit *visit) {
  (void)node, (void)visit;
  return 1;
}

static int test_false(const struct node *node, const struct visit *visit) {
  return !test_true(node, visit);
}

static int test_name(const struct node *node, const struct visit *visit) {
  return fnmatch(node->text, visit->name, (int)node->number) == 0;
}

static int test_path(const struct node *node, const struct visit *visit) {
  return fnmatch(node->text, visit->path, (int)node->number) == 0;
}

static int test_type(const struct node *node, const struct visit *visit) {
  char text[11];
  mode_text(visit->info->st_mode, text);
  return strchr(node->text, text[0] == '-' ? 'f' : text[0]) != 0;
}

static int test_size(const struct node *node, const struct visit *visit) {
  long long unit = node->mode;
  return compare(node, (visit->info->st_size + unit - 1) / unit);
}

static int test_newer(const struct node *node, const struct visit *visit) {
  long long own = visit->info->st_mtim.tv_sec;
  return own > node->number || (own == node->number && visit->info->st_mtim.tv_nsec > (long)node->mode);
}

/** Whole units (of `mode` seconds) of age. */
static int test_age(const struct node *node, const struct visit *visit) {
  time_t time = *node->text == 'a' ? visit->info->st_atime : *node->text == 'c' ? visit->info->st_ctime : visit->info->st_mtime;
  return compare(node, (now - time) / (long long)node->mode);
}

static int test_permissions(const struct node *node, const struct visit *visit) {
  mode_t mode = visit->info->st_mode & 07777;
  if (*node->text == '-') return (mode & node->mode) == node->mode;
  if (*node->text == '/') return !node->mode || (mode & node->mode) != 0;
  return mode == node->mode;
}

static int test_user(const struct node *node, const struct visit *visit) {
  return compare(node, visit->info->st_uid);
}

static int test_group(const struct node *node, const struct visit *visit) {
  return compare(node, visit->info->st_gid);
}

static int test_links(const struct node *node, const struct visit *visit) {
  return compare(node, visit->info->st_nlink);
}

static int test_inode(const struct node *node, const struct visit *visit) {
  return compare(node, (long long)visit->info->st_ino);
}

static int test_empty(const struct node *node, const struct visit *visit) {
  (void)node;
  struct name_list list;
  if (S_ISREG(visit->info->st_mode)) return visit->info->st_size == 0;
  if (!S_ISDIR(visit->info->st_mode) || !list_directory(visit->path, &list)) return 0;
  int empty = list.count == 0;
  free_names(&list);
  return empty;
}

static int test_regex(const struct node *node, const struct visit *visit) {
  regmatch_t match;
  return regexec((const regex_t *)node->words, visit->path, 1, &match, 0) == 0 && match.rm_so == 0 && !visit->path[match.rm_eo];
}

static int do_print(const struct node *node, const struct visit *visit) {
  printf("%s%c", visit->path, (int)node->number);
  return 1;
}

static int do_prune(const struct node *node, const struct visit *visit) {
  prune = 1;
  return test_true(node, visit);
}

static int do_quit(const struct node *node, const struct visit *visit) {
  quit = 1;
  return test_true(node, visit);
}

static int do_delete(const struct node *node, const struct visit *visit) {
  (void)node;
  if (strcmp(visit->path, ".") == 0) return 1;
  if (unlinkat(AT_FDCWD, visit->path, S_ISDIR(visit->info->st_mode) ? AT_REMOVEDIR : 0) == 0) return 1;
  complain_errno("cannot delete %s", quoted(visit->path));
  status = 1;
  return 0;
}

static int run(char **argv) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) die_errno(1, "cannot fork");
  if (pid == 0) {
    execvp(argv[0], argv);
    complain_errno("%s", quoted(argv[0]));
    _exit(127);
  }
  int result;
  return waitpid(pid, &result, 0) >= 0 && result == 0;
}

static void run_gathered(void) {
  const struct node *node = gathered.node;
  if (!gathered.count) return;
  char **argv = must_malloc(((size_t)node->wordCount + gathered.count + 1) * sizeof *argv);
  memcpy(argv, node->words, (size_t)node->wordCount * sizeof *argv);
  memcpy(argv + node->wordCount, gathered.paths, gathered.count * sizeof *argv);
  argv[(size_t)node->wordCount + gathered.count] = 0;
  if (!run(argv)) status = 1;
  free(argv);
  while (gathered.count) free(gathered.paths[--gathered.count]);
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

static int do_exec(const struct node *node, const struct visit *visit) {
  if (node->gathers) {
    if (gathered.node != node || gathered.count >= 1000) run_gathered();
    gathered.node = node;
    if (gathered.count % 64 == 0) gathered.paths = must_realloc(gathered.paths, (gathered.count + 64) * sizeof(char *));
    gathered.paths[gathered.count++] = must_strdup(visit->path);
    return 1;
  }
  char **argv = must_malloc(((size_t)node->wordCount + 1) * sizeof *argv);
  for (int i = 0; i < node->wordCount; i++) argv[i] = substitute(node->words[i], visit->path);
  argv[node->wordCount] = 0;
  int result = run(argv);
  for (int i = 0; i < node->wordCount; i++) free(argv[i]);
  free(argv);
  return result;
}

static const struct node *new_node(struct node node) {
  struct node *copy = must_malloc(sizeof *copy);
  *copy = node;
  return copy;
}

static const char *need_argument(const char *option) {
  if (!*words) die(1, "missing argument to `%s'", option);
  return *words++;
}

/** "+5", "-5" or "5"; what follows the digits is returned. */
static const char *parse_count(const char *text, const char *option, struct node *node) {
  char *end;
  node->sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
  const char *digits = text + (node->sign != 0);
  node->number = strtoll(digits, &end, 10);
  if (end == digits) die(1, "invalid argument `%s' to `%s'", text, option);
  return end;
}

static const struct node *parse_exec(const char *option) {
  struct node node = {.test = do_exec, .words = words};
  for (; *words && strcmp(*words, ";"); words++, node.wordCount++)
    if (strcmp(*words, "+") == 0 && node.wordCount > 1 && strcmp(words[-1], "{}") == 0) {
      node.gathers = 1;
      node.wordCount--;
      break;
    }
  if (!*words) die(1, "missing argument to `%s'", option);
  words++;
  hasAction = 1;
  return new_node(node);
}

static const struct node *parse_size_test(const char *option) {
  struct node node = {.test = test_size, .mode = 512};
  const char *argument = need_argument(option), *unit = parse_count(argument, option, &node);
  static const struct {
    char letter;
    mode_t bytes;
  } units[] = {{'b', 512}, {'c', 1}, {'w', 2}, {'k', 1 << 10}, {'M', 1 << 20}, {'G', 1 << 30}};
  int known = !*unit;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (*unit == units[i].letter && !unit[1]) {
      node.mode = units[i].bytes;
      known = 1;
    }
  if (!known) die(1, "invalid -size type `%c'", *unit);
  return new_node(node);
}

static const struct node *parse_newer(const char *option) {
  struct stat info;
  const char *path = need_argument(option);
  if (stat(path, &info)) die_errno(1, "%s", quoted(path));
  return new_node((struct node){.test = test_newer, .number = info.st_mtime, .mode = (mode_t)info.st_mtim.tv_nsec});
}

static const struct node *parse_permissions(const char *option) {
  struct node node = {.test = test_permissions, .text = need_argument(option)};
  if (!apply_mode(node.text + strspn(node.text, "-/"), 0, 0, 0, &node.mode)) die(1, "invalid mode %s", quoted(node.text));
  return new_node(node);
}

static const struct node *parse_regex(const char *option) {
  regex_t *expression = must_malloc(sizeof *expression);
  const char *text = need_argument(option);
  if (regcomp(expression, text, 0)) die(1, "invalid regular expression %s", quoted(text));
  return new_node((struct node){.test = test_regex, .words = (char **)expression});
}

/** Tests that compare a number, and what their unit is. */
static const struct {
  const char *name;
  test_function *test;
  const char *text;
  mode_t unit;
} numeric[] = {
    {"-mtime", test_age, "m", 86400}, {"-atime", test_age, "a", 86400}, {"-ctime", test_age, "c", 86400}, {"-mmin", test_age, "m", 60},
    {"-amin", test_age, "a", 60},     {"-cmin", test_age, "c", 60},     {"-links", test_links, "", 0},    {"-inum", test_inode, "", 0},
    {"-user", test_user, "", 0},      {"-uid", test_user, "", 0},       {"-group", test_group, "", 0},    {"-gid", test_group, "", 0},
};
static const struct {
  const char *name;
  test_function *test;
  int flags;
} patterns[] = {{"-name", test_name, 0}, {"-iname", test_name, FNM_CASEFOLD}, {"-path", test_path, 0}, {"-wholename", test_path, 0}, {"-ipath", test_path, FNM_CASEFOLD}};
static const struct {
  const char *name;
  test_function *test;
  int number, isAction;
} simple[] = {{"-print", do_print, '\n', 1}, {"-print0", do_print, 0, 1}, {"-prune", do_prune, 0, 0},    {"-quit", do_quit, 0, 1},
              {"-true", test_true, 0, 0},    {"-false", test_false, 0, 0}, {"-empty", test_empty, 0, 0}, {"-delete", do_delete, 0, 1}};

/** Options that hold for the whole walk; false if the word is none. */
static int parse_global(const char *word) {
  if (strcmp(word, "-depth") == 0) depthFirst = 1;
  else if (strcmp(word, "-xdev") == 0 || strcmp(word, "-mount") == 0) oneDevice = 1;
  else if (strcmp(word, "-maxdepth") == 0) maxDepth = atoi(need_argument(word));
  else if (strcmp(word, "-mindepth") == 0) minDepth = atoi(need_argument(word));
  else return 0;
  return 1;
}

static const struct node *parse_comma(void);

static const struct node *parse_primary(void) {
  if (!*words) die(1, "expected an expression after %s", quoted(words[-1]));
  const char *word = *words++;
  if (strcmp(word, "!") == 0 || strcmp(word, "-not") == 0) return new_node((struct node){.test = test_not, .left = parse_primary()});
  if (strcmp(word, "(") == 0) {
    const struct node *inner = parse_comma();
    if (!*words || strcmp(*words, ")")) die(1, "invalid expression; I was expecting to find a ')' somewhere but did not see one.");
    words++;
    return inner;
  }
  if (parse_global(word)) return new_node((struct node){.test = test_true});
  for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
    if (strcmp(word, simple[i].name)) continue;
    hasAction |= simple[i].isAction;
    if (simple[i].test == do_delete) depthFirst = 1;
    return new_node((struct node){.test = simple[i].test, .number = simple[i].number});
  }
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
    if (strcmp(word, patterns[i].name) == 0) return new_node((struct node){.test = patterns[i].test, .text = need_argument(word), .number = patterns[i].flags});
  for (size_t i = 0; i < sizeof numeric / sizeof *numeric; i++) {
    if (strcmp(word, numeric[i].name)) continue;
    struct node node = {.test = numeric[i].test, .text = numeric[i].text, .mode = numeric[i].unit};
    parse_count(need_argument(word), word, &node);
    return new_node(node);
  }
  if (strcmp(word, "-type") == 0) return new_node((struct node){.test = test_type, .text = need_argument(word)});
  if (strcmp(word, "-size") == 0) return parse_size_test(word);
  if (strcmp(word, "-newer") == 0) return parse_newer(word);
  if (strcmp(word, "-perm") == 0) return parse_permissions(word);
  if (strcmp(word, "-regex") == 0) return parse_regex(word);
  if (strcmp(word, "-exec") == 0) return parse_exec(word);
  die(1, *word == '-' ? "unknown predicate `%s'" : "paths must precede expression: `%s'", word);
}

static const struct node *parse_and(void) {
  const struct node *left = parse_primary();
  while (*words && strcmp(*words, "-o") && strcmp(*words, "-or") && strcmp(*words, ")") && strcmp(*words, ",")) {
    if (strcmp(*words, "-a") == 0 || strcmp(*words, "-and") == 0) words++;
    left = new_node((struct node){.test = test_and, .left = left, .right = parse_primary()});
  }
  return left;
}

static const struct node *parse_or(void) {
  const struct node *left = parse_and();
  while (*words && (strcmp(*words, "-o") == 0 || strcmp(*words, "-or") == 0)) {
    words++;
    left = new_node((struct node){.test = test_or, .left = left, .right = parse_and()});
  }
  return left;
}

static const struct node *parse_comma(void) {
  const struct node *left = parse_or();
  while (*words && strcmp(*words, ",") == 0) {
    words++;
    left = new_node((struct node){.test = test_comma, .left = left, .right = parse_or()});
  }
  return left;
}

static void apply(const struct node *expression, const struct visit *visit) {
  if (visit->depth >= minDepth) expression->test(expression, visit);
}

static void walk(const struct node *expression, const char *path, const char *name, int depth, dev_t device) {
  struct stat info;
  int failed = followLinks || (depth == 0 && followLinks < 0) ? stat(path, &info) && lstat(path, &info) : lstat(path, &info);
  if (failed) {
    complain_errno("%s", quoted(path));
    status = 1;
    return;
  }
  struct visit visit = {path, name, &info, depth};
  prune = 0;
  if (!depthFirst) apply(expression, &visit);
  int descend = S_ISDIR(info.st_mode) && !prune && depth < maxDepth && !(oneDevice && depth > 0 && info.st_dev != device);
  struct name_list list;
  if (descend && !quit) {
    if (list_directory(path, &list)) {
      for (size_t i = 0; i < list.count && !quit; i++) {
        char *inner = join_path(path, list.names[i]);
        walk(expression, inner, list.names[i], depth + 1, info.st_dev);
        free(inner);
      }
      free_names(&list);
    } else {
      complain_errno("%s", quoted(path));
      status = 1;
    }
  }
  if (depthFirst && !quit) apply(expression, &visit);
}

int main(int argc, char **argv) {
  int first = no_options(argc, argv, help);
  for (; first < argc && (strcmp(argv[first], "-H") == 0 || strcmp(argv[first], "-L") == 0 || strcmp(argv[first], "-P") == 0); first++)
    followLinks = argv[first][1] == 'L' ? 1 : argv[first][1] == 'H' ? -1 : 0;
  int paths = first;
  while (paths < argc && argv[paths][0] != '-' && strcmp(argv[paths], "!") && strcmp(argv[paths], "(")) paths++;
  words = argv + paths;
  time(&now);
  const struct node *expression = *words ? parse_comma() : new_node((struct node){.test = test_true});
  if (*words) die(1, "paths must precede expression: `%s'", *words);
  if (!hasAction) {
    const struct node *print = new_node((struct node){.test = do_print, .number = '\n'});
    expression = new_node((struct node){.test = test_and, .left = expression, .right = print});
  }
  if (paths == first) walk(expression, ".", ".", 0, 0);
  for (int i = first; i < paths && !quit; i++) {
    char *name = last_component(argv[i]);
    walk(expression, argv[i], name, 0, 0);
    free(name);
  }
  run_gathered();
  return finish(status);
}
