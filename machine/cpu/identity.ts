/**
 * What CPUID says of the processor (Intel SDM vol. 2, CPUID).
 */

/** Leaf 1, EDX: FPU, TSC, CX8, CMOV. Programs also get it as AT_HWCAP. */
export const CPUID_FEATURES = 0x8111;
