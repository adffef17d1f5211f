/* Memory that must be there: a utility cannot go on without. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static void *checked(void *block) {
  if (!block) die(2, "memory exhausted");
  return block;
}

void *must_malloc(size_t size) {
  return checked(malloc(size));
}

void *must_realloc(void *block, size_t size) {
  return checked(realloc(block, size ? size : 1));
}

char *must_strdup(const char *s) {
  return checked(strdup(s));
}

char *must_format(const char *format, ...) {
  char *text;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  return checked(length < 0 ? 0 : text);
}
