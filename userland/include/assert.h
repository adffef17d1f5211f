/* assert(): aborts with a message when the condition is false. (ISO C 7.2) */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __assert_fail(#condition, __FILE__, __LINE__))
#endif
#ifndef ASSERT_H
#define ASSERT_H
_Noreturn void __assert_fail(const char *condition, const char *file, int line);
#endif
