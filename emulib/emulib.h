/*
 * The emulation library: types and functions shared by its files.
 */
#ifndef EMULIB_H
#define EMULIB_H

#include "layout.h"

typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;
typedef unsigned long long u64;

/* Arguments are the registers EBX … EBP, in this order. */
#define ARGUMENTS(frame) (&(frame)->ebx)

#define MAX_PARTS 20
/* Number and arguments of a call, and behind them what is known of its pointers (MEMORY_…, lites/abi/system-calls.ts).
 */
#define ARGUMENT_COUNT 6
#define CALL_WORDS (1 + ARGUMENT_COUNT)
#define WORDS (CALL_WORDS + 1)

/* A message in memory: kernel/abi/ipc.ts. */
struct string_dope {
  u32 send_size, send_address, receive_size, receive_address;
};
struct message {
  u32 receive_window, size_dope, send_dope;
  u32 words[WORDS];
  struct string_dope strings[MAX_PARTS];
};

#define CONTINUES 0x80000000u

/* What Linux lets a program set: entries 6 to 8 of the descriptor table. */
#define TLS_ENTRIES 3
struct tls_descriptor {
  u32 base, limit, flags;
};
/* Linux asm/ldt.h */
struct user_desc {
  u32 entry, base, limit, flags;
};

/* What a thread keeps in its private area beside the frame. */
struct private {
  struct message message;
  /* 0, or the code with which the interrupted call is to be repeated, and its number. */
  int restart;
  u32 restart_call;
  /* Entries of the descriptor table in use (bit 0 = entry 6). */
  u32 tls_used;
  struct tls_descriptor tls[TLS_ENTRIES];
  /* The word to clear at the end of the thread, and its list of robust futexes; 0 = none. */
  u32 clear_tid, robust_list;
  /* The process is to be killed for a fault in the library. */
  u32 dying;
};

/* The private area of the running thread. Only for code that runs on the handler stack. */
register u32 stack_pointer __asm__("esp");
#define AREA (stack_pointer & AREA_MASK)
#define FRAME ((struct frame *)AREA)
#define STATE ((struct private *)(AREA + PRIVATE_STATE_OFFSET))
#define SCRATCH (AREA + HANDLER_STACK_OFFSET)
#define PROCESS_WORD(offset) (*(volatile const u32 *)(PROCESS_PAGE + (offset)))
/* A word that the process page has for each thread. */
#define THREAD_WORD(offset) PROCESS_WORD((offset) + (AREA - EMULATOR_PRIVATE) / EMULATOR_PRIVATE_STRIDE * 4)
#define CLOCK_WORD(offset) (*(volatile const u32 *)(CLOCK_PAGE + (offset)))

struct ipc {
  u32 send, receive, destination, w0, w1, w2;
};

/* Bits of the kinds of buffers (marshalling.ts): KIND_IN to KIND_INOUTBYTES. */
enum { BUFFER_SENT = 1, BUFFER_RECEIVED = 2, BUFFER_COUNTED = 4 };

/* A memory argument: which one, which argument counts its units, bytes (of a unit), most units. */
struct call_kind {
  u8 kind, argument, length;
  u16 size;
  u32 limit;
};
/* `count` arguments, `memory` of them in kinds. */
struct call_row {
  u8 via, count, memory;
  struct call_kind kinds[MEMORY_ARGUMENTS];
};
struct command_row {
  u32 nr;
  u16 direction, size;
};

/* One kernel call; words come and go in *call. Returns the completion code. */
static inline u32 ipc(struct ipc *call) {
  u32 code = call->send, receive = call->receive, partner = call->destination;

  /* EBP, which no constraint can name, has the receive descriptor; ECX = 0: no timeouts. */
  __asm__ volatile("pushl %%ebp\n\t"
                   "movl %%ecx, %%ebp\n\t"
                   "xorl %%ecx, %%ecx\n\t"
                   "int %6\n\t"
                   "popl %%ebp"
                   : "+a"(code), "+c"(receive), "+S"(partner), "+d"(call->w0), "+b"(call->w1), "+D"(call->w2)
                   : "i"(KERNEL_IPC)
                   : "memory", "cc");
  return code;
}

/* entry.S */
u32 set_descriptor(u32 entry, u32 base, u32 limit, u32 flags);
int copy(void *to, const void *from, u32 bytes);
int touch(u32 address);
int touch_for_writing(u32 address);
int user_strlen(const char *string, u32 limit);
void give_up(void) __attribute__((noreturn));
extern const char system_call_end[], finish_gate_end[];
extern const char user_access_begin[], user_access_end[], user_access_failed[];
int compare_exchange(u32 address, u32 old, u32 new);
void set_up_traps(void);
void emulib_child(void);
void emulib_thread(void);
void signal_return(void);
void rt_signal_return(void);

/* marshal.c */
const struct call_row *find_row(u32 nr);
int in_user_space(u32 address, u32 bytes);
u32 accessible(u32 address, u32 bytes, int (*try)(u32 address));
int ipc_failure(u32 code);
int request(const struct call_row *row, u32 nr, const u32 *arguments);
int server_call(u32 nr, u32 a0, u32 a1, u32 a2, u32 a3, u32 a4, u32 a5);

/* What the completion code of an IPC means for the caller; 0 = look at the reply. */
static inline int ipc_error(u32 code) {
  return code & IPC_ERROR_MASK ? ipc_failure(code) : 0;
}

/* transfers.c */
int transfer(u32 nr, const u32 *arguments);
int socket_message(u32 nr, const u32 *arguments);
int vector_transfer(u32 nr, const u32 *arguments, u32 flags);

/* The parts of one message of a vectored transfer. */
#define VECTOR_PARTS (MAX_PARTS - 2)
struct part {
  u32 base, length;
};

/* special.c */
int special_call(struct frame *frame);

/* program.c */
int fork_call(struct frame *frame, u32 flags);
int exec_call(struct frame *frame);

/* descriptors.c */
int set_thread_area(u32 user_descriptor);
int get_thread_area(u32 user_descriptor);
int fetch_descriptor(struct user_desc *d, u32 address);
void install_descriptor(const struct user_desc *d);

/* threads.c */
void begin_clone(struct frame *frame, u32 tid);
int clone_thread(struct frame *frame);
int exit_call(u32 nr, u32 status);
int set_robust_list(u32 head, u32 length);
int get_robust_list(u32 tid, u32 head, u32 length);
int futex_call(u32 nr, const u32 *a);
int yield(void);

/* clock.c, local.c */
int local_call(struct frame *frame);
int clock_call(u32 nr, u32 a0, u32 a1);

/* signals.c */
void take_signals(struct frame *frame);
int signal_return_call(struct frame *frame, int real_time);
void report_exception(u32 vector, u32 error_code, u32 address, u32 reason, u32 eip, u32 fatal);

#endif
