/* Serving page faults. (kernel/abi/page-fault.ts) */
#include <l3/pager.h>
#include <l3/thread.h>

/* What answers a message: words alone, or hot spot and flexpage. */
enum answer { NONE, WORDS, MAPPING };

/*
 * A fault's first word is a page's offset, with the write bit; further words are data space, address and EIP. Other
 * messages are told from faults by the low bits of that word, as every memory manager here does.
 */
#define REQUEST_BITS ((L3_PAGE_BYTES - 1) & ~L3_FAULT_WRITE)

/*
 * Only a page that the manager has itself can be mapped on: its own manager may have taken it. A write that changes
 * nothing, in one instruction because clients may write at the same time.
 */
static void own(l3_fpage page) {
  char *address = l3_fpage_address(page);

  if (page & L3_FPAGE_WRITE) __asm__ volatile("lock; orb $0, %0" : "+m"(*address) : : "memory", "cc");
  else (void)*(volatile char *)address;
}

static enum answer fault(struct l3_pager *pager, l3_id client, unsigned words[3], unsigned eip) {
  const struct l3_fault fault = {
      .client = client,
      .data_space = words[1],
      .offset = words[0] & -L3_PAGE_BYTES,
      .address = words[2],
      .eip = eip,
      .write = (words[0] & L3_FAULT_WRITE) != 0,
  };
  l3_fpage page = pager->fault(pager, &fault);

  if (page < L3_PAGE_BYTES) {
    words[0] = page;
    return WORDS;
  }
  own(page);
  words[0] = fault.address;
  words[1] = page;
  words[2] = 0;
  return MAPPING;
}

/* Data spaces in messages: what a label asks for. */
static enum answer data_space(struct l3_pager *pager, l3_id client, unsigned words[3]) {
  unsigned ticket = words[0] >> L3_DATA_SPACE_TICKET_SHIFT;

  if ((words[0] & (L3_PAGE_BYTES - 1)) == L3_DATA_SPACE_DISCARD) {
    if (pager->discard) pager->discard(pager, client, ticket);
    return NONE;
  }
  if ((words[0] & (L3_PAGE_BYTES - 1)) == L3_DATA_SPACE_COPY) {
    const struct l3_copy copy = {client, words[1], words[2], ticket};

    words[0] = pager->copy ? pager->copy(pager, &copy, &words[1]) : L3_REFUSE_MANAGER;
  } else {
    words[0] = pager->release ? pager->release(pager, client, words[1]) : L3_REFUSE_MANAGER;
  }
  return WORDS;
}

static int is_label(unsigned word) {
  unsigned label = word & (L3_PAGE_BYTES - 1);

  return label == L3_DATA_SPACE_COPY || label == L3_DATA_SPACE_DISCARD || label == L3_DATA_SPACE_RELEASE;
}

int l3_pager_loop(struct l3_pager *pager) {
  L3_MESSAGE(4, 0) message;
  unsigned words[3] = {0, 0, 0};
  l3_id client = L3_NIL;
  enum answer answer = NONE;
  l3_code code;
  int stop = 0;

  l3_message_init(&message);
  while (!stop) {
    unsigned send = answer == MAPPING ? L3_SHORT_MAP : L3_SHORT;

    code = answer == NONE ? l3_wait(&client, words, L3_LONG(&message), pager->timeouts)
                          : l3_reply_and_wait(&client, send, words, L3_LONG(&message), pager->timeouts);
    /* A client that does not wait any more gets no answer. */
    if (l3_error(code) && l3_send_failed(code)) code = l3_wait(&client, words, L3_LONG(&message), pager->timeouts);
    if (answer != NONE) pager->ipcs++, pager->words += L3_REGISTER_WORDS;
    answer = NONE;
    if (!l3_error(code)) pager->ipcs++, pager->words += L3_DOPE_WORDS(code);
    if (l3_error(code)) stop = pager->idle ? pager->idle(pager, code) : 0;
    else if (!(words[0] & REQUEST_BITS))
      answer = fault(pager, client, words, L3_DOPE_WORDS(code) > 3 ? message.word[3] : 0);
    else if (is_label(words[0])) answer = data_space(pager, client, words);
    else if (pager->request && pager->request(pager, client, words)) answer = WORDS;
  }
  return stop;
}
