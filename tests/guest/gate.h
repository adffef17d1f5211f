/* System calls with all registers given and checked, by the routine of AT_SYSINFO or by int 0x80. */
#pragma once
#include <string.h>

#define AT_SYSINFO 32

/* gate_call loads the registers EAX ECX EDX EBX ESI EDI EBP, calls the gate and stores them. */
__asm__(
    ".text\n"
    "trap_gate:\n\tint $0x80\n\tret\n"
    "gate_call:\n"
    "\tpushl %ebp\n\tpushl %edi\n\tpushl %esi\n\tpushl %ebx\n\tmovl 20(%esp), %eax\n"
    "\tmovl 4(%eax), %ecx\n\tmovl 8(%eax), %edx\n\tmovl 12(%eax), %ebx\n\tmovl 16(%eax), %esi\n\tmovl 20(%eax), %edi\n\tmovl 24(%eax), %ebp\n"
    "\tmovl (%eax), %eax\n\tcall *gate\n\tpushl %eax\n\tmovl 24(%esp), %eax\n"
    "\tmovl %ecx, 4(%eax)\n\tmovl %edx, 8(%eax)\n\tmovl %ebx, 12(%eax)\n\tmovl %esi, 16(%eax)\n\tmovl %edi, 20(%eax)\n\tmovl %ebp, 24(%eax)\n"
    "\tpopl (%eax)\n\tpopl %ebx\n\tpopl %esi\n\tpopl %edi\n\tpopl %ebp\n\tret\n");
void trap_gate(void);
void gate_call(unsigned registers[7]);
void (*gate)(void);

/* Bits of registers that were not as before, but EAX. */
static unsigned changed;

static int call(int nr, int first, int second) {
  unsigned registers[7] = {nr, second, 0x1234, first, 0x5678, 0x9abc, 0xdef0}, before[7];

  memcpy(before, registers, sizeof before);
  gate_call(registers);
  for (int i = 1; i < 7; i++)
    if (registers[i] != before[i]) changed |= 1u << i;
  return (int)registers[0];
}

/* Chooses the gate: "sysinfo" or "trap". */
static void choose_gate(const char *name, char **environment) {
  unsigned *vector;

  while (*environment) environment++;
  for (vector = (unsigned *)(environment + 1); vector[0] != AT_SYSINFO && vector[0] != 0; vector += 2) continue;
  gate = vector[0] == AT_SYSINFO && strcmp(name, "trap") ? (void (*)(void))vector[1] : trap_gate;
}
