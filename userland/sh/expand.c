/* Word expansion; see expand.h. */
#include "expand.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arithmetic.h"
#include "error.h"
#include "fields.h"
#include "number.h"
#include "options.h"
#include "parameters.h"
#include "paths.h"
#include "pattern.h"
#include "shell.h"
#include "stack.h"
#include "substitution.h"
#include "variables.h"
#include "word.h"

enum mode {
  MODE_QUOTED = 1, /* between double quotes */
  MODE_FIELDS = 2, /* the result is split: $@ makes several fields */
  MODE_WORD = 4,   /* inside ${name-word}: its text is split like an expansion */
  MODE_TILDE = 8,  /* a tilde at the beginning is expanded */
  MODE_VALUE = 16  /* the value of an assignment: tildes behind colons too */
};

struct expansion {
  struct text text;
  bool saw_no_parameters; /* "$@" expanded to nothing: the quotes around it make no field */
};

static void expand_parts(struct expansion *expansion, const struct part *parts, unsigned mode, size_t skip);

static enum origin origin_for(unsigned mode) {
  return mode & MODE_QUOTED ? ORIGIN_QUOTED : ORIGIN_EXPANDED;
}

/* The home directory behind "~" or "~user", or NULL. */
static const char *home_of(const char *user) {
  if (!*user) return variable_get("HOME");
  const struct passwd *entry = getpwnam(user);
  return entry ? entry->pw_dir : NULL;
}

/* Expands the tilde at text; returns what is behind it, or NULL if none is expanded. */
static const char *expand_tilde(struct expansion *expansion, const char *text, bool more_parts, unsigned mode) {
  size_t length = 1 + strcspn(text + 1, mode & MODE_VALUE ? "/:" : "/");
  if (!text[length] && more_parts) return NULL;
  const char *home = home_of(arena_copy(&scratch, text + 1, length - 1));
  if (!home) return NULL;
  text_add_mark(&expansion->text, ORIGIN_EMPTY);
  text_add_string(&expansion->text, home, ORIGIN_QUOTED);
  return text + length;
}

static void expand_text(struct expansion *expansion, const struct part *part, const char *text, bool first,
                        unsigned mode) {
  if (mode & MODE_QUOTED) {
    text_add_string(&expansion->text, text, ORIGIN_QUOTED);
    return;
  }
  enum origin origin = mode & MODE_WORD ? ORIGIN_EXPANDED : ORIGIN_TEXT;
  bool may_be_tilde = first && (mode & (MODE_TILDE | MODE_VALUE));
  while (*text) {
    if (may_be_tilde && *text == '~') {
      const char *behind = expand_tilde(expansion, text, part->next != NULL, mode);
      if (behind) {
        text = behind;
        may_be_tilde = false;
        continue;
      }
    }
    may_be_tilde = (mode & MODE_VALUE) && *text == ':';
    text_add(&expansion->text, *text++, origin);
  }
}

static char *number_text(long long number) {
  char text[24];
  int length = snprintf(text, sizeof text, "%lld", number);
  return arena_copy(&scratch, text, (size_t)length);
}

/* The first separator, between the parameters of "$*". */
static char joint(void) {
  return *separators();
}

static char *joined_parameters(char separator) {
  struct buffer text = buffer_new(&scratch);
  for (int i = 0; i < parameters.count; i++) {
    if (i && separator) buffer_char(&text, separator);
    buffer_string(&text, parameters.items[i]);
  }
  return buffer_finish(&text);
}

const char *parameter_value(const char *name) {
  if (is_name_start(*name)) return variable_get(name);
  if (*name >= '0' && *name <= '9') {
    if (strlen(name) > 9) return NULL;
    int index = atoi(name);
    if (index == 0) return shell.name;
    return index <= parameters.count ? parameters.items[index - 1] : NULL;
  }
  switch (*name) {
    case '#': return number_text(parameters.count);
    case '?': return number_text(shell.status);
    case '$': return number_text(shell.pid);
    case '!': return shell.last_background ? number_text(shell.last_background) : NULL;
    case '-': return options_letters();
    case '@':
    case '*': return parameters.count ? joined_parameters(joint()) : NULL;
    default: return NULL;
  }
}

