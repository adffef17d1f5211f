/*
 * Program start, fork and exec.
 */
#include "emulib.h"

#define USER_DATA 0x7b
#define INITIAL_EFLAGS 0x202

/* First code of an image, in a task with nothing but its regions: fetches arguments and enters the program. */
void start_program(void) {
  struct frame *frame = FRAME;
  u32 stack = PROCESS_WORD(PROCESS_STACK_IMAGE);

  server_call(SYS_exec_image, stack, PROCESS_WORD(PROCESS_STACK_IMAGE_SIZE), 0, 0, 0, 0);
  frame->in_handler = 1;
  frame->eip = PROCESS_WORD(PROCESS_ENTRY);
  frame->esp = stack;
  frame->eflags = INITIAL_EFLAGS;
  frame->ds = frame->es = frame->ss = USER_DATA;
}

/*
 * First code of a forked child. Its frame is a copy of the parent's, taken in the middle of the parent's call, so the
 * call's arguments are there.
 */
void start_child(void) {
  struct frame *frame = FRAME;
  u32 nr = frame->eax;

  frame->in_handler = 1;
  frame->ast_pending = 0;
  frame->eax = 0;
  STATE->clear_tid = STATE->robust_list = 0;
  if (nr != SYS_clone) return;
  begin_clone(frame, PROCESS_WORD(PROCESS_PID));
  if (frame->ebx & CLONE_SETTLS) set_thread_area(frame->esi);
}

int fork_call(struct frame *frame, u32 flags) {
  int pid = server_call(SYS_fork_process, flags, (u32)emulib_child, frame->eax == SYS_clone ? frame->ecx : 0,
                        frame->eax, 0, 0);

  if (pid > 0 && frame->eax == SYS_clone && flags & CLONE_PARENT_SETTID && in_user_space(frame->edx, 4))
    copy((void *)frame->edx, &pid, 4);
  return pid;
}

/* Bytes that the strings of a NULL-terminated array take, their NULs included; or an error. A null array is empty. */
static int array_size(u32 array) {
  u32 total = 0, string;

  for (; array; array += 4) {
    int length;

    if (!in_user_space(array, 4) || copy(&string, (void *)array, 4)) return -EFAULT;
    if (!string) break;
    if (string >= USER_TOP) return -EFAULT;
    length = user_strlen((const char *)string, ARGUMENT_BYTES_MAX);
    if (length < 0) return -EFAULT;
    total += length + 1;
    if (total > ARGUMENT_BYTES_MAX) return -E2BIG;
  }
  return total;
}

/* Packs the strings; never more than `size` bytes, even if the program changes them meanwhile. */
static void pack(u32 array, u8 *to, u32 size) {
  u32 string;

  for (; array && !copy(&string, (void *)array, 4) && string; array += 4) {
    int length = user_strlen((const char *)string, size);

    if (length < 0 || (u32)length + 1 > size || copy(to, (void *)string, length)) return;
    to[length] = 0;
    to += length + 1;
    size -= length + 1;
  }
}

/* execve: path, argument block and environment block as three strings. On success the task is gone before the reply. */
int exec_call(struct frame *frame) {
  int argument_bytes = array_size(frame->ecx), environment_bytes = array_size(frame->edx), path_bytes = -1, error;
  u32 bad = 0;
  u32 block = SCRATCH, mapped = 0;
  struct message *message = &STATE->message;
  struct ipc call = {(u32)message, 0, PROCESS_WORD(PROCESS_SERVER), SYS_execve, frame->ebx, frame->ecx};

  if (argument_bytes == -E2BIG || environment_bytes == -E2BIG ||
      argument_bytes + environment_bytes > ARGUMENT_BYTES_MAX)
    return -E2BIG;
  /* The server looks at the file first. */
  if (frame->ebx < USER_TOP) path_bytes = user_strlen((const char *)frame->ebx, PATH_MAX);
  if (path_bytes < 0) bad |= MEMORY_BAD_ARGUMENT, path_bytes = 0;
  if (argument_bytes < 0) bad |= MEMORY_BAD_ARGUMENT << 1, argument_bytes = 0;
  if (environment_bytes < 0) bad |= MEMORY_BAD_ARGUMENT << 2, environment_bytes = 0;

  if (argument_bytes + environment_bytes > SCRATCH_SIZE) {
    mapped = argument_bytes + environment_bytes;
    block = server_call(SYS_mmap2, 0, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block > -4096u) return -ENOMEM;
  }
  pack(frame->ecx, (u8 *)block, argument_bytes);
  pack(frame->edx, (u8 *)block + argument_bytes, environment_bytes);

  message->receive_window = 0;
  message->size_dope = WORDS << 13;
  message->send_dope = WORDS << 13 | 3 << 8;
  message->words[3] = frame->edx;
  message->words[4] = block;
  message->words[5] = mapped;
  message->words[CALL_WORDS] = bad;
  message->strings[0].send_size = path_bytes;
  message->strings[0].send_address = frame->ebx;
  message->strings[1].send_size = argument_bytes;
  message->strings[1].send_address = block;
  message->strings[2].send_size = environment_bytes;
  message->strings[2].send_address = block + argument_bytes;
  error = ipc_error(ipc(&call));
  if (!error) error = call.w0;
  if (mapped) server_call(SYS_munmap, block, mapped, 0, 0, 0, 0);
  return error;
}
