/* Non-local jumps. The registers are EBX, ESI, EDI, EBP, ESP and EIP. (POSIX <setjmp.h>) */
#include <setjmp.h>
#include <signal.h>

__asm__(".text\n"
        ".globl setjmp\n"
        "setjmp:\n"
        "  mov 4(%esp), %eax\n"
        "  mov %ebx, (%eax)\n"
        "  mov %esi, 4(%eax)\n"
        "  mov %edi, 8(%eax)\n"
        "  mov %ebp, 12(%eax)\n"
        "  lea 4(%esp), %ecx\n"
        "  mov %ecx, 16(%eax)\n"
        "  mov (%esp), %ecx\n"
        "  mov %ecx, 20(%eax)\n"
        "  xor %eax, %eax\n"
        "  ret\n"
        ".globl longjmp\n"
        "longjmp:\n"
        "  mov 4(%esp), %edx\n"
        "  mov 8(%esp), %eax\n"
        "  cmp $1, %eax\n"
        "  adc $0, %eax\n"
        "  mov (%edx), %ebx\n"
        "  mov 4(%edx), %esi\n"
        "  mov 8(%edx), %edi\n"
        "  mov 12(%edx), %ebp\n"
        "  mov 16(%edx), %esp\n"
        "  jmp *20(%edx)\n");

int __sigsetjmp_save(jmp_buf state, int save) {
  state->saved = save;
  if (save) sigprocmask(SIG_BLOCK, 0, &state->mask);
  return 0;
}

_Noreturn void siglongjmp(sigjmp_buf state, int value) {
  if (state->saved) sigprocmask(SIG_SETMASK, &state->mask, 0);
  longjmp(state, value);
}
