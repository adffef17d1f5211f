/* Kernel calls for test programs: registers as in kernel/abi/calls.ts. */
#ifndef L3_H
#define L3_H

#define PROCESS_PAGE 0xc0020000u
#define PRIVATE_PAGE 0xc0030000u
#define SERVER_WORD 28
#define NO_DESCRIPTOR 0xffffffffu

struct ipc_words {
  unsigned w0, w1, w2, partner;
};

static inline unsigned server_id(void) {
  return *(volatile unsigned *)(PROCESS_PAGE + SERVER_WORD);
}

/* One IPC; returns the completion code. words in and out; partner = destination in, source out. */
static inline unsigned l3_ipc(unsigned send, unsigned receive, unsigned timeouts, struct ipc_words *words) {
  unsigned frame[7] = {send, timeouts, words->w0, words->w1, words->w2, receive, words->partner};
  unsigned *at = frame;

  __asm__ volatile(
      "pushl %%ebp\n\tpushl %%ebx\n\tpushl %0\n\tmovl %0, %%eax\n\t"
      "movl 4(%%eax), %%ecx\n\tmovl 8(%%eax), %%edx\n\tmovl 12(%%eax), %%ebx\n\tmovl 16(%%eax), %%edi\n\t"
      "movl 20(%%eax), %%ebp\n\tmovl 24(%%eax), %%esi\n\tmovl 0(%%eax), %%eax\n\t"
      "int $0x30\n\tpopl %%ecx\n\t"
      "movl %%eax, 0(%%ecx)\n\tmovl %%edx, 8(%%ecx)\n\tmovl %%ebx, 12(%%ecx)\n\tmovl %%edi, 16(%%ecx)\n\tmovl %%esi, 24(%%ecx)\n\t"
      "popl %%ebx\n\tpopl %%ebp"
      : "+a"(at)
      :
      : "ecx", "edx", "esi", "edi", "memory", "cc");
  words->w0 = frame[2], words->w1 = frame[3], words->w2 = frame[4], words->partner = frame[6];
  return frame[0];
}

static inline unsigned l3_my_id(void) {
  unsigned id = 0, type;
  __asm__ volatile("int $0x31" : "=a"(type), "+S"(id) : : "ecx", "edx", "edi", "memory");
  return id;
}

struct region_request {
  unsigned base, size, manager, ds, offset, rights;
};

static inline unsigned l3_region_map(const struct region_request *request) {
  unsigned result;
  __asm__ volatile("int $0x37" : "=a"(result) : "S"(request) : "ecx", "edx", "edi", "memory");
  return result;
}

static inline unsigned l3_unmap(unsigned flexpage, unsigned mask) {
  unsigned status = flexpage;
  __asm__ volatile("int $0x32" : "+a"(status) : "c"(mask) : "memory");
  return status;
}

#endif