/* $@ and $* that make several fields. */
static void expand_list(struct expansion *expansion, unsigned mode) {
  enum origin origin = origin_for(mode);
  for (int i = 0; i < parameters.count; i++) {
    if (i) text_add_mark(&expansion->text, ORIGIN_BREAK);
    if (mode & MODE_QUOTED) text_add_mark(&expansion->text, ORIGIN_EMPTY);
    text_add_string(&expansion->text, parameters.items[i], origin);
  }
  if (!parameters.count) expansion->saw_no_parameters = true;
}

static bool is_list(const char *name) {
  return *name == '@' || *name == '*';
}

static void expand_value(struct expansion *expansion, const char *name, const char *value, unsigned mode) {
  if (is_list(name) && (mode & MODE_FIELDS) && (*name == '@' || !(mode & MODE_QUOTED))) {
    expand_list(expansion, mode);
  } else if (value) {
    text_add_string(&expansion->text, value, origin_for(mode));
  }
}

static char *parts_string(const struct part *parts, unsigned mode) {
  struct expansion expansion = {0};
  expand_parts(&expansion, parts, mode, 0);
  return text_string(&expansion.text, 0, expansion.text.length);
}

static char *parts_pattern(const struct part *parts) {
  struct expansion expansion = {0};
  expand_parts(&expansion, parts, MODE_TILDE, 0);
  return text_pattern(&expansion.text, 0, expansion.text.length);
}

static void check_set(const char *name, const char *value) {
  if (!value && shell.option[OPTION_NOUNSET] && !is_list(name)) fail("%s: parameter not set", name);
}

static char *trimmed(const char *value, const char *pattern, enum parameter_operator operator) {
  size_t length = strlen(value);
  bool prefix = operator == PARAMETER_TRIM_PREFIX || operator == PARAMETER_TRIM_LONG_PREFIX;
  bool longest = operator == PARAMETER_TRIM_LONG_PREFIX || operator == PARAMETER_TRIM_LONG_SUFFIX;
  for (size_t i = 0; i <= length; i++) {
    size_t cut = longest ? length - i : i;
    const char *part = prefix ? value : value + length - cut;
    if (!pattern_match(pattern, part, cut)) continue;
    return prefix ? arena_copy(&scratch, value + cut, length - cut) : arena_copy(&scratch, value, length - cut);
  }
  return arena_copy(&scratch, value, length);
}

static unsigned word_mode(unsigned mode) {
  return (mode & (MODE_QUOTED | MODE_FIELDS | MODE_VALUE)) | MODE_WORD | MODE_TILDE;
}

static void assign_default(const struct part *part, const char *value) {
  if (!is_name_start(*part->text)) fail("%s: bad variable name", part->text);
  variable_set(part->text, value, 0);
}

static void complain_unset(const struct part *part, unsigned mode) {
  const char *message = part->parts   ? parts_string(part->parts, word_mode(mode) & ~(unsigned)MODE_FIELDS)
                        : part->colon ? "parameter not set or null"
                                      : "parameter not set";
  fail("%s: %s", part->text, *message ? message : "parameter not set");
}

