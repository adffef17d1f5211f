/*
 * Threads: how they start and end, with what Linux does then to their memory, and futexes.
 * Source: clone(2), set_tid_address(2), get_robust_list(2), futex(2).
 */
#include "emulib.h"

enum {
  FUTEX_WAIT,
  FUTEX_WAKE,
  FUTEX_REQUEUE = 3,
  FUTEX_CMP_REQUEUE,
  FUTEX_WAKE_OP,
  FUTEX_WAIT_BITSET = 9,
  FUTEX_WAKE_BITSET
};
#define FUTEX_COMMAND 0x7f
#define ALL_BITS 0xffffffffu
/* In a futex word with an owner. */
#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_OWNER 0x3fffffffu
#define ROBUST_LIST_LIMIT 2048

struct robust_list_head {
  u32 next;
  int word_offset;
  u32 pending;
};

/* What a new thread starts with: the registers of the one that makes it, its descriptors, and the one that clone
 * brings. */
struct thread_image {
  struct frame frame;
  u32 tls_used;
  struct tls_descriptor tls[TLS_ENTRIES];
  struct user_desc descriptor;
};

static int store_word(u32 address, u32 word) {
  return in_user_space(address, 4) ? copy((void *)address, &word, 4) : -1;
}

static int load_word(u32 address, u32 *word) {
  return in_user_space(address, 4) ? copy(word, (void *)address, 4) : -1;
}

/* What clone does in the child, which has its own registers and memory by now: a thread, or the first one of a process.
 */
void begin_clone(struct frame *frame, u32 tid) {
  u32 flags = frame->ebx;

  frame->in_handler = 1;
  frame->ast_pending = 0;
  frame->eax = 0;
  if (frame->ecx) frame->esp = frame->ecx;
  if (flags & CLONE_CHILD_SETTID) store_word(frame->edi, tid);
  if (flags & CLONE_CHILD_CLEARTID) STATE->clear_tid = frame->edi;
}

/* First code of a thread. Traps are set up only when there is a frame for them; a signal that came before waits in the
 * process page. */
void start_thread(void) {
  struct frame *frame = FRAME;
  struct thread_image image;

  server_call(SYS_thread_image, (u32)&image, sizeof image, 0, 0, 0, 0);
  copy(frame, &image.frame, sizeof *frame);
  copy(STATE->tls, image.tls, sizeof image.tls);
  STATE->tls_used = image.tls_used;
  STATE->restart = STATE->dying = STATE->clear_tid = STATE->robust_list = 0;
  begin_clone(frame, THREAD_WORD(THREAD_TID));
  if (frame->ebx & CLONE_SETTLS) install_descriptor(&image.descriptor);
  set_up_traps();
  if (THREAD_WORD(THREAD_SIGNAL_PENDING)) take_signals(frame);
}

/*
 * A thread of this process. It is made, its id is told where the program wants it, and only then it starts: both
 * threads find the id, and nobody writes it when the new thread may have ended already.
 */
int clone_thread(struct frame *frame) {
  u32 flags = frame->ebx;
  struct thread_image image;
  int tid;

  if (flags & CLONE_SETTLS) {
    int error = fetch_descriptor(&image.descriptor, frame->esi);

    if (error) return error;
  }
  copy(&image.frame, frame, sizeof *frame);
  copy(image.tls, STATE->tls, sizeof image.tls);
  image.tls_used = STATE->tls_used;
  tid = server_call(SYS_clone_thread, flags, (u32)&image, sizeof image, 0, 0, 0);
  if (tid < 0) return tid;
  if (flags & CLONE_PARENT_SETTID) store_word(frame->edx, tid);
  server_call(SYS_start_thread, tid, (u32)emulib_thread, 0, 0, 0, 0);
  return tid;
}

static void wake(u32 address, u32 count) {
  server_call(SYS_futex_wake, address, count, ALL_BITS, 0, 0, 0);
}

/* A mutex on the list: if this thread owns it, the next owner hears that it died. */
static void release_robust(u32 address) {
  u32 word;

  if (address % 4 || load_word(address, &word)) return;
  while ((word & FUTEX_OWNER) == THREAD_WORD(THREAD_TID)) {
    int changed = compare_exchange(address, word, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);

    if (changed < 0) return;
    if (!changed) {
      if (word & FUTEX_WAITERS) wake(address, 1);
      return;
    }
    if (load_word(address, &word)) return;
  }
}

/* Bit 0 of a link says that the mutex inherits priority, which nothing does here. */
static void release_robust_list(void) {
  struct robust_list_head head;
  u32 list = STATE->robust_list, entry;

  if (!list || !in_user_space(list, sizeof head) || copy(&head, (void *)list, sizeof head)) return;
  entry = head.next;
  for (u32 i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1u) != list; i++) {
    u32 next;
    int failed = load_word(entry & ~1u, &next);

    if (entry != head.pending) release_robust((entry & ~1u) + head.word_offset);
    if (failed) break;
    entry = next;
  }
  if (head.pending) release_robust((head.pending & ~1u) + head.word_offset);
}

