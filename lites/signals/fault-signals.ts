/**
 * Processor exceptions as signals. Source: Intel SDM vol. 3, 6.3.1; Linux's choices of signal and code.
 */
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGTRAP, SignalCode } from "../abi/signals.ts";
import type { AddressSpace } from "../memory/address-space.ts";
import type { SignalInfo } from "./pending-signals.ts";
import { faultInfo, kernelInfo } from "./signal-info.ts";

const PAGE_FAULT = 14;

/** Exceptions of the floating-point units, in the bits of their status words; the first one that occurred tells the code. */
const floatingPointCodes: readonly (readonly [exceptions: number, code: number])[] = [
  [0x01, SignalCode.FPE_FLTINV],
  [0x04, SignalCode.FPE_FLTDIV],
  [0x08, SignalCode.FPE_FLTOVF],
  [0x12, SignalCode.FPE_FLTUND],
  [0x20, SignalCode.FPE_FLTRES],
];

/** Exceptions by vector; `address`: si_addr is the instruction. Others raise SIGSEGV, as privileged and undefined interrupts do. */
// biome-ignore format: table
const exceptions: Readonly<Record<number, { signal: number; code: number }>> = {
  0:  { signal: SIGFPE,  code: SignalCode.FPE_INTDIV },
  1:  { signal: SIGTRAP, code: SignalCode.TRAP_TRACE },
  3:  { signal: SIGTRAP, code: SignalCode.SI_KERNEL },
  4:  { signal: SIGSEGV, code: SignalCode.SI_KERNEL },
  5:  { signal: SIGSEGV, code: SignalCode.SI_KERNEL },
  6:  { signal: SIGILL,  code: SignalCode.ILL_ILLOPN },
  7:  { signal: SIGSEGV, code: SignalCode.SI_KERNEL },
  11: { signal: SIGBUS,  code: SignalCode.SI_KERNEL },
  12: { signal: SIGBUS,  code: SignalCode.SI_KERNEL },
  17: { signal: SIGBUS,  code: SignalCode.BUS_ADRALN },
};

/** Exceptions of the x87 and vector units. */
const FLOATING_POINT: ReadonlySet<number> = new Set([16, 19]);

/**
 * The signal that an exception raises. For page faults `address` is the one touched, and `reason` a FaultRefusal; in a
 * floating-point fault `errorCode` has the unmasked exceptions.
 */
export function signalOfException(
  vector: number,
  errorCode: number,
  address: number,
  reason: number,
  eip: number,
  space: AddressSpace | undefined,
): SignalInfo {
  if (vector === PAGE_FAULT) return signalOfPageFault(address, reason, space);
  if (FLOATING_POINT.has(vector)) {
    const [, code] = floatingPointCodes.find(([exceptions]) => (errorCode & exceptions) !== 0) ?? [0, SignalCode.FPE_FLTINV];
    return faultInfo(SIGFPE, code, eip);
  }
  const row = exceptions[vector];
  if (row === undefined || row.code === SignalCode.SI_KERNEL) return kernelInfo(row?.signal ?? SIGSEGV);
  return faultInfo(row.signal, row.code, eip);
}

function signalOfPageFault(address: number, reason: number, space: AddressSpace | undefined): SignalInfo {
  switch (reason) {
    case FaultRefusal.BEYOND_END:
    case FaultRefusal.IO:
    case FaultRefusal.MANAGER:
      return faultInfo(SIGBUS, SignalCode.BUS_ADRERR, address);
    case FaultRefusal.NO_MEMORY:
      // No handler could run without memory either.
      return kernelInfo(SIGKILL);
    case FaultRefusal.RIGHTS:
      return faultInfo(SIGSEGV, SignalCode.SEGV_ACCERR, address);
  }
  // Mapped for the process, but without a region: PROT_NONE, or beyond the end of a file.
  const mapping = space?.mappings.find(address);
  if (mapping === undefined) return faultInfo(SIGSEGV, SignalCode.SEGV_MAPERR, address);
  if (mapping.protection === 0) return faultInfo(SIGSEGV, SignalCode.SEGV_ACCERR, address);
  return faultInfo(SIGBUS, SignalCode.BUS_ADRERR, address);
}
