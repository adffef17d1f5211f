/* regcomp and regexec: which machine finds what. (POSIX <regex.h>) */
#include "program.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __regex_is_word(int c) {
  return isalnum(c) || c == '_';
}

int __regex_holds(const struct regex_program *program, enum assertion assertion, int before, int after,
                  int at_text_start) {
  int lines = program->flags & REG_NEWLINE;
  int word_before = before >= 0 && __regex_is_word(before), word_after = after >= 0 && __regex_is_word(after);
  switch (assertion) {
    case LINE_START: return before == -1 || (lines && before == '\n');
    case LINE_END: return after == -1 || (lines && after == '\n');
    case TEXT_START: return at_text_start;
    case TEXT_END: return after < 0;
    case WORD_START: return !word_before && word_after;
    case WORD_END: return word_before && !word_after;
    case WORD_EDGE: return word_before != word_after;
    case NO_WORD_EDGE: return word_before == word_after;
  }
  return 0;
}

int regcomp(regex_t *restrict expression, const char *restrict pattern, int flags) {
  struct regex_program *program = calloc(1, sizeof *program);
  if (!program) return REG_ESPACE;
  program->flags = flags;
  struct parser parser = {.program = program, .at = pattern};
  int root = __regex_parse(&parser);
  expression->program = program;
  expression->re_nsub = (size_t)parser.groups;
  int error = parser.error ? parser.error : __regex_compile(program, root);
  if (error) regfree(expression);
  return error;
}

void regfree(regex_t *expression) {
  struct regex_program *program = expression->program;
  if (!program) return;
  __automaton_free(program->automaton);
  free(program->nodes);
  free(program->sets);
  free(program->code);
  free(program);
  expression->program = 0;
}

/* Leftmost and longest match by the automaton; *start is where it begins. Its end, -1 or -2. */
static int search(struct regex_program *program, const char *text, int from, int end, int flags, int *start) {
  int some = __automaton_run(program, text, from, end, flags, 0);
  for (*start = from; some >= 0 && *start <= some; (*start)++) {
    int reached = __automaton_run(program, text, *start, end, flags, 1);
    if (reached != -1) return reached;
  }
  return some < 0 ? some : -1;
}

/* The same with back-references: slots are filled too. */
static int search_slowly(struct regex_program *program, const char *text, int from, int end, int flags, int *start,
                         int *slots, int slot_count) {
  for (*start = from; *start <= end; (*start)++) {
    int reached = __backtrack_run(program, text, *start, -1, end, flags, slots, slot_count);
    if (reached != -1) return reached;
  }
  return -1;
}

int regexec(const regex_t *restrict expression, const char *restrict string, size_t count, regmatch_t *restrict matches,
            int flags) {
  struct regex_program *program = expression->program;
  int from = 0, end, start = 0, reached;
  if (flags & REG_STARTEND) {
    from = matches[0].rm_so;
    end = matches[0].rm_eo;
  } else {
    end = (int)strlen(string);
  }
  if (program->flags & REG_NOSUB) count = 0;
  int slot_count = 2 * ((int)expression->re_nsub + 1);
  int slots[slot_count];
  for (int i = 0; i < slot_count; i++) slots[i] = -1;
  if (program->has_references) {
    reached = search_slowly(program, string, from, end, flags, &start, slots, slot_count);
  } else if (count == 0) {
    reached = __automaton_run(program, string, from, end, flags, 0);
  } else {
    reached = search(program, string, from, end, flags, &start);
    if (reached >= 0 && count > 1)
      reached = __backtrack_run(program, string, start, reached, end, flags, slots, slot_count);
  }
  if (reached < 0) return reached == -1 ? REG_NOMATCH : REG_ESPACE;
  slots[0] = start;
  slots[1] = reached;
  for (size_t i = 0; i < count; i++) {
    int known = (int)i * 2 < slot_count;
    matches[i] = (regmatch_t){known ? slots[2 * i] : -1, known ? slots[2 * i + 1] : -1};
  }
  return 0;
}

size_t regerror(int error, const regex_t *restrict expression, char *restrict buffer, size_t size) {
  static const char *const texts[] = {
      "Success",
      "No match",
      "Invalid regular expression",
      "Invalid collation character",
      "Invalid character class name",
      "Trailing backslash",
      "Invalid back reference",
      "Unmatched [, [^, [:, [., or [=",
      "Unmatched ( or \\(",
      "Unmatched \\{",
      "Invalid content of \\{\\}",
      "Invalid range end",
      "Memory exhausted",
      "Invalid preceding regular expression",
  };
  (void)expression;
  const char *text = error >= 0 && error < (int)(sizeof texts / sizeof *texts) ? texts[error] : "Unknown error";
  return (size_t)snprintf(buffer, size, "%s", text) + 1;
}