/* exit and exit_group. The word of set_tid_address is cleared here, on the handler stack: who waits for it may free the
 * program's stack. */
int exit_call(u32 nr, u32 status) {
  u32 clear = STATE->clear_tid;

  release_robust_list();
  if (nr == SYS_exit_group || !clear || store_word(clear, 0)) clear = 0;
  return server_call(nr, status, clear, 0, 0, 0, 0);
}

int set_robust_list(u32 head, u32 length) {
  if (length != sizeof(struct robust_list_head)) return -EINVAL;
  STATE->robust_list = head;
  return 0;
}

/* Only the caller's own list is known. */
int get_robust_list(u32 tid, u32 head, u32 length) {
  if (tid && tid != THREAD_WORD(THREAD_TID)) return -ESRCH;
  if (store_word(length, sizeof(struct robust_list_head)) || store_word(head, STATE->robust_list)) return -EFAULT;
  return 0;
}

/* 12 bits with a sign. */
static int signed12(u32 bits) {
  return (int)(bits << 20) >> 20;
}

static u32 operated(u32 operation, u32 old, u32 argument) {
  switch (operation) {
    case 0: return argument;
    case 1: return old + argument;
    case 2: return old | argument;
    case 3: return old & ~argument;
    default: return old ^ argument;
  }
}

static int compares(u32 comparison, int old, int with) {
  switch (comparison) {
    case 0: return old == with;
    case 1: return old != with;
    case 2: return old < with;
    case 3: return old <= with;
    case 4: return old > with;
    default: return old >= with;
  }
}

/* FUTEX_WAKE_OP: changes the second word, wakes waiters of the first, and of the second if the old value says so. */
static int wake_op(const u32 *a) {
  u32 code = a[5], operation = code >> 28 & 7, comparison = code >> 24 & 15;
  u32 argument = signed12(code >> 12 & 0xfff), old;
  int woken, changed;

  if (a[4] % 4) return -EINVAL;
  if (operation > 4 || comparison > 5) return -ENOSYS;
  if (code >> 31) argument = 1u << (argument & 31);
  do {
    if (load_word(a[4], &old)) return -EFAULT;
    changed = compare_exchange(a[4], old, operated(operation, old, argument));
    if (changed < 0) return -EFAULT;
  } while (changed);
  woken = server_call(SYS_futex_wake, a[0], a[2], ALL_BITS, 0, 0, 0);
  if (woken >= 0 && compares(comparison, old, signed12(code & 0xfff))) {
    int more = server_call(SYS_futex_wake, a[4], a[3], ALL_BITS, 0, 0, 0);

    if (more > 0) woken += more;
  }
  return woken;
}

/*
 * The word of a call that compares it goes along in the message. No wake-up is lost: the kernel reads it when the
 * server takes the message, and the server queues the caller before it takes another one, so a thread that changes the
 * word later also wakes later (docs/architecture.md).
 */
int futex_call(u32 nr, const u32 *a) {
  if (a[0] % 4) return -EINVAL;
  if (!in_user_space(a[0], 4)) return -EFAULT;
  switch (a[1] & FUTEX_COMMAND) {
    case FUTEX_WAIT: return server_call(nr, a[0], a[1], a[2], a[3], a[0], ALL_BITS);
    case FUTEX_WAIT_BITSET: return server_call(nr, a[0], a[1], a[2], a[3], a[0], a[5]);
    case FUTEX_WAKE: return server_call(SYS_futex_wake, a[0], a[2], ALL_BITS, 0, 0, 0);
    case FUTEX_WAKE_BITSET: return server_call(SYS_futex_wake, a[0], a[2], a[5], 0, 0, 0);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      if (a[4] % 4) return -EINVAL;
      if (!in_user_space(a[4], 4)) return -EFAULT;
      if ((a[1] & FUTEX_COMMAND) == FUTEX_REQUEUE) return server_call(SYS_futex_requeue, a[0], a[2], a[3], a[4], 0, 0);
      return server_call(SYS_futex_compare_requeue, a[0], a[2], a[3], a[4], a[0], a[5]);
    case FUTEX_WAKE_OP: return wake_op(a);
    default: return -ENOSYS;
  }
}

/* Others get their turn. */
int yield(void) {
  u32 nobody = 0;

  __asm__ volatile("int %1" : "+S"(nobody) : "i"(KERNEL_THREAD_SWITCH) : "memory", "cc");
  return 0;
}
