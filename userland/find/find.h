/* What the parts of find share: what is visited, and the expression that is applied to it. (POSIX find) */
#pragma once
#include <regex.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

struct visit {
  /* As it is printed: the starting point and all names below it. */
  const char *path;
  /* Without the names of the directories before it. */
  const char *name;
  /* For system calls: from the current directory, which is the one that holds it (at depth 0 the one in which find
   * began). */
  const char *here;
  /* The starting point. */
  const char *start;
  const struct stat *info;
  /* Names below the starting point. */
  int depth;
};

struct node;
typedef int test_function(const struct node *node, const struct visit *visit);

/* Paths gathered for one `-exec … {} +`. */
struct gathering {
  char **paths;
  size_t count, size;
};

/* A node of the expression; which members count is its test's matter. */
struct node {
  test_function *test;
  const struct node *left, *right;
  const char *text;
  /* Number to compare with: -1 less, 0 equal, 1 more. */
  int sign;
  long long number;
  /* Seconds or bytes that `number` counts. */
  long unit;
  struct timespec time;
  mode_t mode;
  dev_t device;
  ino_t inode;
  regex_t *expression;
  FILE *output;
  /* Which of the three times: 'a', 'c' or 'm'. */
  char which;
  /* -exec: the words, whether it runs where the file is, and whether it asks. */
  char **words;
  int word_count, in_place, asks;
  struct gathering *gathering;
  const struct node *next;
};

/* Options that hold for the whole walk. follow_links: 1 always, -1 at starting points. */
extern struct walk_options {
  int depth_first, one_device, follow_links, min_depth, max_depth;
} walk_options;
/* Exit status; and what -prune and -quit ask of the walk. */
extern int status, prune, quit;
/* Ages are counted back from here. */
extern time_t now;
/* The directory in which find began. */
extern int start_directory;

/* Tests, one for each primary (tests.c). */
test_function test_true, test_false, test_name, test_path, test_link_text, test_type, test_target_type, test_size,
    test_newer, test_age, test_permissions, test_user, test_group, test_links, test_inode, test_same_file, test_empty,
    test_regex, test_access, test_no_user, test_no_group;
/* Actions (actions.c, run.c, format.c). */
test_function do_print, do_prune, do_quit, do_delete, do_list, do_format, do_run, do_gather;

/* One of the file's three times. */
const struct timespec *time_of(const struct stat *info, char which);
/* As in the first column of ls; 'f' for a regular file. */
char type_letter(mode_t mode);
/* The type behind links; 'N' if there is nothing, 'L' in a circle of links, '?' otherwise. */
char target_type(const struct visit *visit);
/* A link's text, allocated; empty for what is no link. */
char *link_text(const struct visit *visit);
/* Complains about the operand of -printf where it is wrong; to be called before the walk. */
void check_format(const char *format);
/* Runs what was gathered for all `-exec … {} +`. */
void run_gathered(void);
/* A node whose paths run_gathered must run at the end. */
void add_gathering(struct node *node);

/* The expression in words[], which ends with null; a print is added if it has no action. */
const struct node *parse_expression(char **words);
/* Applies the expression to a starting point and all below it. */
void walk(const struct node *expression, const char *start);