static void expand_parameter(struct expansion *expansion, const struct part *part, unsigned mode) {
  if (part->operator == PARAMETER_BAD) fail("Bad substitution");
  const char *value = parameter_value(part->text);
  bool missing = !value || (part->colon && !*value);
  switch (part->operator) {
    case PARAMETER_VALUE:
      check_set(part->text, value);
      expand_value(expansion, part->text, value, mode);
      return;
    case PARAMETER_LENGTH:
      check_set(part->text, value);
      text_add_string(&expansion->text, number_text(value ? (long long)strlen(value) : 0), origin_for(mode));
      return;
    case PARAMETER_ALTERNATIVE:
      if (!missing) expand_parts(expansion, part->parts, word_mode(mode), 0);
      return;
    case PARAMETER_DEFAULT:
      if (missing) expand_parts(expansion, part->parts, word_mode(mode), 0);
      else expand_value(expansion, part->text, value, mode);
      return;
    case PARAMETER_ASSIGN:
      if (missing) {
        value = parts_string(part->parts, word_mode(mode) & ~(unsigned)MODE_FIELDS);
        assign_default(part, value);
      }
      expand_value(expansion, part->text, value, mode);
      return;
    case PARAMETER_ERROR:
      if (missing) complain_unset(part, mode);
      expand_value(expansion, part->text, value, mode);
      return;
    default:
      check_set(part->text, value);
      if (!value) return;
      value = trimmed(value, parts_pattern(part->parts), part->operator);
      text_add_string(&expansion->text, value, origin_for(mode));
  }
}

static void expand_double(struct expansion *expansion, const struct part *part, unsigned mode) {
  size_t before = expansion->text.length;
  bool saved = expansion->saw_no_parameters;
  expansion->saw_no_parameters = false;
  expand_parts(expansion, part->parts, (mode & MODE_FIELDS) | MODE_QUOTED, 0);
  if (expansion->text.length == before && !expansion->saw_no_parameters) {
    text_add_mark(&expansion->text, ORIGIN_EMPTY);
  }
  expansion->saw_no_parameters = saved;
}

static void expand_parts(struct expansion *expansion, const struct part *parts, unsigned mode, size_t skip) {
  if (stack_low()) fail("Nested too deeply");
  for (const struct part *part = parts; part; part = part->next) {
    switch (part->kind) {
      case PART_TEXT: expand_text(expansion, part, part->text + skip, part == parts, mode); break;
      case PART_QUOTED:
        if (!*part->text) text_add_mark(&expansion->text, ORIGIN_EMPTY);
        text_add_string(&expansion->text, part->text, ORIGIN_QUOTED);
        break;
      case PART_DOUBLE: expand_double(expansion, part, mode); break;
      case PART_PARAMETER: expand_parameter(expansion, part, mode); break;
      case PART_COMMAND: text_add_string(&expansion->text, substitute_command(part->command), origin_for(mode)); break;
      case PART_ARITHMETIC:
        text_add_string(&expansion->text, number_text(arithmetic(parts_string(part->parts, MODE_QUOTED))),
                        origin_for(mode));
        break;
    }
    skip = 0;
  }
}

struct collection {
  const struct text *text;
  struct list *fields;
};

static void add_field(void *data, size_t from, size_t to) {
  const struct collection *collection = data;
  if (!shell.option[OPTION_NOGLOB]) {
    char *pattern = text_pattern(collection->text, from, to);
    if (pattern_is_active(pattern) && glob_paths(pattern, collection->fields)) return;
  }
  list_add(collection->fields, text_string(collection->text, from, to));
}

void expand_words(const struct word *words, struct list *fields) {
  for (; words; words = words->next) {
    if (words->literal) {
      list_add(fields, (char *)words->literal);
      continue;
    }
    struct expansion expansion = {0};
    expand_parts(&expansion, words->parts, MODE_FIELDS | MODE_TILDE, 0);
    struct collection collection = {&expansion.text, fields};
    text_split(&expansion.text, 0, add_field, &collection);
  }
}

char *expand_string(const struct word *word) {
  if (word->literal) return (char *)word->literal;
  return parts_string(word->parts, MODE_TILDE);
}

char *expand_assignment(const struct word *word) {
  struct expansion expansion = {0};
  const char *text = word->parts->text;
  size_t name = (size_t)(assignment_value(text) - text);
  text_add_string(&expansion.text, arena_copy(&scratch, text, name), ORIGIN_QUOTED);
  expand_parts(&expansion, word->parts, MODE_VALUE, name);
  return text_string(&expansion.text, 0, expansion.text.length);
}

char *expand_pattern(const struct word *word) {
  return parts_pattern(word->parts);
}

char *expand_document(const struct part *parts) {
  return parts_string(parts, MODE_QUOTED);
}
