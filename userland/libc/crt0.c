/*
 * Start of a program: the initial stack holds argc, argv, the environment and the auxiliary vector.
 * (System V ABI, i386 supplement, "Process Initialization")
 */
#include <stdlib.h>
#include <tool.h>
#include <unistd.h>

#define AT_SYSINFO 32

extern long __system_gate;
char **environ;
const char *program_name = "";

int main(int argc, char **argv, char **envp);

__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "  xor %ebp, %ebp\n"
        "  mov %esp, %eax\n"
        "  and $-16, %esp\n"
        "  sub $12, %esp\n"
        "  push %eax\n"
        "  call __start\n"
        "  hlt\n");

__attribute__((used)) _Noreturn void __start(long *stack) {
  int argc = (int)stack[0];
  char **argv = (char **)(stack + 1);
  environ = argv + argc + 1;
  char **end = environ;
  while (*end) end++;
  for (long *entry = (long *)(end + 1); entry[0]; entry += 2)
    if (entry[0] == AT_SYSINFO && entry[1]) __system_gate = entry[1];
  if (argc > 0) program_name = argv[0];
  exit(main(argc, argv, environ));
}
