/*
 * Executes single x87 instructions on the host's processor, so that its results can be compared with
 * the emulated unit's. Records come on standard input and go to standard output.
 *
 * Request (224 bytes): FSAVE image (108), memory operand (112), escape 0-7, modrm, EFLAGS low byte, 0.
 * Response (224 bytes): FSAVE image after, memory operand after, signal (0 = none), 0, AX (16 bits).
 * The EFLAGS after take the place of byte 110 and 111 of the memory operand.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define IMAGE 108
#define OPERAND 112
#define RECORD (IMAGE + OPERAND + 4)

static struct {
  uint8_t before[IMAGE] __attribute__((aligned(16)));
  uint8_t after[IMAGE] __attribute__((aligned(16)));
  uint8_t operand[OPERAND] __attribute__((aligned(16)));
  uint32_t flags_before, flags_after, ax_after;
} area;

static sigjmp_buf escape;

static void on_signal(int number) {
  siglongjmp(escape, number);
}

static uint8_t *put_address(uint8_t *p, const char *opcode, int length, const void *address) {
  uint32_t a = (uint32_t)(uintptr_t)address;
  memcpy(p, opcode, length);
  memcpy(p + length, &a, 4);
  return p + length + 4;
}

int main(void) {
  static uint8_t record[RECORD];
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  while (fread(record, RECORD, 1, stdin) == 1) {
    uint8_t *p = code;
    uint8_t opcode = 0xd8 | record[IMAGE + OPERAND];
    uint8_t modrm = record[IMAGE + OPERAND + 1];
    int number;
    memcpy(area.before, record, IMAGE);
    memcpy(area.operand, record + IMAGE, OPERAND);
    area.flags_before = record[IMAGE + OPERAND + 2] | 0x202;
    area.ax_after = 0;
    p = put_address(p, "\xff\x35", 2, &area.flags_before); /* push */
    p = put_address(p, "\xdd\x25", 2, area.before);        /* frstor */
    *p++ = 0x31, *p++ = 0xc0;                              /* xor eax, eax */
    *p++ = 0x9d;                                           /* popf */
    *p++ = opcode;
    if (modrm >= 0xc0) {
      *p++ = modrm;
    } else {
      char form = (modrm & 0x38) | 5;
      p = put_address(p, &form, 1, area.operand);
    }
    p = put_address(p, "\xdd\x35", 2, area.after);        /* fnsave */
    *p++ = 0x9c;                                          /* pushf */
    p = put_address(p, "\x8f\x05", 2, &area.flags_after); /* pop */
    p = put_address(p, "\xa3", 1, &area.ax_after);        /* mov [..], eax */
    *p++ = 0xc3;
    number = sigsetjmp(escape, 1);
    if (number == 0) {
      __asm__ volatile("call *%0" : : "r"(code) : "eax", "ecx", "edx", "memory", "cc");
    } else {
      __asm__ volatile("fninit");
      memset(area.after, 0, IMAGE);
      memcpy(area.operand, record + IMAGE, OPERAND);
      area.flags_after = area.ax_after = 0;
    }
    memcpy(record, area.after, IMAGE);
    memcpy(record + IMAGE, area.operand, OPERAND);
    memcpy(record + IMAGE + 110, &area.flags_after, 2);
    record[IMAGE + OPERAND] = number;
    record[IMAGE + OPERAND + 1] = 0;
    memcpy(record + IMAGE + OPERAND + 2, &area.ax_after, 2);
    fwrite(record, RECORD, 1, stdout);
  }
  return 0;
}
