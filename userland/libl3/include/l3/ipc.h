/* Synchronous IPC. (kernel/abi/ipc.ts; L4 X.0 reference manual, "ipc") */
#pragma once
#include <l3/abi.h>

typedef unsigned l3_id;
/* dope | completion code: see l3_error */
typedef unsigned l3_code;
typedef unsigned l3_fpage;

/* One IPC: what goes into the registers, and what comes out of them. */
struct l3_ipc {
  unsigned send;     /* send descriptor */
  unsigned timeouts; /* l3_timeouts() */
  unsigned word[L3_REGISTER_WORDS];
  unsigned receive; /* receive descriptor */
  l3_id partner;    /* destination; source of what was received */
  l3_id name;       /* with L3_SEND_PROPAGATE: whose name the message has */
  l3_id to;         /* of a redirected message: whom it was sent to */
};

l3_code l3_ipc(struct l3_ipc *ipc);

/* A string of a message: what is sent, and where a received one goes. After a receive the send part is what came. */
struct l3_string {
  unsigned send_size;
  const void *send_address;
  unsigned receive_size;
  void *receive_address;
};
/* In a size: this part continues the string of the dope before. */
#define L3_CONTINUES 0x80000000u

/*
 * The type of a message with so many words (at least three) and string dopes. The first three words travel in
 * registers: their slots in memory are not used.
 */
#define L3_MESSAGE(words, strings)    \
  struct {                            \
    l3_fpage window;                  \
    unsigned size_dope, send_dope;    \
    unsigned word[words];             \
    struct l3_string string[strings]; \
  }
#define L3_DOPE(words, strings) ((unsigned)(words) << 13 | (unsigned)(strings) << 8)
#define L3_DOPE_WORDS(dope) ((dope) >> 13 & 0x7fff)
#define L3_DOPE_STRINGS(dope) ((dope) >> 8 & 31)
/* Makes a message empty: nothing to send but the three words, room for all that its type has room for. */
#define l3_message_init(message)                                                       \
  ((message)->window = 0,                                                              \
   (message)->size_dope = L3_DOPE(sizeof(message)->word / sizeof(unsigned),            \
                                  sizeof(message)->string / sizeof(struct l3_string)), \
   (message)->send_dope = L3_DOPE(L3_REGISTER_WORDS, 0))

/* A data space: who manages it, and its number in the task that has it. Of a message: what is sent, and the copy that
 * came. */
struct l3_data_space {
  l3_id manager;
  unsigned number;
};

/* The type of a message with data spaces beside words and strings. */
#define L3_MESSAGE_DATA_SPACES(words, strings, data_spaces) \
  struct {                                                  \
    l3_fpage window;                                        \
    unsigned size_dope, send_dope;                          \
    unsigned word[words];                                   \
    struct l3_string string[strings];                       \
    struct l3_data_space data_space[data_spaces];           \
  }
#define L3_LONG_DOPE(words, strings, data_spaces) ((unsigned)(data_spaces) << 28 | L3_DOPE(words, strings))
#define L3_DOPE_DATA_SPACES(dope) ((dope) >> 28)
#define l3_message_init_data_spaces(message) \
  (l3_message_init(message), (message)->size_dope |= sizeof(message)->data_space / sizeof(struct l3_data_space) << 28)

/* Send descriptors: the three words alone; hot spot and flexpage in the first two; a message; a message that begins
 * with flexpages. */
#define L3_SHORT 0u
#define L3_SHORT_MAP ((unsigned)L3_SEND_MAP)
#define L3_LONG(message) ((unsigned)(message))
#define L3_LONG_MAP(message) ((unsigned)(message) | L3_SEND_MAP)
/* Receive descriptors: L3_SHORT, L3_LONG, and a window for mappings. */
#define L3_WINDOW(fpage) ((fpage) | L3_RECEIVE_WINDOW)

/* Timeouts: microseconds, rounded up to what the encoding can say; L3_FOREVER. */
#define L3_FOREVER 0xffffffffu
#define L3_NO_TIMEOUTS 0u
unsigned l3_timeouts(unsigned send_us, unsigned receive_us, unsigned send_fault_us, unsigned receive_fault_us);

l3_code l3_send(l3_id to, unsigned send, unsigned words[3], unsigned timeouts);
l3_code l3_receive(l3_id from, unsigned words[3], unsigned receive, unsigned timeouts);
l3_code l3_wait(l3_id *from, unsigned words[3], unsigned receive, unsigned timeouts);
l3_code l3_call(l3_id to, unsigned send, unsigned words[3], unsigned receive, unsigned timeouts);
l3_code l3_reply_and_wait(l3_id *partner, unsigned send, unsigned words[3], unsigned receive, unsigned timeouts);

/* For chiefs: sends in another's name; receives, and tells whom a redirected message was sent to (else L3_NIL). */
l3_code l3_send_as(l3_id name, l3_id to, unsigned send, unsigned words[3], unsigned timeouts);
l3_code l3_wait_redirected(l3_id *from, l3_id *to, unsigned words[3], unsigned receive, unsigned timeouts);

/* The error in a completion code (L3_IPC_…), 0 = none; its name. */
#define l3_error(code) ((code) & L3_CONDITION_ERROR)
/* Whether the error is one of the send phase. */
#define l3_send_failed(code) (((code) & 0x10) != 0)
const char *l3_strerror(l3_code code);
