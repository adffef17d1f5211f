/**
 * Guest memory in translated code: where an operand is, and accesses there.
 *
 * An operand in a window (stack-window.ts) is at a constant distance from a pointer that the entry has made. For any
 * other one
 * the translation cache says where it is; when it does not, the interpreter executes the instruction.
 */
import { PAGE_MASK } from "../ram.ts";
import { BIAS, WRITE_TABLE } from "../translation-cache.ts";
import type { Emitter } from "./emitter.ts";
import type { Size } from "./general-registers.ts";
import type { StackValue } from "./analysis/block.ts";
import { ESP, valueOf } from "./analysis/stack-flow.ts";
import { addressValue, type StackWindow } from "./analysis/stack-window.ts";
import type { Code } from "./wasm/code.ts";
import { Op, ValueType } from "./wasm/opcodes.ts";

const LOADS = { 1: Op.I32_LOAD8_U, 2: Op.I32_LOAD16_U, 4: Op.I32_LOAD } as const;
const STORES = { 1: Op.I32_STORE8, 2: Op.I32_STORE16, 4: Op.I32_STORE } as const;

/** Where guest memory is: an address in a local, and a constant offset for the access. */
export interface MemoryPlace {
  readonly local: number;
  readonly offset: number;
  /** Whether the local is a temporary one. */
  readonly isOwn: boolean;
}

export class MemoryCode {
  private readonly e: Emitter;
  private readonly code: Code;
  /** Local of the address space's translation cache. */
  private readonly cache: number;
  /** Windows, and the locals that point to them. */
  private readonly windows: readonly (StackWindow & { readonly local: number })[];

  constructor(e: Emitter, cache: number, windows: readonly StackWindow[]) {
    this.e = e;
    this.code = e.code;
    this.cache = cache;
    this.windows = windows.map((window) => ({ ...window, local: e.code.local(ValueType.I32) }));
  }

  /**
   * The place of the instruction's memory operand. Leaves the region if the access cannot go on at once.
   * @param bytes size of the access
   * @param isAligned whether it must be aligned, else the interpreter raises the fault
   * @param stackOffset added when ESP is the operand's base (POP)
   */
  operand(bytes: number, isWrite: boolean, isAligned = false, stackOffset = 0): MemoryPlace {
    const { e } = this;
    const { instruction } = e.step;
    const address = instruction.address!;
    const value = addressValue(e.stack, address, instruction.addressSize);
    const place = this.inWindow(value, address.base === ESP ? stackOffset : 0, bytes);
    if (place === undefined || isAligned) e.address(instruction, stackOffset);
    if (place === undefined) return this.translate(bytes, isWrite, isAligned);
    if (isAligned) this.requireAlignment(bytes);
    return place;
  }

  /** The place at a distance from what a register holds. Leaves the region if the access cannot go on at once. */
  near(register: number, distance: number, bytes: number, isWrite: boolean): MemoryPlace {
    const place = this.inWindow(valueOf(this.e.stack, register), distance, bytes);
    if (place !== undefined) return place;
    this.e.getRegister(register);
    if (distance !== 0) this.code.i32(distance).op(Op.I32_ADD);
    return this.translate(bytes, isWrite);
  }

  /** Pops a linear address and leaves the region if the access cannot go on at once. */
  translate(bytes: number, isWrite: boolean, isAligned = false): MemoryPlace {
    const { code } = this;
    const address = code.temporary();
    const entry = code.temporary();
    code.tee(address);
    this.pushEntry(code, isWrite).set(entry);
    this.checkEntry(code, address, entry, isAligned ? 1 : bytes);
    this.e.leaveIf();
    if (isAligned) {
      code.get(address);
      this.requireAlignment(bytes);
    }
    code.get(address).get(entry).op(Op.I32_ADD).set(address);
    code.release(entry);
    return { local: address, offset: BIAS, isOwn: true };
  }

  /** Pushes what is at a place, zero-extended. */
  load({ local, offset }: MemoryPlace, size: Size): Code {
    return this.code.get(local).access(LOADS[size], offset);
  }

  /** Stores a value on the stack at a place. Never leaves the region. */
  store({ local, offset }: MemoryPlace, size: Size): Code {
    const value = this.code.temporary();
    this.code.set(value).get(local).get(value).access(STORES[size], offset);
    this.code.release(value);
    return this.code;
  }

  /** The places are not needed any more. */
  release(...places: readonly MemoryPlace[]): void {
    for (const { local, isOwn } of places) if (isOwn) this.code.release(local);
  }

  /** Finds the windows, at the entry. @param refuse pops a number; unless it is 0, the region does not start */
  enter(head: Code, fileWord: (register: number) => number, refuse: () => void): void {
    if (this.windows.length === 0) return;
    const entry = this.code.temporary();
    for (const { local, register, low, bytes } of this.windows) {
      head.loadAt(fileWord(register)).i32(low).op(Op.I32_ADD).tee(local);
      this.pushEntry(head, true).set(entry);
      this.checkEntry(head, local, entry, bytes);
      refuse();
      head.get(local).get(entry).op(Op.I32_ADD).set(local);
    }
    this.code.release(entry);
  }

  private inWindow(value: StackValue | undefined, distance: number, bytes: number): MemoryPlace | undefined {
    if (value === undefined) return undefined;
    for (const window of this.windows) {
      const offset = value.distance + distance - window.low;
      if (value.origin !== window.register || offset < 0 || offset + bytes > window.bytes) continue;
      return { local: window.local, offset: BIAS + offset, isOwn: false };
    }
    return undefined;
  }

  /** Pops an address and leaves the region unless it is aligned. */
  private requireAlignment(bytes: number): void {
    this.code.i32(bytes - 1).op(Op.I32_AND);
    this.e.leaveIf();
  }

  /** Pops a linear address, pushes the entry of its page. */
  private pushEntry(code: Code, isWrite: boolean): Code {
    code.i32(12).op(Op.I32_SHR_U).i32(2).op(Op.I32_SHL).get(this.cache).op(Op.I32_ADD);
    return code.access(Op.I32_LOAD, isWrite ? WRITE_TABLE : 0);
  }

  /**
   * Pushes not 0 if an access is not allowed at once or crosses the end of the page. Four bytes and more take one
   * comparison: what is
   * below BIAS bytes from the end is compared with the lowest bits of the entry, which are 0 when it is not valid.
   */
  private checkEntry(code: Code, address: number, entry: number, bytes: number): void {
    if (bytes === 1) {
      code.get(entry).op(Op.I32_EQZ);
      return;
    }
    code.get(address).i32(PAGE_MASK).op(Op.I32_AND);
    if (bytes === 2) {
      code.i32(PAGE_MASK).op(Op.I32_EQ).get(entry).op(Op.I32_EQZ, Op.I32_OR);
      return;
    }
    if (bytes > BIAS + 1) code.i32(bytes - BIAS - 1).op(Op.I32_ADD);
    code.get(entry).i32(PAGE_MASK).op(Op.I32_AND, Op.I32_GE_U);
  }
}
