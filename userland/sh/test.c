/* test (POSIX XCU): by the number of arguments up to four, beyond by precedence; see test.h. */
#include "test.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "number.h"
#include "stack.h"

struct expression {
  char **next;
  char **end;
};

static bool parse_or(struct expression *expression);

static bool is_unary(const char *word) {
  return word[0] == '-' && word[1] && !word[2] && strchr("bcdefghknprstuwxzGLOS", word[1]);
}

static const char *const binary_operators[] = {"=",   "!=",  "<",   ">",   "-eq", "-ne", "-gt",
                                               "-ge", "-lt", "-le", "-nt", "-ot", "-ef"};

static int binary_operator(const char *word) {
  for (size_t i = 0; i < sizeof binary_operators / sizeof binary_operators[0]; i++) {
    if (strcmp(binary_operators[i], word) == 0) return (int)i;
  }
  return -1;
}

static bool test_file(char letter, const char *path) {
  struct stat status;
  if (letter == 'r') return access(path, R_OK) == 0;
  if (letter == 'w') return access(path, W_OK) == 0;
  if (letter == 'x') return access(path, X_OK) == 0;
  bool link = letter == 'h' || letter == 'L';
  if ((link ? lstat(path, &status) : stat(path, &status)) < 0) return false;
  switch (letter) {
    case 'b': return S_ISBLK(status.st_mode);
    case 'c': return S_ISCHR(status.st_mode);
    case 'd': return S_ISDIR(status.st_mode);
    case 'f': return S_ISREG(status.st_mode);
    case 'g': return status.st_mode & S_ISGID;
    case 'h':
    case 'L': return S_ISLNK(status.st_mode);
    case 'k': return status.st_mode & S_ISVTX;
    case 'p': return S_ISFIFO(status.st_mode);
    case 's': return status.st_size > 0;
    case 'u': return status.st_mode & S_ISUID;
    case 'G': return status.st_gid == getegid();
    case 'O': return status.st_uid == geteuid();
    case 'S': return S_ISSOCK(status.st_mode);
    default: return true;
  }
}

static bool apply_unary(const char *operator, const char *operand) {
  char letter = operator[1];
  if (letter == 'n') return *operand;
  if (letter == 'z') return !*operand;
  if (letter == 't') return isatty((int)parse_integer(operand, 10));
  return test_file(letter, operand);
}

/* Whether the first file was changed after the second; a file that is not there is older than all. */
static bool is_newer(const char *path, const char *other) {
  struct stat a;
  struct stat b;
  if (stat(path, &a) < 0) return false;
  if (stat(other, &b) < 0) return true;
  if (a.st_mtim.tv_sec != b.st_mtim.tv_sec) return a.st_mtim.tv_sec > b.st_mtim.tv_sec;
  return a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
}

static bool is_same_file(const char *path, const char *other) {
  struct stat a;
  struct stat b;
  return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int compare_numbers(const char *left, const char *right) {
  long long a = parse_integer(left, 10);
  long long b = parse_integer(right, 10);
  return (a > b) - (a < b);
}

static bool apply_binary(const char *left, int operator, const char *right) {
  switch (operator) {
    case 0: return strcmp(left, right) == 0;
    case 1: return strcmp(left, right) != 0;
    case 2: return strcmp(left, right) < 0;
    case 3: return strcmp(left, right) > 0;
    case 4: return compare_numbers(left, right) == 0;
    case 5: return compare_numbers(left, right) != 0;
    case 6: return compare_numbers(left, right) > 0;
    case 7: return compare_numbers(left, right) >= 0;
    case 8: return compare_numbers(left, right) < 0;
    case 9: return compare_numbers(left, right) <= 0;
    case 10: return is_newer(left, right);
    case 11: return is_newer(right, left);
    default: return is_same_file(left, right);
  }
}

static size_t left_of(const struct expression *expression) {
  return (size_t)(expression->end - expression->next);
}

static bool is_next(const struct expression *expression, const char *word) {
  return left_of(expression) && strcmp(*expression->next, word) == 0;
}

static bool parse_primary(struct expression *expression) {
  size_t left = left_of(expression);
  char **words = expression->next;
  if (!left) fail("argument expected");
  if (stack_low()) fail("nested too deeply");
  /* "( = )" may be a comparison or parentheses around "="; among more words it is the latter. */
  bool parenthesized = left >= 3 && strcmp(words[0], "(") == 0 && strcmp(words[2], ")") == 0;
  if (left >= 3 && binary_operator(words[1]) >= 0 && !parenthesized) {
    expression->next += 3;
    return apply_binary(words[0], binary_operator(words[1]), words[2]);
  }
  if (left > 1 && strcmp(words[0], "(") == 0) {
    expression->next++;
    bool value = parse_or(expression);
    if (!is_next(expression, ")")) fail("closing paren expected");
    expression->next++;
    return value;
  }
  if (is_unary(words[0]) && left > 1) {
    expression->next += 2;
    return apply_unary(words[0], words[1]);
  }
  if (left == 2 && binary_operator(words[1]) >= 0) fail("%s: argument expected", words[1]);
  expression->next++;
  return *words[0];
}

static bool parse_not(struct expression *expression) {
  bool negated = false;
  while (is_next(expression, "!") && left_of(expression) > 1 &&
         !(left_of(expression) >= 3 && binary_operator(expression->next[1]) >= 0)) {
    expression->next++;
    negated = !negated;
  }
  return parse_primary(expression) != negated;
}

static bool parse_and(struct expression *expression) {
  bool value = parse_not(expression);
  while (is_next(expression, "-a")) {
    expression->next++;
    bool right = parse_not(expression);
    value = value && right;
  }
  return value;
}

static bool parse_or(struct expression *expression) {
  bool value = parse_and(expression);
  while (is_next(expression, "-o")) {
    expression->next++;
    bool right = parse_and(expression);
    value = value || right;
  }
  return value;
}

/* POSIX's rules by the number of words; 2 and more of them may mean several things to a grammar. */
static bool evaluate(char **words, int count) {
  if (count == 0) return false;
  if (count == 1) return *words[0];
  if (count == 3 && binary_operator(words[1]) >= 0) return apply_binary(words[0], binary_operator(words[1]), words[2]);
  if (count == 3 && strcmp(words[1], "-a") == 0) return *words[0] && *words[2];
  if (count == 3 && strcmp(words[1], "-o") == 0) return *words[0] || *words[2];
  if (count <= 4 && strcmp(words[0], "!") == 0) return !evaluate(words + 1, count - 1);
  if ((count == 3 || count == 4) && strcmp(words[0], "(") == 0 && strcmp(words[count - 1], ")") == 0) {
    return evaluate(words + 1, count - 2);
  }
  struct expression expression = {words, words + count};
  bool value = parse_or(&expression);
  if (expression.next != expression.end) fail("%s: unexpected operator", *expression.next);
  return value;
}

int builtin_test(int argc, char **argv) {
  if (strcmp(argv[0], "[") == 0) {
    if (strcmp(argv[argc - 1], "]") != 0) fail("missing ]");
    argc--;
  }
  return !evaluate(argv + 1, argc - 1);
}
