/**
 * Executes a request (record.ts) on the emulated floating-point unit.
 */
import {
  floatingPointFault,
  type FpuFlagsPort,
  type FpuInstruction,
  invalidOpcodeFault,
  type LinearMemory,
  X87,
} from "#machine/cpu/x87/x87.ts";
import { FLAGS_AFTER, IMAGE_BYTES, OPERAND_BYTES, RECORD_BYTES, SIGFPE, SIGILL, TRAILER } from "./record.ts";

const CARRY = 0x01;
const PARITY = 0x04;
const ZERO = 0x40;
const COMPARISON_FLAGS = 0x8d5;
const FIXED_FLAGS = 0x202;

/** A flat memory that checks bounds like a page fault would. */
export class ArrayMemory implements LinearMemory {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  read8(a: number): number {
    return this.#view.getUint8(a);
  }
  read16(a: number): number {
    return this.#view.getUint16(a, true);
  }
  read32(a: number): number {
    return this.#view.getInt32(a, true);
  }
  write8(a: number, v: number): void {
    this.#view.setUint8(a, v);
  }
  write16(a: number, v: number): void {
    this.#view.setUint16(a, v, true);
  }
  write32(a: number, v: number): void {
    this.#view.setInt32(a, v, true);
  }
  probeRead(a: number, bytes: number): void {
    if (a + bytes > this.bytes.length) throw new RangeError("page fault");
  }
  probeWrite(a: number, bytes: number): void {
    this.probeRead(a, bytes);
  }
}

/** EFLAGS and AX as the unit sees them. */
export class Flags implements FpuFlagsPort {
  eflags = 0;
  ax = 0;

  setComparison(zf: boolean, pf: boolean, cf: boolean): void {
    this.eflags &= ~COMPARISON_FLAGS;
    this.eflags |= (zf ? ZERO : 0) | (pf ? PARITY : 0) | (cf ? CARRY : 0);
  }

  condition(cc: number): boolean {
    const holds = [false, CARRY, ZERO, CARRY | ZERO, false, PARITY][cc >> 1];
    if (typeof holds !== "number") throw new RangeError(`condition ${cc} is not one of FCMOVcc`);
    return ((this.eflags & holds) !== 0) !== ((cc & 1) !== 0);
  }

  setAX(v: number): void {
    this.ax = v;
  }
}

const memory = new ArrayMemory(OPERAND_BYTES);
const unit = new X87(memory);
const flags = new Flags();
const instruction: FpuInstruction = { eip: 0, cs: 0, opcode: 0, operand16: false, selector: 0 };

/** @returns the response as runner.c would give it; pointers are left 0 */
export function executeEmulated(request: Uint8Array): Uint8Array {
  const response = new Uint8Array(RECORD_BYTES);
  const escape = request[TRAILER]!;
  const modrm = request[TRAILER + 1]!;
  memory.bytes.set(request.subarray(IMAGE_BYTES, TRAILER));
  unit.load(request.subarray(0, IMAGE_BYTES));
  flags.eflags = request[TRAILER + 2]! | FIXED_FLAGS;
  flags.ax = 0;
  try {
    if (modrm >= 0xc0) unit.executeRegister(escape, modrm, flags, instruction);
    else unit.executeMemory(escape, (modrm >> 3) & 7, 0, instruction);
  } catch (fault) {
    if (fault !== floatingPointFault && fault !== invalidOpcodeFault) throw fault;
    response.set(request.subarray(IMAGE_BYTES, TRAILER), IMAGE_BYTES);
    response[TRAILER] = fault === invalidOpcodeFault ? SIGILL : SIGFPE;
    response.fill(0, FLAGS_AFTER, FLAGS_AFTER + 2);
    return response;
  }
  unit.save(response);
  response.set(memory.bytes, IMAGE_BYTES);
  response[FLAGS_AFTER] = flags.eflags;
  response[FLAGS_AFTER + 1] = flags.eflags >> 8;
  response[TRAILER + 2] = flags.ax;
  response[TRAILER + 3] = flags.ax >> 8;
  return response;
}
