/* Timeouts word: m_rcv 8 | m_snd 8 | p_snd 4 | p_rcv 4 | e_snd 4 | e_rcv 4. (L4 X.0 reference manual;
 * kernel/abi/ipc.ts) */
#include <l3/ipc.h>

struct timeout {
  unsigned mantissa, exponent;
};

/* m * 4^(15 - e) microseconds; e = 0 is for ever. */
static struct timeout encode(unsigned us) {
  struct timeout timeout = {0, 0};

  if (us == L3_FOREVER) return timeout;
  timeout.exponent = 15;
  while (us > 255) {
    us = us / 4 + (us % 4 != 0);
    timeout.exponent--;
  }
  timeout.mantissa = us;
  return timeout;
}

/* 4^(15 - p) microseconds; p = 0 is for ever, p = 15 is no time at all. */
static unsigned encode_fault(unsigned us) {
  unsigned p = 15, time = 1;

  if (us == L3_FOREVER) return 0;
  if (us == 0) return 15;
  for (p = 14, time = 4; time < us && p > 1; p--) time *= 4;
  return p;
}

unsigned l3_timeouts(unsigned send_us, unsigned receive_us, unsigned send_fault_us, unsigned receive_fault_us) {
  struct timeout send = encode(send_us), receive = encode(receive_us);

  return receive.mantissa << 24 | send.mantissa << 16 | encode_fault(send_fault_us) << 12 |
         encode_fault(receive_fault_us) << 8 | send.exponent << 4 | receive.exponent;
}
