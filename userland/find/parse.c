/* Words to an expression: tables of the primaries, and the grammar of ! ( ) -a -o and the comma. */
#include "find.h"
#include <ctype.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static char **words;
static int has_action, regex_flags;

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

static struct node *new_node(struct node node) {
  struct node *copy = must_malloc(sizeof *copy);
  *copy = node;
  return copy;
}

static const char *need_argument(const char *option) {
  if (!*words) die(1, "missing argument to `%s'", option);
  return *words++;
}

/* "+5", "-5" or "5"; what follows the digits is returned. */
static const char *parse_count(const char *text, const char *option, struct node *node) {
  char *end;
  node->sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
  const char *digits = text + (node->sign != 0);
  node->number = strtoll(digits, &end, 10);
  if (end == digits) die(1, "invalid argument `%s' to `%s'", text, option);
  return end;
}

static int parse_depth(const char *option) {
  const char *text = need_argument(option);
  if (!*text || text[strspn(text, "0123456789")])
    die(1, "Expected a positive decimal integer argument to %s, but got %s", option, quoted(text));
  return atoi(text);
}

/* An output other than standard output; files that several actions name are opened once. */
static FILE *parse_output(const char *option) {
  static struct {
    const char *name;
    FILE *stream;
  } outputs[16];
  const char *name = need_argument(option);
  for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
    if (outputs[i].name && strcmp(outputs[i].name, name)) continue;
    if (!outputs[i].name) {
      outputs[i].name = name;
      outputs[i].stream = strcmp(name, "/dev/stdout") == 0   ? stdout
                          : strcmp(name, "/dev/stderr") == 0 ? stderr
                                                             : fopen(name, "w");
    }
    if (!outputs[i].stream) die_errno(1, "%s", quoted(name));
    return outputs[i].stream;
  }
  die(1, "too many output files");
}

static struct node *parse_run(const char *option, int in_place, int asks) {
  struct node *node = new_node((struct node){.test = do_run, .words = words, .in_place = in_place, .asks = asks});
  for (; *words && strcmp(*words, ";"); words++, node->word_count++)
    if (!asks && strcmp(*words, "+") == 0 && node->word_count > 1 && strcmp(words[-1], "{}") == 0) {
      node->test = do_gather;
      node->word_count--;
      add_gathering(node);
      break;
    }
  if (!*words || !node->word_count) die(1, "missing argument to `%s'", option);
  words++;
  return node;
}

static struct node *parse_size_test(const char *option) {
  struct node node = {.test = test_size, .unit = 512};
  const char *argument = need_argument(option), *unit = parse_count(argument, option, &node);
  static const struct {
    char letter;
    long bytes;
  } units[] = {{'b', 512}, {'c', 1}, {'w', 2}, {'k', 1 << 10}, {'M', 1 << 20}, {'G', 1 << 30}};
  int known = !*unit;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (*unit == units[i].letter && !unit[1]) {
      node.unit = units[i].bytes;
      known = 1;
    }
  if (!known) die(1, "invalid -size type `%c'", *unit);
  return new_node(node);
}

static void stat_operand(const char *path, struct stat *info) {
  if (walk_options.follow_links ? stat(path, info) && lstat(path, info) : lstat(path, info))
    die_errno(1, "%s", quoted(path));
}

/* -newerXY: time X of a file after time Y of another, or after a date for Y = t. */
static struct node *parse_newer(const char *option, char own, char others) {
  struct stat info;
  const char *operand = need_argument(option);
  struct node *node = new_node((struct node){.test = test_newer, .which = own});
  if (own == 'B' || others == 'B') die(1, "This system does not provide a way to find the birth time of a file.");
  if (others == 't') {
    if (!parse_date(operand, &node->time))
      die(1, "I cannot figure out how to interpret %s as a date or time", quoted(operand));
    return node;
  }
  if (stat(operand, &info)) die_errno(1, "%s", quoted(operand));
  node->time = *time_of(&info, others);
  return node;
}

static struct node *parse_permissions(const char *option) {
  struct node node = {.test = test_permissions, .text = need_argument(option)};
  if (!apply_mode(node.text + strspn(node.text, "-/"), 0, 0, 0, &node.mode))
    die(1, "invalid mode %s", quoted(node.text));
  return new_node(node);
}

static struct node *parse_regex(const char *option, int flags) {
  regex_t *expression = must_malloc(sizeof *expression);
  const char *text = need_argument(option);
  if (regcomp(expression, text, regex_flags | flags)) die(1, "invalid regular expression %s", quoted(text));
  return new_node((struct node){.test = test_regex, .expression = expression});
}

