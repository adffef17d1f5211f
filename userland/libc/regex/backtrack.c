/*
 * Running the program with one position at a time, trying the choices in order. With a known end every pair of program
 * position and text position is tried once (a second try would fail as the first did); expressions with back-references
 * are tried in full, for the longest match.
 */
#include "program.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Something to do later: go on at a position, or restore a slot. */
struct job {
  /* Program position, or -1 - slot. */
  int position;
  /* Text position, or the slot's old value. */
  int at;
};

struct run {
  const struct regex_program *program;
  const char *text;
  int from, end, flags;
  /* Saved positions of groups, then of loops. */
  int *slots;
  int group_slots;
  struct job *jobs;
  int job_count, job_room;
  unsigned char *visited;
  int failed;
};

static void push(struct run *run, int position, int at) {
  if (run->job_count == run->job_room) {
    int room = run->job_room ? run->job_room * 2 : 256;
    struct job *grown = realloc(run->jobs, (size_t)room * sizeof *grown);
    if (!grown) {
      run->failed = 1;
      return;
    }
    run->jobs = grown;
    run->job_room = room;
  }
  run->jobs[run->job_count++] = (struct job){position, at};
}

static void set_slot(struct run *run, int slot, int value) {
  push(run, -1 - slot, run->slots[slot]);
  run->slots[slot] = value;
}

static int byte_before(const struct run *run, int at) {
  return at > 0 ? (unsigned char)run->text[at - 1] : run->flags & REG_NOTBOL ? -2 : -1;
}

static int byte_after(const struct run *run, int at) {
  return at < run->end ? (unsigned char)run->text[at] : run->flags & REG_NOTEOL ? -2 : -1;
}

/* Length of the group's text if it is repeated at `at`; -1 if it is not. */
static int repeated(const struct run *run, int group, int at) {
  int start = run->slots[2 * group], length = run->slots[2 * group + 1] - start;
  if (start < 0 || length < 0 || at + length > run->end) return -1;
  int fold = run->program->flags & REG_ICASE;
  for (int i = 0; i < length; i++) {
    int a = (unsigned char)run->text[start + i], b = (unsigned char)run->text[at + i];
    if (a != b && !(fold && tolower(a) == tolower(b))) return -1;
  }
  return length;
}

/* Follows one thread until it fails (-1) or reaches the end of the program (the text position). */
static int follow(struct run *run, int position, int at) {
  const struct regex_program *program = run->program;
  while (!run->failed) {
    if (run->visited) {
      size_t bit = (size_t)position * (size_t)(run->end - run->from + 1) + (size_t)(at - run->from);
      if (run->visited[bit >> 3] >> (bit & 7) & 1) return -1;
      run->visited[bit >> 3] |= (unsigned char)(1 << (bit & 7));
    }
    const struct instruction *code = &program->code[position++];
    int length, loop_slot = run->group_slots + code->value;
    switch (code->operation) {
      case MATCH: return at;
      case ONE_BYTE:
        if (at >= run->end || (unsigned char)run->text[at++] != code->value) return -1;
        break;
      case ONE_OF:
        if (at >= run->end || !HAS(&program->sets[code->value], (unsigned char)run->text[at])) return -1;
        at++;
        break;
      case SPLIT:
        push(run, code->other, at);
        position = code->target;
        break;
      case JUMP: position = code->target; break;
      case SAVE:
        if (code->value < run->group_slots) set_slot(run, code->value, at);
        break;
      case ASSERT:
        if (!__regex_holds(program, (enum assertion)code->value, byte_before(run, at), byte_after(run, at), at == 0))
          return -1;
        break;
      case BACK:
        length = repeated(run, code->value, at);
        if (length < 0) return -1;
        at += length;
        break;
      case LOOP_BEGIN: set_slot(run, loop_slot, at); break;
      case LOOP_END:
        if (run->slots[loop_slot] == at) return -1;
        position = code->target;
        break;
    }
  }
  return -1;
}

int __backtrack_run(const struct regex_program *program, const char *text, int from, int to, int end, int flags,
                    int *slots, int slot_count) {
  int all = slot_count + program->loops, best = -1;
  struct run run = {
      .program = program, .text = text, .from = from, .end = end, .flags = flags, .group_slots = slot_count};
  run.slots = malloc((size_t)(all + 1) * sizeof(int));
  if (!run.slots) return -2;
  for (int i = 0; i < all; i++) run.slots[i] = -1;
  if (to >= 0) {
    run.visited = calloc(((size_t)program->length * (size_t)(end - from + 1) >> 3) + 1, 1);
    if (!run.visited) run.failed = 1;
  }
  push(&run, 0, from);
  while (run.job_count > 0 && !run.failed) {
    struct job job = run.jobs[--run.job_count];
    if (job.position < 0) {
      run.slots[-1 - job.position] = job.at;
      continue;
    }
    int reached = follow(&run, job.position, job.at);
    if (reached > best && (to < 0 || reached == to)) {
      best = reached;
      memcpy(slots, run.slots, (size_t)slot_count * sizeof(int));
      if (to >= 0 || best == end) break;
    }
  }
  free(run.slots);
  free(run.jobs);
  free(run.visited);
  return run.failed ? -2 : best;
}
