/* Simple commands (POSIX XCU 2.9.1); see simple.h. */
#include "simple.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builtins.h"
#include "command.h"
#include "control.h"
#include "error.h"
#include "execute.h"
#include "expand.h"
#include "jobs.h"
#include "output.h"
#include "parameters.h"
#include "parser.h"
#include "redirect.h"
#include "shell.h"
#include "stack.h"
#include "substitution.h"
#include "traps.h"
#include "variables.h"
#include "word.h"

enum { DEEPEST_CALL = 1000 };

/* A simple command in work. */
struct call {
  const struct node *node;
  int argc;
  char **argv;
  unsigned flags;
  unsigned search;
  bool plain; /* run by `command`: no special treatment of special builtins */
};

/* Prints what is about to be run behind the value of PS4. */
static void trace(char **assignments, char **argv) {
  struct arena_mark mark = arena_mark(&scratch);
  struct buffer line = buffer_new(&scratch);
  struct script *script = script_new();
  script_hold(script);
  shell.option[OPTION_XTRACE] = false;
  buffer_string(&line, expand_document(parse_quoted(script, variable_text("PS4"))));
  shell.option[OPTION_XTRACE] = true;
  script_let_go();
  bool first = true;
  for (int list = 0; list < 2; list++) {
    for (char **item = list ? argv : assignments; item && *item; item++) {
      if (!first) buffer_char(&line, ' ');
      buffer_string(&line, *item);
      first = false;
    }
  }
  buffer_char(&line, '\n');
  write_all(redirect_outer(2), line.text, line.length);
  arena_release(&scratch, mark);
}

/* Expands and performs the assignments, one after the other; adds them to the list. */
static void assign_all(const struct word *assignments, unsigned variable_flags, bool temporary, struct list *done) {
  for (; assignments; assignments = assignments->next) {
    char *assignment = expand_assignment(assignments);
    list_add(done, assignment);
    if (temporary) scope_local(arena_copy(&scratch, assignment, name_length(assignment)));
    variable_assign(assignment, variable_flags);
  }
}

static void call_function(const struct function *function, const struct call *call) {
  if (flow.functions >= DEEPEST_CALL || stack_low()) {
    fail_shell("Maximum function recursion depth (%d) reached", DEEPEST_CALL);
  }
  struct parameters saved = parameters_lend(call->argc - 1, call->argv + 1);
  int loops = flow.loops;
  struct catcher catcher;
  enum exception exception = CATCH(catcher);
  if (exception != EXCEPTION_NONE) {
    parameters_restore(saved);
    raise_exception(exception);
  }
  script_hold(function->script);
  scope_begin();
  flow.functions++;
  flow.loops = 0;
  execute(function->body, call->flags & EXECUTE_TESTED);
  if (flow.skip == SKIP_RETURN) flow.skip = SKIP_NONE;
  flow.loops = loops;
  flow.functions--;
  scope_end();
  script_let_go();
  catcher_end(&catcher);
  parameters_restore(saved);
}

static void call_builtin(const struct builtin *builtin, const struct call *call) {
  const char *outer_name = shell.command;
  unsigned outer_flags = flow.builtin_flags;
  flow.builtin_flags = call->flags & EXECUTE_TESTED;
  shell.command = call->argv[0];
  int status = builtin->run(call->argc, call->argv);
  shell.command = call->argv[0];
  if (!out_flush()) {
    warn("I/O error");
    status = 1;
  }
  shell.command = outer_name;
  flow.builtin_flags = outer_flags;
  shell.status = status;
}

/* An error in an ordinary builtin is only that command's. */
static void call_contained(const struct builtin *builtin, const struct call *call) {
  struct catcher catcher;
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) {
    call_builtin(builtin, call);
    catcher_end(&catcher);
    return;
  }
  out_discard();
  if (exception != EXCEPTION_ERROR) raise_exception(exception);
}

static _Noreturn void become(const struct command *command, const struct call *call) {
  struct catcher catcher;
  catchers_forget();
  enum exception exception = CATCH(catcher);
  if (exception == EXCEPTION_NONE) shell.status = command_run_file(command, call->argv);
  _exit(shell.status);
}

static void run_file(const struct command *command, const struct call *call) {
  if ((call->flags & EXECUTE_LAST) && !traps_set()) become(command, call);
  struct job *job = job_new(false);
  if (job_fork(job, call->node) == 0) become(command, call);
  shell.status = job_wait(job);
}

