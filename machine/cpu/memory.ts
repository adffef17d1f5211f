/**
 * Linear memory: accesses through the translation cache, with the fast test inline and everything else
 * (first access, page crossing, unaligned, code in the frame, faults) on slow paths.
 *
 * Layer beneath: machine/ram.ts, machine/translation-cache.ts and machine/translation-table.ts. 3 is the cache's BIAS;
 * an entry is odd or 0, so that one test says whether it is there and the address is aligned. Multi-byte accesses
 * check all
 * their pages before they change anything. Addresses wrap at 4 GiB.
 */
import { Vector } from "../exit.ts";
import { PAGE_MASK, PAGE_SHIFT, type Ram } from "../ram.ts";
import { WRITE_TABLE } from "../translation-cache.ts";
import { Entry } from "../translation-table.ts";
import { raiseFault, raiseFetchFault, raisePageFault } from "./fault.ts";
import { Flag } from "./flags.ts";
import type { RegisterFile } from "./registers.ts";
import { Word } from "./registers.ts";
import type { TracedExecution } from "./traced-execution.ts";

export interface Memory {
  /** 8- and 16-bit reads are zero-extended, 32-bit ones signed. */
  read8(address: number): number;
  read16(address: number): number;
  read32(address: number): number;
  write8(address: number, value: number): void;
  write16(address: number, value: number): void;
  write32(address: number, value: number): void;
  /** Reads what the same instruction is going to write: faults are those of the write. */
  modify8(address: number): number;
  modify16(address: number): number;
  modify32(address: number): number;
  probeRead(address: number, bytes: number): void;
  probeWrite(address: number, bytes: number): void;
  /**
   * Physical address of `address` for reading; valid to the end of the page. Faults like a read.
   */
  physicalRead(address: number): number;
  /** The same for writing; says to the code cache that the `bytes` from there are about to change. */
  physicalWrite(address: number, bytes: number): number;
  /** Frame of the page that holds an instruction; raises a fetch fault. */
  fetchFrame(address: number): number;
}

/**
 * @param codeWritten called before bytes of a frame that holds decoded instructions change
 * @param traced is told of all data accesses, which then take the slow paths for ever
 */