/* One or more letters, separated by commas. */
static struct node *parse_type(const char *option, test_function *test) {
  const char *text = need_argument(option);
  for (const char *at = text;; at += 2) {
    if (!*at) die(1, "Arguments to %s should contain at least one letter", option);
    if (!strchr("bcdflps", *at)) die(1, "Unknown argument to %s: %c", option, *at);
    if (!at[1]) break;
    if (at[1] != ',') die(1, "Must separate multiple arguments to %s using: ','", option);
  }
  return new_node((struct node){.test = test, .text = text});
}

/* A name of the data base, or a number. */
static struct node *parse_owner(const char *option, test_function *test) {
  const char *text = need_argument(option);
  struct node node = {.test = test};
  const struct passwd *user = test == test_user ? getpwnam(text) : 0;
  const struct group *group = test == test_group ? getgrnam(text) : 0;
  if (user) node.number = user->pw_uid;
  else if (group) node.number = group->gr_gid;
  else if (!isdigit((unsigned char)text[strspn(text, "+-")]))
    die(1, "%s is not the name of %s", quoted(text), test == test_user ? "a known user" : "an existing group");
  else parse_count(text, option, &node);
  return new_node(node);
}

static struct node *parse_same_file(const char *option) {
  struct stat info;
  stat_operand(need_argument(option), &info);
  return new_node((struct node){.test = test_same_file, .device = info.st_dev, .inode = info.st_ino});
}

/* Tests that compare a number, and what their unit is. */
static const struct {
  const char *name;
  test_function *test;
  char which;
  long unit;
} numeric[] = {
    {"-mtime", test_age, 'm', 86400}, {"-atime", test_age, 'a', 86400}, {"-ctime", test_age, 'c', 86400},
    {"-mmin", test_age, 'm', 60},     {"-amin", test_age, 'a', 60},     {"-cmin", test_age, 'c', 60},
    {"-links", test_links, 0, 0},     {"-inum", test_inode, 0, 0},      {"-uid", test_user, 0, 0},
    {"-gid", test_group, 0, 0},
};
static const struct {
  const char *name;
  test_function *test;
  int flags;
} patterns[] = {
    {"-name", test_name, 0},       {"-iname", test_name, FNM_CASEFOLD},      {"-path", test_path, 0},
    {"-wholename", test_path, 0},  {"-ipath", test_path, FNM_CASEFOLD},      {"-iwholename", test_path, FNM_CASEFOLD},
    {"-lname", test_link_text, 0}, {"-ilname", test_link_text, FNM_CASEFOLD}};
static const struct {
  const char *name;
  test_function *test;
  int number, is_action;
} simple[] = {{"-print", do_print, '\n', 1},
              {"-print0", do_print, 0, 1},
              {"-ls", do_list, 0, 1},
              {"-prune", do_prune, 0, 0},
              {"-quit", do_quit, 0, 1},
              {"-true", test_true, 0, 0},
              {"-false", test_false, 0, 0},
              {"-empty", test_empty, 0, 0},
              {"-delete", do_delete, 0, 1},
              {"-nouser", test_no_user, 0, 0},
              {"-nogroup", test_no_group, 0, 0},
              {"-readable", test_access, R_OK, 0},
              {"-writable", test_access, W_OK, 0},
              {"-executable", test_access, X_OK, 0}};
static const struct {
  const char *name;
  int in_place, asks;
} runs[] = {{"-exec", 0, 0}, {"-execdir", 1, 0}, {"-ok", 0, 1}, {"-okdir", 1, 1}};
/* What is to be said to GNU's find, and changes nothing here. */
static const char *const ignored[] = {"-noleaf", "-warn", "-nowarn", "-ignore_readdir_race", "-noignore_readdir_race"};

static void set_regex_type(const char *type) {
  static const struct {
    const char *name;
    int flags;
  } types[] = {{"emacs", 0},
               {"posix-basic", 0},
               {"grep", 0},
               {"sed", 0},
               {"ed", 0},
               {"posix-extended", REG_EXTENDED},
               {"egrep", REG_EXTENDED},
               {"posix-egrep", REG_EXTENDED},
               {"awk", REG_EXTENDED},
               {"posix-awk", REG_EXTENDED}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (strcmp(type, types[i].name)) continue;
    regex_flags = types[i].flags;
    return;
  }
  die(1, "Unknown regular expression type %s.", quoted(type));
}

/* Days begin at midnight, not at this hour: ages are counted from the end of today. */
static void start_of_day(void) {
  struct tm date = *localtime(&now);
  date.tm_hour = date.tm_min = date.tm_sec = 0;
  date.tm_mday++;
  date.tm_isdst = -1;
  now = mktime(&date);
}

