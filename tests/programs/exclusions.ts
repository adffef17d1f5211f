/**
 * Rows that random programs do not contain: control flow and stack are written by the generator itself, some would reach memory
 * that is not the program's, and some have no defined answer.
 */
export const EXCLUDED: ReadonlySet<string> = new Set([
  ...["push", "pop", "pusha", "popa", "pushf", "popf", "enter", "leave", "xlat", "bound", "arpl", "maskmovq", "maskmovdqu"],
  ...["cpuid", "rdtsc", "sldt", "str", "smsw", "sgdt", "sidt", "lar", "lsl", "verr", "verw", "sysenter", "sysexit"],
  ...["rcpps", "rcpss", "rsqrtps", "rsqrtss", "fxsave", "fxrstor", "ldmxcsr", "ud1"],
]);
