/* Non-local jumps. (POSIX <setjmp.h>) */
#pragma once
typedef struct {
  long registers[6];
  int saved;
  unsigned long long mask;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;
int setjmp(jmp_buf state) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf state, int value);
int __sigsetjmp_save(jmp_buf state, int save);
#define sigsetjmp(state, save) (__sigsetjmp_save(state, save), setjmp(state))
_Noreturn void siglongjmp(sigjmp_buf state, int value);
