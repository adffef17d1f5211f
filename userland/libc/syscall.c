/*
 * Entering the kernel. The gate is `int 0x80`, or the faster routine that the kernel names in the auxiliary vector
 * (AT_SYSINFO); both take the number in EAX and arguments in EBX, ECX, EDX, ESI, EDI, EBP. (Linux i386 system call ABI)
 */
#include "internal.h"

int errno;

__asm__(".text\n"
        "__gate:\n"
        "  int $0x80\n"
        "  ret\n"
        ".globl __syscall\n"
        "__syscall:\n"
        "  push %ebp\n"
        "  push %edi\n"
        "  push %esi\n"
        "  push %ebx\n"
        "  mov 20(%esp), %eax\n"
        "  mov 24(%esp), %ebx\n"
        "  mov 28(%esp), %ecx\n"
        "  mov 32(%esp), %edx\n"
        "  mov 36(%esp), %esi\n"
        "  mov 40(%esp), %edi\n"
        "  mov 44(%esp), %ebp\n"
        "  call *__system_gate\n"
        "  pop %ebx\n"
        "  pop %esi\n"
        "  pop %edi\n"
        "  pop %ebp\n"
        "  ret\n"
        ".globl syscall\n"
        "syscall:\n"
        "  push %ebp\n"
        "  push %edi\n"
        "  push %esi\n"
        "  push %ebx\n"
        "  mov 20(%esp), %eax\n"
        "  mov 24(%esp), %ebx\n"
        "  mov 28(%esp), %ecx\n"
        "  mov 32(%esp), %edx\n"
        "  mov 36(%esp), %esi\n"
        "  mov 40(%esp), %edi\n"
        "  mov 44(%esp), %ebp\n"
        "  call *__system_gate\n"
        "  pop %ebx\n"
        "  pop %esi\n"
        "  pop %edi\n"
        "  pop %ebp\n"
        "  cmp $-4095, %eax\n"
        "  jb 1f\n"
        "  neg %eax\n"
        "  mov %eax, errno\n"
        "  or $-1, %eax\n"
        "1: ret\n"
        ".data\n"
        ".globl __system_gate\n"
        ".align 4\n"
        "__system_gate: .long __gate\n"
        ".text\n");

long __result(long result) {
  if ((unsigned long)result < -4095UL) return result;
  errno = (int)-result;
  return -1;
}
