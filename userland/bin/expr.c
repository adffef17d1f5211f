/* expr: evaluates an expression. (POSIX expr; match, substr, index, length of GNU) */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: expr EXPRESSION\nEvaluate: | & = != < <= > >= + - * / % : ( ), and match, substr, index, length.\n";

static char **words;

/* Values are strings; numbers are strings that look so. All are allocated. */
static char *evaluate_or(int needed);

static int next_is(const char *word) {
  if (!*words || strcmp(*words, word)) return 0;
  words++;
  return 1;
}

static int to_number(const char *text, long long *value) {
  char *end;
  const char *digits = text + (*text == '-');
  if (!*digits || digits[strspn(digits, "0123456789")]) return 0;
  errno = 0;
  *value = strtoll(text, &end, 10);
  if (errno) die_errno(2, "%s", text);
  return 1;
}

static char *from_number(long long value) {
  return must_format("%lld", value);
}

static long long need_number(const char *text) {
  long long value;
  if (!to_number(text, &value)) die(2, "non-integer argument");
  return value;
}

static int is_null(const char *text) {
  const char *digits = text + (*text == '-');
  return !*text || (*digits && !digits[strspn(digits, "0")]);
}

static char *match(const char *text, const char *pattern) {
  regex_t expression;
  regmatch_t matches[2];
  char *anchored = must_format("^%s", pattern);
  /* A pattern is anchored in any case; a ^ of its own would then be literal. */
  int error = regcomp(&expression, *pattern == '^' ? pattern : anchored, 0);
  if (error) {
    char message[80];
    regerror(error, &expression, message, sizeof message);
    die(2, "%s", message);
  }
  int found = regexec(&expression, text, 2, matches, 0) == 0;
  char *result;
  if (expression.re_nsub > 0) {
    int inside = found && matches[1].rm_so >= 0;
    result = inside ? must_format("%.*s", matches[1].rm_eo - matches[1].rm_so, text + matches[1].rm_so)
                    : must_strdup("");
  } else {
    result = from_number(found ? matches[0].rm_eo : 0);
  }
  regfree(&expression);
  free(anchored);
  return result;
}

static char *evaluate_word(int needed) {
  if (!*words) die(2, "syntax error: missing argument after %s", quoted(words[-1]));
  if (next_is("(")) {
    char *value = evaluate_or(needed);
    if (!*words) die(2, "syntax error: expecting ')' after %s", quoted(words[-1]));
    if (!next_is(")")) die(2, "syntax error: expecting ')' instead of %s", quoted(*words));
    return value;
  }
  if (strcmp(*words, ")") == 0) die(2, "syntax error: unexpected ')'");
  return must_strdup(*words++);
}

static char *substring(const char *text, long long from, long long count) {
  long long length = (long long)strlen(text);
  if (from < 1 || count < 1 || from > length) return must_strdup("");
  if (count > length - from + 1) count = length - from + 1;
  return must_format("%.*s", (int)count, text + from - 1);
}

static char *evaluate_function(int needed) {
  if (next_is("+")) {
    if (!*words) die(2, "syntax error: missing argument after %s", quoted(words[-1]));
    return must_strdup(*words++);
  }
  if (next_is("length")) return from_number((long long)strlen(evaluate_function(needed)));
  if (next_is("match")) {
    char *text = evaluate_function(needed), *pattern = evaluate_function(needed);
    return match(text, pattern);
  }
  if (next_is("index")) {
    char *text = evaluate_function(needed), *set = evaluate_function(needed);
    size_t at = strcspn(text, set);
    return from_number(text[at] ? (long long)at + 1 : 0);
  }
  if (next_is("substr")) {
    char *text = evaluate_function(needed), *from = evaluate_function(needed), *count = evaluate_function(needed);
    long long start, length;
    if (!to_number(from, &start) || !to_number(count, &length)) return must_strdup("");
    return substring(text, start, length);
  }
  return evaluate_word(needed);
}

static char *evaluate_match(int needed) {
  char *left = evaluate_function(needed);
  while (next_is(":")) {
    char *right = evaluate_function(needed);
    if (needed) left = match(left, right);
  }
  return left;
}

static char *evaluate_product(int needed) {
  char *left = evaluate_match(needed);
  for (;;) {
    char operator = next_is("*") ? '*' : next_is("/") ? '/' : next_is("%") ? '%' : 0;
    if (!operator) return left;
    char *right = evaluate_match(needed);
    if (!needed) continue;
    long long a = need_number(left), b = need_number(right), result;
    if (operator == '*') {
      if (__builtin_mul_overflow(a, b, &result)) die(2, "%s: Numerical result out of range", left);
    } else {
      if (b == 0) die(2, "division by zero");
      /* The one quotient that does not fit would trap. */
      result = b == -1 ? (operator == '/' ? (long long)-(unsigned long long)a : 0) : operator == '/' ? a / b : a % b;
    }
    left = from_number(result);
  }
}

static char *evaluate_sum(int needed) {
  char *left = evaluate_product(needed);
  for (;;) {
    char operator = next_is("+") ? '+' : next_is("-") ? '-' : 0;
    if (!operator) return left;
    char *right = evaluate_product(needed);
    if (!needed) continue;
    long long a = need_number(left), b = need_number(right), result;
    int overflow = operator == '+' ? __builtin_add_overflow(a, b, &result) : __builtin_sub_overflow(a, b, &result);
    if (overflow) die(2, "%s: Numerical result out of range", left);
    left = from_number(result);
  }
}

static char *evaluate_comparison(int needed) {
  static const char *const operators[] = {"<=", "<", "==", "=", "!=", ">=", ">"};
  char *left = evaluate_sum(needed);
  for (;;) {
    const char *operator = 0;
    for (size_t i = 0; i < sizeof operators / sizeof *operators && !operator; i++)
      if (next_is(operators[i])) operator = operators[i];
    if (!operator) return left;
    char *right = evaluate_sum(needed);
    long long a, b;
    int order = to_number(left, &a) && to_number(right, &b) ? (a > b) - (a < b) : strcmp(left, right);
    int equal = operator[1] == '=' || *operator == '=';
    int result = *operator == '<'   ? order < 0 || (equal && order == 0)
                 : *operator == '>' ? order > 0 || (equal && order == 0)
                 : *operator == '!' ? order != 0
                                    : order == 0;
    left = from_number(result);
  }
}

static char *evaluate_and(int needed) {
  char *left = evaluate_comparison(needed);
  while (next_is("&")) {
    char *right = evaluate_comparison(needed && !is_null(left));
    if (is_null(left) || is_null(right)) left = must_strdup("0");
  }
  return left;
}

static char *evaluate_or(int needed) {
  char *left = evaluate_and(needed);
  while (next_is("|")) {
    char *right = evaluate_and(needed && is_null(left));
    if (is_null(left)) left = is_null(right) ? must_strdup("0") : right;
  }
  return left;
}

int main(int argc, char **argv) {
  int first = no_options(argc, argv, help);
  if (first >= argc) {
    complain("missing operand");
    usage_error(2);
  }
  words = argv + first;
  char *result = evaluate_or(1);
  if (*words) die(2, "syntax error: unexpected argument %s", quoted(*words));
  puts(result);
  return finish_with(is_null(result), 3);
}
