/* Running compound commands; see execute.h. Simple commands are in simple.c. */
#include "execute.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "error.h"
#include "expand.h"
#include "history.h"
#include "input.h"
#include "jobs.h"
#include "output.h"
#include "parser.h"
#include "pattern.h"
#include "redirect.h"
#include "shell.h"
#include "simple.h"
#include "traps.h"
#include "variables.h"

struct flow flow;

static void exit_on_error(unsigned flags) {
  if (shell.status && shell.option[OPTION_ERREXIT] && !(flags & EXECUTE_TESTED)) raise_exception(EXCEPTION_EXIT);
}

void execute_in_child(const struct node *node, unsigned flags) {
  struct catcher catcher;
  catchers_forget();
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) {
    flow.skip = SKIP_NONE;
    execute(node, flags | EXECUTE_LAST);
    if (signal_pending) signals_handle();
  }
  shell_exit();
}

void shell_exit(void) {
  struct catcher catcher;
  catchers_forget();
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) {
    flow.skip = SKIP_NONE;
    trap_run_exit();
  }
  out_flush();
  if (shell.interactive && !shell.subshell) {
    history_save();
    jobs_control(false);
  }
  _exit(shell.status & 0xff);
}

static void report_background(const struct job *job) {
  if (!shell.interactive) return;
  char text[40];
  snprintf(text, sizeof text, "[%d] %d\n", job->number, (int)job->processes[0].pid);
  error_string(text);
}

static void connect(int input, const int output[2]) {
  if (input > 0) {
    dup2(input, 0);
    close(input);
  }
  if (output[1] >= 0) {
    close(output[0]);
    if (output[1] != 1) {
      dup2(output[1], 1);
      close(output[1]);
    }
  }
}

static void execute_pipeline(const struct node *node, unsigned flags, bool background) {
  struct job *job = job_new(background);
  int input = -1;
  for (const struct node *command = node->pipeline.commands; command; command = command->next) {
    int ends[2] = {-1, -1};
    if (command->next && pipe(ends) < 0) {
      if (input >= 0) close(input);
      fail_shell("Pipe call failed");
    }
    if (job_fork(job, command) == 0) {
      connect(input, ends);
      execute_in_child(command, flags & EXECUTE_TESTED);
    }
    if (input >= 0) close(input);
    if (ends[1] >= 0) close(ends[1]);
    input = ends[0];
  }
  if (background) {
    report_background(job);
    shell.status = 0;
  } else shell.status = job_wait(job);
}

static void execute_background(const struct node *node) {
  const struct node *body = node->unary.body;
  if (body->kind == NODE_PIPELINE) {
    execute_pipeline(body, 0, true);
    return;
  }
  struct job *job = job_new(true);
  if (job_fork(job, body) == 0) execute_in_child(body, 0);
  report_background(job);
  shell.status = 0;
}

static _Noreturn void execute_subshell_body(const struct node *node, unsigned flags) {
  struct catcher catcher;
  catchers_forget();
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) {
    redirect_perform(node->redirects);
    execute_in_child(node->unary.body, flags & EXECUTE_TESTED);
  }
  shell_exit();
}

static void execute_subshell(const struct node *node, unsigned flags) {
  if ((flags & EXECUTE_LAST) && !traps_set()) {
    subshell_begin();
    execute_subshell_body(node, flags);
  }
  struct job *job = job_new(false);
  if (job_fork(job, node) == 0) execute_subshell_body(node, flags);
  shell.status = job_wait(job);
}

static void execute_group(const struct node *node, unsigned flags) {
  if (!node->redirects) {
    execute(node->unary.body, flags);
    return;
  }
  int depth = redirect_depth();
  if (!redirect_try(node->redirects)) return;
  execute(node->unary.body, flags & EXECUTE_TESTED);
  redirect_undo(depth);
}

/* After a turn of a loop's body: whether the loop ends. */
static bool loop_ends(void) {
  if (flow.skip == SKIP_NONE) return false;
  if (flow.skip == SKIP_RETURN) return true;
  if (flow.levels > 1) {
    flow.levels--;
    return true;
  }
  bool ends = flow.skip == SKIP_BREAK;
  flow.skip = SKIP_NONE;
  return ends;
}

static void execute_while(const struct node *node, unsigned flags) {
  bool until = node->kind == NODE_UNTIL;
  int status = 0;
  flow.loops++;
  for (;;) {
    execute(node->branch.condition, EXECUTE_TESTED);
    if (flow.skip != SKIP_NONE) {
      if (flow.skip == SKIP_RETURN) status = shell.status;
      if (loop_ends()) break;
      continue;
    }
    if ((shell.status != 0) != until) break;
    execute(node->branch.body, flags & EXECUTE_TESTED);
    status = shell.status;
    if (loop_ends()) break;
  }
  flow.loops--;
  shell.status = status;
}

