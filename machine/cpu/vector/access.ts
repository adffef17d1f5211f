/**
 * How vector instructions reach their operands: memory of 4, 8 and 16 bytes, MMX registers, and the state of
 * the running context.
 *
 * Layers beneath: memory.ts, x87/state.ts by floating-point.ts. MMX registers are the significands of the physical x87
 * registers. Values are put at word indices of the register file; reads from memory change nothing when they fault.
 */
import { Vector } from "../../exit.ts";
import { PAGE_MASK } from "../../page.ts";
import type { Ram } from "../../ram.ts";
import type { Core } from "../core.ts";
import { raiseFault } from "../fault.ts";
import type { FloatingPoint } from "../floating-point.ts";
import { Word } from "../registers.ts";
import { floatingPointFault } from "../x87/faults.ts";
import { ES } from "../x87/state.ts";

export interface VectorAccess {
  /** Brings the vector registers of the running context into the register file. */
  ready(): void;
  /** Before anything else in an MMX instruction: the state is brought, pending x87 exceptions raise #MF. */
  beginMmx(): void;
  /** The same before a store from an MMX register; register 0 is then on top even if the store faults. */
  beginMmxStore(): void;
  /** What every MMX instruction but EMMS leaves: all x87 registers valid, register 0 on top. */
  endMmx(): void;
  loadMmx(register: number, word: number): void;
  /** Includes `endMmx`. */
  storeMmx(register: number, word: number): void;
  read32(address: number, word: number): void;
  read64(address: number, word: number): void;
  write64(address: number, word: number): void;
  /** #GP unless the address is a multiple of 16. */
  readAligned(address: number, word: number): void;
  writeAligned(address: number, word: number): void;
  read128(address: number, word: number): void;
  write128(address: number, word: number): void;
}

export function createVectorAccess(core: Core, ram: Ram, floatingPoint: FloatingPoint): VectorAccess {
  const { UNITS_READY } = Word;
  const { GENERAL_PROTECTION } = Vector;
  const summary = ES;
  const pageOffset = PAGE_MASK;
  const exponent = 0xffff;
  const R = core.file.words;
  const { i32 } = ram;
  const { read32, write32, probeRead, probeWrite, physicalRead, physicalWrite } = core.memory;
  const { acquire, state } = floatingPoint;

  function endMmx(): void {
    state.top = 0;
    state.empty = 0;
  }

  function beginMmx(): void {
    acquire();
    if ((state.status & summary) !== 0) throw floatingPointFault;
  }

  return {
    ready(): void {
      if (R[UNITS_READY] === 0) acquire();
    },
    beginMmx,
    beginMmxStore(): void {
      beginMmx();
      state.top = 0;
    },
    endMmx,
    loadMmx(register: number, word: number): void {
      R[word] = state.low[register]!;
      R[word + 1] = state.high[register]!;
    },
    storeMmx(register: number, word: number): void {
      endMmx();
      state.set(register, exponent, R[word + 1]!, R[word]!);
    },
    read32(address: number, word: number): void {
      R[word] = read32(address);
    },
    read64(address: number, word: number): void {
      const low = read32(address);
      R[word + 1] = read32((address + 4) | 0);
      R[word] = low;
    },
    write64(address: number, word: number): void {
      if ((address & pageOffset) > pageOffset - 7) probeWrite(address, 8);
      write32(address, R[word]!);
      write32((address + 4) | 0, R[word + 1]!);
    },
    readAligned(address: number, word: number): void {
      if ((address & 15) !== 0) raiseFault(GENERAL_PROTECTION);
      const at = physicalRead(address) >>> 2;
      R[word] = i32[at]!;
      R[word + 1] = i32[at + 1]!;
      R[word + 2] = i32[at + 2]!;
      R[word + 3] = i32[at + 3]!;
    },
    writeAligned(address: number, word: number): void {
      if ((address & 15) !== 0) raiseFault(GENERAL_PROTECTION);
      const at = physicalWrite(address, 16) >>> 2;
      i32[at] = R[word]!;
      i32[at + 1] = R[word + 1]!;
      i32[at + 2] = R[word + 2]!;
      i32[at + 3] = R[word + 3]!;
    },
    read128(address: number, word: number): void {
      if ((address & pageOffset) > pageOffset - 15) probeRead(address, 16);
      R[word] = read32(address);
      R[word + 1] = read32((address + 4) | 0);
      R[word + 2] = read32((address + 8) | 0);
      R[word + 3] = read32((address + 12) | 0);
    },
    write128(address: number, word: number): void {
      if ((address & pageOffset) > pageOffset - 15) probeWrite(address, 16);
      write32(address, R[word]!);
      write32((address + 4) | 0, R[word + 1]!);
      write32((address + 8) | 0, R[word + 2]!);
      write32((address + 12) | 0, R[word + 3]!);
    },
  };
}