export function createMemory(
  ram: Ram,
  file: RegisterFile,
  codeWritten: (physical: number, bytes: number) => void,
  traced?: TracedExecution,
): Memory {
  const { CACHE, CACHE_WORDS, ROOT, SYSTEM_FLAGS } = Word;
  const { AC } = Flag;
  const { ALIGNMENT_CHECK } = Vector;
  const { ACCESSED, DIRTY, PRESENT, WRITE } = Entry;
  const { translations } = ram;
  const writeTable = WRITE_TABLE >> 2;
  const { i32, u16, u8, frameHasCode } = ram;
  const view = new DataView(ram.memory.buffer);
  const R = file.words;

  function slot(address: number): number {
    return (i32[R[ROOT]! + (address >>> 22)]! >> 2) + ((address >>> 12) & 1023);
  }

  /** Lets the cache answer for a page that may be read, or tells the tracer. */
  function readPermitted(address: number, entry: number): void {
    if (traced === undefined) translations.allowRead(R[CACHE]!, address >>> 12, entry >>> 12);
    else traced.data(address, entry >>> 12, false);
  }

  /** Lets the cache answer for a page that may be written, or tells the tracer. */
  function writePermitted(address: number, entry: number): void {
    if (traced === undefined) {
      translations.allowRead(R[CACHE]!, address >>> 12, entry >>> 12);
      translations.allowWrite(R[CACHE]!, address >>> 12, entry >>> 12);
    } else traced.data(address, entry >>> 12, true);
  }

  /** Entry after a permitted read. */
  function touchRead(address: number): number {
    const index = slot(address);
    const entry = i32[index]!;
    if ((entry & PRESENT) === 0) raisePageFault(address, false, false);
    const touched = entry | ACCESSED;
    i32[index] = touched;
    readPermitted(address, touched);
    return touched;
  }

  /** Entry after a permitted write. */
  function touchWrite(address: number): number {
    const index = slot(address);
    const entry = i32[index]!;
    if ((entry & PRESENT) === 0) raisePageFault(address, false, true);
    if ((entry & WRITE) === 0) raisePageFault(address, true, true);
    const touched = entry | ACCESSED | DIRTY;
    i32[index] = touched;
    writePermitted(address, touched);
    return touched;
  }

  function physicalRead(address: number): number {
    const cached = i32[R[CACHE_WORDS]! + (address >>> 12)]!;
    if (cached !== 0) return (address + cached + 3) >>> 0;
    return ((touchRead(address) & ~PAGE_MASK) | (address & PAGE_MASK)) >>> 0;
  }

  function physicalWrite(address: number, bytes: number): number {
    const cached = i32[R[CACHE_WORDS]! + (address >>> 12) + writeTable]!;
    if (cached !== 0) return (address + cached + 3) >>> 0;
    const physical = ((touchWrite(address) & ~PAGE_MASK) | (address & PAGE_MASK)) >>> 0;
    if (frameHasCode[physical >>> PAGE_SHIFT] !== 0) codeWritten(physical, bytes);
    return physical;
  }

  /** Bytes of an access of `bytes` bytes that lie in its first page, when it crosses into a second one; else 0. */
  function crossing(address: number, bytes: number): number {
    const room = PAGE_MASK + 1 - (address & PAGE_MASK);
    return room < bytes ? room : 0;
  }

  function probeRead(address: number, bytes: number): void {
    touchRead(address);
    if (bytes > 1) {
      const room = crossing(address, bytes);
      if (room !== 0) touchRead((address + room) | 0);
    }
  }

  function probeWrite(address: number, bytes: number): void {
    touchWrite(address);
    if (bytes > 1) {
      const room = crossing(address, bytes);
      if (room !== 0) touchWrite((address + room) | 0);
    }
  }

  /** Misaligned accesses fault when EFLAGS.AC is set. All of them come to slow paths. */
  function checkAlignment(address: number, mask: number): void {
    if ((address & mask) !== 0 && (R[SYSTEM_FLAGS]! & AC) !== 0) raiseFault(ALIGNMENT_CHECK);
  }

  function read8Slow(address: number): number {
    return u8[physicalRead(address)]!;
  }

  function read16Slow(address: number): number {
    checkAlignment(address, 1);
    if (crossing(address, 2) === 0) return view.getUint16(physicalRead(address), true);
    const low = u8[physicalRead(address)]!;
    return low | (u8[physicalRead((address + 1) | 0)]! << 8);
  }

  function read32Slow(address: number): number {
    checkAlignment(address, 3);
    if (crossing(address, 4) === 0) return view.getInt32(physicalRead(address), true);
    let value = 0;
    for (let byte = 0; byte < 4; byte++) value |= u8[physicalRead((address + byte) | 0)]! << (byte * 8);
    return value;
  }

  function write8Slow(address: number, value: number): void {
    u8[physicalWrite(address, 1)] = value;
  }

  function write16Slow(address: number, value: number): void {
    checkAlignment(address, 1);
    if (crossing(address, 2) === 0) {
      view.setUint16(physicalWrite(address, 2), value, true);
      return;
    }
    probeWrite(address, 2);
    u8[physicalWrite(address, 1)] = value;
    u8[physicalWrite((address + 1) | 0, 1)] = value >> 8;
  }

  function write32Slow(address: number, value: number): void {
    checkAlignment(address, 3);
    if (crossing(address, 4) === 0) {
      view.setInt32(physicalWrite(address, 4), value, true);
      return;
    }
    probeWrite(address, 4);
    for (let byte = 0; byte < 4; byte++) u8[physicalWrite((address + byte) | 0, 1)] = value >> (byte * 8);
  }

  function read8(address: number): number {
    const entry = i32[R[CACHE_WORDS]! + (address >>> 12)]!;
    if (entry !== 0) return u8[(address + entry + 3) >>> 0]!;
    return read8Slow(address);
  }

  function read16(address: number): number {
    const entry = i32[R[CACHE_WORDS]! + (address >>> 12)]!;
    if (((~entry & 1) | (address & 1)) === 0) return u16[(address + entry + 3) >>> 1]!;
    return read16Slow(address);
  }

  function read32(address: number): number {
    const entry = i32[R[CACHE_WORDS]! + (address >>> 12)]!;
    if (((~entry & 1) | (address & 3)) === 0) return i32[(address + entry + 3) >>> 2]!;
    return read32Slow(address);
  }

  function write8(address: number, value: number): void {
    const entry = i32[R[CACHE_WORDS]! + (address >>> 12) + writeTable]!;
    if (entry !== 0) u8[(address + entry + 3) >>> 0] = value;
    else write8Slow(address, value);
  }

  function write16(address: number, value: number): void {
    const entry = i32[R[CACHE_WORDS]! + (address >>> 12) + writeTable]!;
    if (((~entry & 1) | (address & 1)) === 0) u16[(address + entry + 3) >>> 1] = value;
    else write16Slow(address, value);
  }

  function write32(address: number, value: number): void {
    const entry = i32[R[CACHE_WORDS]! + (address >>> 12) + writeTable]!;
    if (((~entry & 1) | (address & 3)) === 0) i32[(address + entry + 3) >>> 2] = value;
    else write32Slow(address, value);
  }

  return {
    read8,
    read16,
    read32,
    write8,
    write16,
    write32,
    probeRead,
    probeWrite,
    physicalRead,
    physicalWrite,
    modify8(address: number): number {
      touchWrite(address);
      return read8(address);
    },
    modify16(address: number): number {
      checkAlignment(address, 1);
      probeWrite(address, 2);
      return read16(address);
    },
    modify32(address: number): number {
      const entry = i32[R[CACHE_WORDS]! + (address >>> 12) + writeTable]!;
      if (((~entry & 1) | (address & 3)) === 0) return i32[(address + entry + 3) >>> 2]!;
      checkAlignment(address, 3);
      probeWrite(address, 4);
      return read32Slow(address);
    },
    fetchFrame(address: number): number {
      const cached = i32[R[CACHE_WORDS]! + (address >>> 12)]!;
      if (cached !== 0) return ((address + cached + 3) >>> 0) >>> PAGE_SHIFT;
      const index = slot(address);
      const touched = i32[index]! | ACCESSED;
      if ((touched & PRESENT) === 0) raiseFetchFault(address);
      i32[index] = touched;
      // Fetches are traced by instruction.
      if (traced === undefined) readPermitted(address, touched);
      return touched >>> PAGE_SHIFT;
    },
  };
}
