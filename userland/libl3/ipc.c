/* Synchronous IPC. (L4 X.0 reference manual, "ipc"; kernel/abi/calls.ts has the registers) */
#include <l3/ipc.h>

/*
 * EAX send descriptor, ECX timeouts, EDX EBX EDI words, EBP receive descriptor, ESI partner, on the stack the name to
 * send under: in the order of struct l3_ipc. A redirected message leaves in ECX whom it was sent to.
 */
#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)
__asm__(".section .text.l3_ipc,\"ax\",@progbits\n"
        ".globl l3_ipc\n"
        ".type l3_ipc, @function\n"
        "l3_ipc:\n"
        "  pushl %ebp\n"
        "  pushl %ebx\n"
        "  pushl %esi\n"
        "  pushl %edi\n"
        "  movl 20(%esp), %eax\n"
        "  pushl %eax\n"
        "  pushl 28(%eax)\n"
        "  movl 4(%eax), %ecx\n"
        "  movl 8(%eax), %edx\n"
        "  movl 12(%eax), %ebx\n"
        "  movl 16(%eax), %edi\n"
        "  movl 20(%eax), %ebp\n"
        "  movl 24(%eax), %esi\n"
        "  movl (%eax), %eax\n"
        "  int $" TEXT(L3_CALL_IPC) "\n"
                                    "  movl %ecx, %ebp\n"
                                    "  popl %ecx\n"
                                    "  popl %ecx\n"
                                    "  movl %edx, 8(%ecx)\n"
                                    "  movl %ebx, 12(%ecx)\n"
                                    "  movl %edi, 16(%ecx)\n"
                                    "  movl %esi, 24(%ecx)\n"
                                    "  movl %ebp, 32(%ecx)\n"
                                    "  popl %edi\n"
                                    "  popl %esi\n"
                                    "  popl %ebx\n"
                                    "  popl %ebp\n"
                                    "  ret\n"
                                    ".size l3_ipc, . - l3_ipc\n"
                                    ".text\n");

static l3_code exchange(struct l3_ipc *ipc, unsigned words[3]) {
  l3_code code;

  for (int i = 0; i < 3; i++) ipc->word[i] = words[i];
  code = l3_ipc(ipc);
  for (int i = 0; i < 3; i++) words[i] = ipc->word[i];
  return code;
}

l3_code l3_send(l3_id to, unsigned send, unsigned words[3], unsigned timeouts) {
  struct l3_ipc ipc = {.send = send, .timeouts = timeouts, .receive = L3_RECEIVE_NONE, .partner = to};
  return exchange(&ipc, words);
}

l3_code l3_send_as(l3_id name, l3_id to, unsigned send, unsigned words[3], unsigned timeouts) {
  struct l3_ipc ipc = {
      .send = send | L3_SEND_PROPAGATE, .timeouts = timeouts, .receive = L3_RECEIVE_NONE, .partner = to, .name = name};
  return exchange(&ipc, words);
}

l3_code l3_receive(l3_id from, unsigned words[3], unsigned receive, unsigned timeouts) {
  struct l3_ipc ipc = {.send = L3_SEND_NONE, .timeouts = timeouts, .receive = receive, .partner = from};
  return exchange(&ipc, words);
}

l3_code l3_wait(l3_id *from, unsigned words[3], unsigned receive, unsigned timeouts) {
  struct l3_ipc ipc = {
      .send = L3_SEND_NONE, .timeouts = timeouts, .receive = receive | L3_RECEIVE_OPEN, .partner = L3_NIL};
  l3_code code = exchange(&ipc, words);
  *from = ipc.partner;
  return code;
}

l3_code l3_call(l3_id to, unsigned send, unsigned words[3], unsigned receive, unsigned timeouts) {
  struct l3_ipc ipc = {.send = send, .timeouts = timeouts, .receive = receive, .partner = to};
  return exchange(&ipc, words);
}

l3_code l3_reply_and_wait(l3_id *partner, unsigned send, unsigned words[3], unsigned receive, unsigned timeouts) {
  struct l3_ipc ipc = {.send = send, .timeouts = timeouts, .receive = receive | L3_RECEIVE_OPEN, .partner = *partner};
  l3_code code = exchange(&ipc, words);
  *partner = ipc.partner;
  return code;
}

l3_code l3_wait_redirected(l3_id *from, l3_id *to, unsigned words[3], unsigned receive, unsigned timeouts) {
  struct l3_ipc ipc = {
      .send = L3_SEND_NONE, .timeouts = timeouts, .receive = receive | L3_RECEIVE_OPEN, .partner = L3_NIL};
  l3_code code = exchange(&ipc, words);
  *from = ipc.partner;
  *to = code & L3_CONDITION_REDIRECTED ? ipc.to : L3_NIL;
  return code;
}
