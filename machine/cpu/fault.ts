/**
 * How a fault leaves an instruction: one object per kind is thrown from slow paths and caught by the
 * run loop, so that the fast paths test nothing and nothing is allocated.
 */
import { PageFaultError, Vector } from "../exit.ts";

export class GuestFault {
  vector = 0;
  errorCode = 0;
  /** Linear address of a page fault. */
  address = 0;
  /** The instruction itself could not be fetched: EIP is in the register file, nothing has been counted. */
  fetch = false;
}

const fault = new GuestFault();

function raise(vector: number, errorCode: number, address: number, fetch: boolean): never {
  fault.vector = vector;
  fault.errorCode = errorCode;
  fault.address = address >>> 0;
  fault.fetch = fetch;
  throw fault;
}

/** @param present the page is mapped but may not be written */
export function raisePageFault(address: number, present: boolean, write: boolean): never {
  raise(
    Vector.PAGE_FAULT,
    PageFaultError.USER | (present ? PageFaultError.PROTECTION : 0) | (write ? PageFaultError.WRITE : 0),
    address,
    false,
  );
}

export function raiseFetchFault(address: number): never {
  raise(Vector.PAGE_FAULT, PageFaultError.USER, address, true);
}

/** A fault with an error code (0 where the processor defines none). */
export function raiseFault(vector: number, errorCode = 0): never {
  raise(vector, errorCode, 0, false);
}
