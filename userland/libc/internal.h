/* What the files of the library share and programs do not see. */
#pragma once
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>

/* System call without errno: the kernel's result, -4095…-1 for an error. */
long __syscall(long number, ...);
/* Turns a kernel result into -1 and errno. */
long __result(long result);
/* As __syscall, with errno. Declared in <unistd.h> for programs. */
long syscall(long number, ...);

/* The two halves of a 64-bit argument, low first, as i386 passes them. */
#define LOW(value) ((long)(uint32_t)(value))
#define HIGH(value) ((long)(uint32_t)((uint64_t)(value) >> 32))

/* Writes what all streams hold. */
void __flush_streams(void);

/* Body of a variadic function that hands its arguments to the `v` form. */
#define WITH_ARGUMENTS(last, call) \
  va_list arguments;               \
  va_start(arguments, last);       \
  int result = call;               \
  va_end(arguments);               \
  return result
