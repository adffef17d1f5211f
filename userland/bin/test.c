/* test and [: evaluates a condition. (POSIX test; -nt -ot -ef ( ) -a -o as in XSI and GNU) */
#include <errno.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <tool.h>
#include <unistd.h>

static char **words;
static int count, at;

static int evaluate_or(void);

/* Blanks around the digits are allowed. Numbers of any length are compared as text would be: only by value. */
static long long integer(const char *text) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  while (isspace((unsigned char)*end)) end++;
  if (end == text || *end || !*text) die(2, "invalid integer %s", quoted(text));
  return value;
}

static int is_unary(const char *word) {
  return word[0] == '-' && word[1] && !word[2] && strchr("bcdefghknoprstuwxzGLNOS", word[1]);
}

static int is_binary(const char *word) {
  static const char *const operators[] = {"=",   "==",  "!=",  "<",   ">",   "-eq", "-ne",
                                          "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (strcmp(word, operators[i]) == 0) return 1;
  return 0;
}

static int unary(char letter, const char *operand) {
  struct stat info;
  switch (letter) {
    case 'n': return *operand != 0;
    case 'z': return *operand == 0;
    case 't': return isatty((int)integer(operand));
    case 'r': return faccessat(AT_FDCWD, operand, R_OK, AT_EACCESS) == 0;
    case 'w': return faccessat(AT_FDCWD, operand, W_OK, AT_EACCESS) == 0;
    case 'x': return faccessat(AT_FDCWD, operand, X_OK, AT_EACCESS) == 0;
    case 'h':
    case 'L': return lstat(operand, &info) == 0 && S_ISLNK(info.st_mode);
    case 'o': return 0;
  }
  if (stat(operand, &info)) return 0;
  switch (letter) {
    case 'b': return S_ISBLK(info.st_mode);
    case 'c': return S_ISCHR(info.st_mode);
    case 'd': return S_ISDIR(info.st_mode);
    case 'e': return 1;
    case 'f': return S_ISREG(info.st_mode);
    case 'g': return (info.st_mode & S_ISGID) != 0;
    case 'k': return (info.st_mode & S_ISVTX) != 0;
    case 'p': return S_ISFIFO(info.st_mode);
    case 's': return info.st_size > 0;
    case 'u': return (info.st_mode & S_ISUID) != 0;
    case 'G': return info.st_gid == getegid();
    case 'N': return info.st_mtime > info.st_atime;
    case 'O': return info.st_uid == geteuid();
    default: return S_ISSOCK(info.st_mode);
  }
}

static int is_newer(const struct stat *a, const struct stat *b) {
  return a->st_mtime > b->st_mtime || (a->st_mtime == b->st_mtime && a->st_mtim.tv_nsec > b->st_mtim.tv_nsec);
}

static int binary(const char *left, const char *operator, const char *right) {
  if (strcmp(operator, "=") == 0 || strcmp(operator, "==") == 0) return strcmp(left, right) == 0;
  if (strcmp(operator, "!=") == 0) return strcmp(left, right) != 0;
  if (*operator == '<') return strcmp(left, right) < 0;
  if (*operator == '>') return strcmp(left, right) > 0;
  if (strcmp(operator, "-nt") == 0 || strcmp(operator, "-ot") == 0 || strcmp(operator, "-ef") == 0) {
    struct stat a, b;
    int have_a = stat(left, &a) == 0, have_b = stat(right, &b) == 0;
    if (operator[1] == 'e') return have_a && have_b && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    if (operator[1] == 'n') return have_a && (!have_b || is_newer(&a, &b));
    return have_b && (!have_a || is_newer(&b, &a));
  }
  long long a = integer(left), b = integer(right);
  switch (operator[1] << 8 | operator[2]) {
    case 'e' << 8 | 'q': return a == b;
    case 'n' << 8 | 'e': return a != b;
    case 'l' << 8 | 't': return a < b;
    case 'l' << 8 | 'e': return a <= b;
    case 'g' << 8 | 't': return a > b;
    default: return a >= b;
  }
}

static int evaluate_primary(void) {
  if (at >= count) die(2, "argument expected");
  int left = count - at;
  if (left >= 3 && is_binary(words[at + 1])) {
    int result = binary(words[at], words[at + 1], words[at + 2]);
    at += 3;
    return result;
  }
  if (strcmp(words[at], "!") == 0 && left > 1) {
    at++;
    return !evaluate_primary();
  }
  if (strcmp(words[at], "(") == 0 && left > 1) {
    at++;
    int result = evaluate_or();
    if (at >= count || strcmp(words[at], ")")) die(2, "%s expected", quoted(")"));
    at++;
    return result;
  }
  if (left >= 2 && is_unary(words[at])) {
    int result = unary(words[at][1], words[at + 1]);
    at += 2;
    return result;
  }
  return *words[at++] != 0;
}

static int evaluate_and(void) {
  int result = evaluate_primary();
  while (at < count && strcmp(words[at], "-a") == 0) {
    at++;
    int right = evaluate_primary();
    result = result && right;
  }
  return result;
}

static int evaluate_or(void) {
  int result = evaluate_and();
  while (at < count && strcmp(words[at], "-o") == 0) {
    at++;
    int right = evaluate_and();
    result = result || right;
  }
  return result;
}

/* Up to four words have a meaning that follows from their number, so that operands may look like operators. */
static int evaluate(void) {
  switch (count - at) {
    case 0: return 0;
    case 1: return *words[at++] != 0;
    case 2:
      if (strcmp(words[at], "!") == 0) {
        at += 2;
        return *words[at - 1] == 0;
      }
      if (!is_unary(words[at])) die(2, "missing argument after %s", quoted(words[at + 1]));
      break;
    case 3:
      if (is_binary(words[at + 1])) break;
      if (strcmp(words[at + 1], "-a") == 0 || strcmp(words[at + 1], "-o") == 0) break;
      if (strcmp(words[at], "!") == 0) {
        at++;
        return !evaluate();
      }
      if (strcmp(words[at], "(") == 0 && strcmp(words[at + 2], ")") == 0) {
        at += 3;
        return *words[at - 2] != 0;
      }
      if (!is_unary(words[at])) die(2, "%s: binary operator expected", quoted(words[at + 1]));
      break;
    case 4:
      if (strcmp(words[at], "!") == 0) {
        at++;
        return !evaluate();
      }
      if (strcmp(words[at], "(") == 0 && strcmp(words[at + 3], ")") == 0) {
        at++;
        count--;
        int result = evaluate();
        at++;
        count++;
        return result;
      }
  }
  return evaluate_or();
}

int main(int argc, char **argv) {
  const char *slash = strrchr(argv[0], '/');
  words = argv + 1;
  count = argc - 1;
  if (strcmp(slash ? slash + 1 : argv[0], "[") == 0) {
    if (count == 0 || strcmp(words[count - 1], "]")) die(2, "missing %s", quoted("]"));
    count--;
  }
  int result = evaluate();
  if (at < count) die(2, "extra argument %s", quoted(words[at]));
  return !result;
}
