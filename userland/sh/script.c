/* Lifetimes of parsed scripts; see syntax.h. */
#include <stdlib.h>

#include "syntax.h"

struct hold {
  struct hold *outer;
  struct script *script;
};

static struct hold *holds;
static int depth;

struct script *script_new(void) {
  struct script *script = memory_alloc(sizeof *script);
  *script = (struct script){{NULL}, 0};
  return script;
}

void script_acquire(struct script *script) {
  script->references++;
}

void script_drop(struct script *script) {
  if (--script->references > 0) return;
  arena_free(&script->arena);
  free(script);
}

void script_hold(struct script *script) {
  struct hold *hold = memory_alloc(sizeof *hold);
  *hold = (struct hold){holds, script};
  script_acquire(script);
  holds = hold;
  depth++;
}

void script_let_go(void) {
  struct hold *hold = holds;
  holds = hold->outer;
  depth--;
  script_drop(hold->script);
  free(hold);
}

int script_depth(void) {
  return depth;
}

void script_unwind(int to) {
  while (depth > to) script_let_go();
}
