/* Positional parameters; see parameters.h. */
#include "parameters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "error.h"
#include "number.h"
#include "output.h"
#include "shell.h"
#include "variables.h"
#include "word.h"

struct parameters parameters;

static void free_list(struct parameters *list) {
  if (!list->owned) return;
  char **first = list->items - list->shifted;
  for (char **item = first; *item; item++) free(*item);
  free(first);
}

void parameters_set(int count, char **items) {
  char **copies = memory_alloc(((size_t)count + 1) * sizeof *copies);
  for (int i = 0; i < count; i++) copies[i] = memory_copy(items[i]);
  copies[count] = NULL;
  free_list(&parameters);
  parameters = (struct parameters){.items = copies, .count = count, .owned = 1, .option_index = 1};
}

struct parameters parameters_lend(int count, char **items) {
  struct parameters saved = parameters;
  parameters = (struct parameters){.items = items, .count = count, .option_index = 1};
  return saved;
}

void parameters_restore(struct parameters saved) {
  free_list(&parameters);
  parameters = saved;
}

int builtin_shift(int argc, char **argv) {
  int count = argc > 1 ? parse_number(argv[1]) : 1;
  if (count > parameters.count) fail("can't shift that many");
  parameters.items += count;
  parameters.shifted += count;
  parameters.count -= count;
  parameters.option_index = 1;
  parameters.option_position = 0;
  return 0;
}

void getopts_restart(int index) {
  parameters.option_index = index > 0 ? index : 1;
  parameters.option_position = 0;
}

static void set_letter(const char *name, char letter) {
  char text[2] = {letter, 0};
  if (!is_name(name)) fail("%s: bad variable name", name);
  variable_set(name, text, 0);
}

static void publish_index(int index, int position) {
  variable_set_number("OPTIND", index);
  parameters.option_index = index;
  parameters.option_position = position;
}

/* An unknown option or one without its argument, with a message unless the caller is silent. */
static void report_option(const char *name, bool silent, bool unknown, char letter) {
  if (silent) {
    set_letter("OPTARG", letter);
    set_letter(name, unknown ? '?' : ':');
    return;
  }
  char message[40];
  snprintf(message, sizeof message, unknown ? "Illegal option -%c\n" : "No arg for -%c option\n", letter);
  error_string(message);
  variable_unset("OPTARG");
  set_letter(name, '?');
}

int builtin_getopts(int argc, char **argv) {
  if (argc < 3) fail("Usage: getopts optstring var [arg...]");
  const char *specification = argv[1];
  const char *name = argv[2];
  char **items = argc > 3 ? argv + 3 : parameters.items;
  int count = argc > 3 ? argc - 3 : parameters.count;
  bool silent = *specification == ':';
  int index = parameters.option_index;
  int position = parameters.option_position;
  if (index > count + 1) index = 1, position = 0;
  const char *argument = index <= count ? items[index - 1] : NULL;
  if (position && (!argument || (size_t)position >= strlen(argument))) position = 0;
  if (!position) {
    bool end = !argument || *argument != '-' || !argument[1];
    if (end || strcmp(argument, "--") == 0) {
      if (!end) index++;
      publish_index(index, 0);
      variable_unset("OPTARG");
      set_letter(name, '?');
      return 1;
    }
    position = 1;
  }
  char letter = argument[position++];
  const char *known = letter == ':' ? NULL : strchr(specification + silent, letter);
  bool last = !argument[position];
  if (!known) {
    publish_index(last ? index + 1 : index, last ? 0 : position);
    report_option(name, silent, true, letter);
    return 0;
  }
  if (known[1] != ':') {
    publish_index(last ? index + 1 : index, last ? 0 : position);
    variable_unset("OPTARG");
    set_letter(name, letter);
    return 0;
  }
  if (!last) {
    variable_set("OPTARG", argument + position, 0);
    publish_index(index + 1, 0);
  } else if (index < count) {
    variable_set("OPTARG", items[index], 0);
    publish_index(index + 2, 0);
  } else {
    publish_index(index + 1, 0);
    report_option(name, silent, false, letter);
    return 0;
  }
  set_letter(name, letter);
  return 0;
}