static void execute_for(const struct node *node, unsigned flags) {
  struct arena_mark mark = arena_mark(&scratch);
  struct list words = {0};
  if (node->loop.over_parameters) {
    static const struct part at = {.kind = PART_PARAMETER, .operator = PARAMETER_VALUE, .text = "@"};
    static const struct part quoted = {.kind = PART_DOUBLE, .parts = (struct part *)&at};
    static const struct word all = {.parts = (struct part *)&quoted};
    expand_words(&all, &words);
  } else {
    expand_words(node->loop.words, &words);
  }
  shell.status = 0;
  flow.loops++;
  for (size_t i = 0; i < words.count; i++) {
    shell.line = node->line;
    variable_set(node->loop.variable, words.items[i], 0);
    execute(node->loop.body, flags & EXECUTE_TESTED);
    if (loop_ends()) break;
  }
  flow.loops--;
  arena_release(&scratch, mark);
}

/* The body to run; its status is 0 if there is none. */
static const struct node *choose_case(const struct node *node) {
  struct arena_mark mark = arena_mark(&scratch);
  const struct node *body = NULL;
  const char *text = expand_string(node->choice.word);
  size_t length = strlen(text);
  for (const struct case_item *item = node->choice.items; item; item = item->next) {
    for (const struct word *pattern = item->patterns; pattern; pattern = pattern->next) {
      if (!pattern_match(expand_pattern(pattern), text, length)) continue;
      body = item->body;
      goto chosen;
    }
  }
chosen:
  arena_release(&scratch, mark);
  return body;
}

void execute(const struct node *node, unsigned flags) {
  /* Tails of sequences, conditions and choices loop here instead of recursing. */
  for (;;) {
    if (signal_pending) {
      signals_handle();
      if (flow.skip != SKIP_NONE) return;
    }
    /* So that what has ended is gone, also for a script that looks for it without waiting. */
    if (children_changed) {
      children_changed = 0;
      jobs_collect(false);
    }
    if (!node) {
      shell.status = 0;
      return;
    }
    if (shell.option[OPTION_NOEXEC] && !shell.interactive) return;
    shell.line = node->line;
    switch (node->kind) {
      case NODE_SIMPLE:
        execute_simple(node, flags);
        exit_on_error(flags);
        return;
      case NODE_PIPELINE:
        execute_pipeline(node, flags, false);
        exit_on_error(flags);
        return;
      case NODE_SUBSHELL:
        execute_subshell(node, flags);
        exit_on_error(flags);
        return;
      case NODE_NOT:
        execute(node->unary.body, EXECUTE_TESTED);
        if (flow.skip == SKIP_NONE) shell.status = !shell.status;
        return;
      case NODE_BACKGROUND: execute_background(node); return;
      case NODE_GROUP: execute_group(node, flags); return;
      case NODE_WHILE:
      case NODE_UNTIL: execute_while(node, flags); return;
      case NODE_FOR: execute_for(node, flags); return;
      case NODE_FUNCTION:
        function_define(node);
        shell.status = 0;
        return;
      case NODE_SEQUENCE:
        execute(node->pair.left, flags & EXECUTE_TESTED);
        if (flow.skip != SKIP_NONE) return;
        node = node->pair.right;
        break;
      case NODE_AND:
      case NODE_OR:
        execute(node->pair.left, EXECUTE_TESTED);
        if (flow.skip != SKIP_NONE || (shell.status == 0) != (node->kind == NODE_AND)) return;
        node = node->pair.right;
        break;
      case NODE_IF:
        execute(node->branch.condition, EXECUTE_TESTED);
        if (flow.skip != SKIP_NONE) return;
        node = shell.status == 0 ? node->branch.body : node->branch.otherwise;
        break;
      case NODE_CASE: node = choose_case(node); break;
    }
  }
}

void execute_input(unsigned flags) {
  int status = 0;
  for (;;) {
    struct script *script = script_new();
    struct node *node;
    script_hold(script);
    enum parse_result result = parse_line(script, &node);
    if (result == PARSE_COMMAND) {
      unsigned last = input_exhausted() ? flags & EXECUTE_LAST : 0;
      struct arena_mark mark = arena_mark(&scratch);
      execute(node, (flags & EXECUTE_TESTED) | last);
      if (signal_pending && flow.skip == SKIP_NONE) signals_handle();
      arena_release(&scratch, mark);
      status = shell.status;
    }
    script_let_go();
    if (result == PARSE_END || flow.skip != SKIP_NONE) break;
  }
  shell.status = status;
}

void execute_text(const char *text, int line, unsigned flags) {
  input_push_text(text, line);
  execute_input(flags);
  input_pop();
}