static void run(const struct command *command, const struct call *call, bool special) {
  switch (command->kind) {
    case COMMAND_BUILTIN:
      if (special) call_builtin(command->builtin, call);
      else call_contained(command->builtin, call);
      return;
    case COMMAND_FUNCTION: call_function(command->function, call); return;
    case COMMAND_FILE: run_file(command, call); return;
    case COMMAND_DENIED:
      warn("%s: Permission denied", call->argv[0]);
      shell.status = 126;
      return;
    case COMMAND_NOT_FOUND:
      warn("%s: not found", call->argv[0]);
      shell.status = 127;
      return;
  }
}

/* Takes "command" and "command -p" away from in front of a command; "command -v" is left to the builtin. */
static void strip_command(struct call *call, struct command *command) {
  while (command->kind == COMMAND_BUILTIN && command->builtin->run == builtin_command) {
    int index = 1;
    unsigned search = SEARCH_NO_FUNCTIONS;
    for (; index < call->argc && strcmp(call->argv[index], "-p") == 0; index++) search |= SEARCH_DEFAULT_PATH;
    if (index < call->argc && strcmp(call->argv[index], "--") == 0) index++;
    else if (index < call->argc && call->argv[index][0] == '-' && call->argv[index][1]) return;
    if (index >= call->argc) return;
    call->argc -= index;
    call->argv += index;
    call->plain = true;
    call->search = search;
    *command = command_find(call->argv[0], search);
  }
}

/* Whether the words behind this one are declarations, whose values are not split. */
static bool declares(const struct word *word) {
  while (word && word->literal && strcmp(word->literal, "command") == 0) word = word->next;
  if (!word || !word->literal) return false;
  const struct builtin *builtin = builtin_find(word->literal);
  return builtin && builtin->declares;
}

static void expand_declarations(const struct word *words, struct list *fields) {
  for (; words; words = words->next) {
    bool assignment = words->parts && words->parts->kind == PART_TEXT && assignment_value(words->parts->text);
    struct word alone = *words;
    alone.next = NULL;
    if (assignment) list_add(fields, expand_assignment(words));
    else expand_words(&alone, fields);
  }
}

/* No command: assignments stay, redirections are tried, the status is that of the last substitution. */
static void run_nothing(const struct node *node) {
  struct list assignments = {0};
  int depth = redirect_depth();
  if (node->redirects && !redirect_try(node->redirects)) return;
  assign_all(node->simple.assignments, 0, false, &assignments);
  if (shell.option[OPTION_XTRACE] && assignments.count) trace(assignments.items, NULL);
  redirect_undo(depth);
  shell.status = substitution_status;
}

static void run_command(const struct node *node, const struct list *words, unsigned flags) {
  struct call call = {.node = node, .argc = (int)words->count, .argv = words->items, .flags = flags};
  struct list assignments = {0};
  int scope = scope_depth();
  int depth = redirect_depth();
  struct command command = command_find(call.argv[0], 0);
  strip_command(&call, &command);
  bool special = command.kind == COMMAND_BUILTIN && command.builtin->special && !call.plain;
  bool executes = command.kind == COMMAND_BUILTIN && command.builtin->run == builtin_exec;
  /* Those in front of a special builtin stay, for the shell only; but a program that exec begins gets them. */
  bool exports = !special || (executes && call.argc > 1);
  /* Here and not in the new process: what is said of its end goes where its own errors go. */
  if (node->redirects && special) redirect_begin(node->redirects);
  else if (node->redirects && !redirect_try(node->redirects)) return;
  if (node->simple.assignments) {
    if (!special) scope_begin();
    assign_all(node->simple.assignments, exports ? VARIABLE_EXPORT : 0, !special, &assignments);
    /* They may have changed PATH. */
    command = command_find(call.argv[0], call.search);
  }
  if (shell.option[OPTION_XTRACE]) trace(assignments.items, words->items);
  run(&command, &call, special);
  scope_unwind(scope);
  if (node->redirects && executes) redirect_keep();
  redirect_undo(depth);
}

void execute_simple(const struct node *node, unsigned flags) {
  struct arena_mark mark = arena_mark(&scratch);
  struct list words = {0};
  substitution_status = 0;
  if (declares(node->simple.words)) expand_declarations(node->simple.words, &words);
  else expand_words(node->simple.words, &words);
  if (words.count) run_command(node, &words, flags);
  else run_nothing(node);
  arena_release(&scratch, mark);
}
