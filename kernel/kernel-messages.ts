/**
 * The messages that the kernel sends in a thread's name: page faults to managers, exceptions to chiefs.
 * Layouts: kernel/abi/page-fault.ts and kernel/abi/trap-frame.ts.
 */
import type { Context } from "#machine/context.ts";
import { PAGE_MASK } from "#machine/ram.ts";
import { FAULT_WRITE } from "./abi/page-fault.ts";
import { EXCEPTION_LABEL } from "./abi/trap-frame.ts";
import type { Fault, Trap } from "./thread.ts";

export function faultWords(fault: Fault): number[] {
  return [(fault.offset | (fault.write ? FAULT_WRITE : 0)) >>> 0, fault.ds, (fault.address & ~PAGE_MASK) >>> 0, fault.eip >>> 0];
}

/** @param context the stopped thread's registers */
export function exceptionWords(context: Context, trap: Trap): number[] {
  return [EXCEPTION_LABEL, trap.vector >>> 0, context.eip >>> 0, trap.address >>> 0, trap.reason];
}
