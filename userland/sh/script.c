/* Lifetimes of parsed scripts; see syntax.h. */
#include <stdlib.h>

#include "syntax.h"

struct Hold {
  struct Hold *outer;
  struct Script *script;
};

static struct Hold *holds;
static int depth;

struct Script *script_new(void) {
  struct Script *script = memory_alloc(sizeof *script);
  *script = (struct Script){{NULL}, 0};
  return script;
}

void script_acquire(struct Script *script) {
  script->references++;
}

void script_drop(struct Script *script) {
  if (--script->references > 0) return;
  arena_free(&script->arena);
  free(script);
}

void script_hold(struct Script *script) {
  struct Hold *hold = memory_alloc(sizeof *hold);
  *hold = (struct Hold){holds, script};
  script_acquire(script);
  holds = hold;
  depth++;
}

void script_let_go(void) {
  struct Hold *hold = holds;
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