/* Options that hold for the whole walk; false if the word is none. */
static int parse_global(const char *word) {
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
    if (strcmp(word, ignored[i]) == 0) return 1;
  if (strcmp(word, "-depth") == 0 || strcmp(word, "-d") == 0) walk_options.depth_first = 1;
  else if (strcmp(word, "-xdev") == 0 || strcmp(word, "-mount") == 0) walk_options.one_device = 1;
  else if (strcmp(word, "-follow") == 0) walk_options.follow_links = 1;
  else if (strcmp(word, "-daystart") == 0) start_of_day();
  else if (strcmp(word, "-regextype") == 0) set_regex_type(need_argument(word));
  else if (strcmp(word, "-maxdepth") == 0) walk_options.max_depth = parse_depth(word);
  else if (strcmp(word, "-mindepth") == 0) walk_options.min_depth = parse_depth(word);
  else return 0;
  return 1;
}

static struct node *action(struct node node) {
  has_action = 1;
  return new_node(node);
}

/* Actions with operands of their own; null if the word is none. */
static struct node *parse_action(const char *word) {
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    if (strcmp(word, runs[i].name)) continue;
    has_action = 1;
    return parse_run(word, runs[i].in_place, runs[i].asks);
  }
  if (strcmp(word, "-fprint") == 0)
    return action((struct node){.test = do_print, .number = '\n', .output = parse_output(word)});
  if (strcmp(word, "-fprint0") == 0) return action((struct node){.test = do_print, .output = parse_output(word)});
  if (strcmp(word, "-fls") == 0) return action((struct node){.test = do_list, .output = parse_output(word)});
  int to_file = strcmp(word, "-fprintf") == 0;
  if (!to_file && strcmp(word, "-printf")) return 0;
  FILE *output = to_file ? parse_output(word) : stdout;
  const char *format = need_argument(word);
  check_format(format);
  return action((struct node){.test = do_format, .output = output, .text = format});
}

static struct node *parse_test(const char *word) {
  for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
    if (strcmp(word, simple[i].name)) continue;
    has_action |= simple[i].is_action;
    if (simple[i].test == do_delete) walk_options.depth_first = 1;
    return new_node((struct node){.test = simple[i].test, .number = simple[i].number, .output = stdout});
  }
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
    if (strcmp(word, patterns[i].name) == 0)
      return new_node(
          (struct node){.test = patterns[i].test, .text = need_argument(word), .number = patterns[i].flags});
  for (size_t i = 0; i < sizeof numeric / sizeof *numeric; i++) {
    if (strcmp(word, numeric[i].name)) continue;
    struct node node = {.test = numeric[i].test, .which = numeric[i].which, .unit = numeric[i].unit};
    parse_count(need_argument(word), word, &node);
    return new_node(node);
  }
  if (strcmp(word, "-type") == 0) return parse_type(word, test_type);
  if (strcmp(word, "-xtype") == 0) return parse_type(word, test_target_type);
  if (strcmp(word, "-size") == 0) return parse_size_test(word);
  if (strcmp(word, "-user") == 0) return parse_owner(word, test_user);
  if (strcmp(word, "-group") == 0) return parse_owner(word, test_group);
  if (strcmp(word, "-samefile") == 0) return parse_same_file(word);
  if (strcmp(word, "-newer") == 0) return parse_newer(word, 'm', 'm');
  if (strcmp(word, "-anewer") == 0) return parse_newer(word, 'a', 'm');
  if (strcmp(word, "-cnewer") == 0) return parse_newer(word, 'c', 'm');
  if (strncmp(word, "-newer", 6) == 0 && strlen(word) == 8 && strchr("aBcm", word[6]) && strchr("aBcmt", word[7]))
    return parse_newer(word, word[6], word[7]);
  if (strcmp(word, "-perm") == 0) return parse_permissions(word);
  if (strcmp(word, "-regex") == 0) return parse_regex(word, 0);
  if (strcmp(word, "-iregex") == 0) return parse_regex(word, REG_ICASE);
  return 0;
}

static const struct node *parse_comma(void);

static const struct node *parse_primary(void) {
  if (!*words) die(1, "expected an expression after %s", quoted(words[-1]));
  const char *word = *words++;
  if (strcmp(word, "!") == 0 || strcmp(word, "-not") == 0)
    return new_node((struct node){.test = test_not, .left = parse_primary()});
  if (strcmp(word, "(") == 0) {
    const struct node *inner = parse_comma();
    if (!*words || strcmp(*words, ")"))
      die(1, "invalid expression; I was expecting to find a ')' somewhere but did not see one.");
    words++;
    return inner;
  }
  if (parse_global(word)) return new_node((struct node){.test = test_true});
  const struct node *node = parse_action(word);
  if (!node) node = parse_test(word);
  if (!node) die(1, *word == '-' ? "unknown predicate `%s'" : "paths must precede expression: `%s'", word);
  return node;
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

const struct node *parse_expression(char **from) {
  words = from;
  const struct node *expression = *words ? parse_comma() : new_node((struct node){.test = test_true});
  if (*words) die(1, "you have too many ')'");
  if (has_action) return expression;
  const struct node *print = new_node((struct node){.test = do_print, .number = '\n', .output = stdout});
  return new_node((struct node){.test = test_and, .left = expression, .right = print});
}
