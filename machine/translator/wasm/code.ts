/**
 * Body of one WebAssembly function under construction.
 *
 * Methods append instructions of the stack machine and return the body, so that short sequences read in one line.
 * Locals are declared on demand. Source: WebAssembly Core Specification 2.0, section 5.4.
 */
import { EMPTY_BLOCK, Misc, Op, ValueType } from "./opcodes.ts";
import { Simd } from "./simd.ts";

const INITIAL_BYTES = 4096;
/** Of the number of a link: below 2^20. */
const LINK_BYTES = 3;

export class Code {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  private readonly parameters: number;
  private readonly types: ValueType[] = [];
  private readonly free = new Map<ValueType, number[]>();
  /** Where the instructions have links, each with room for any number. */
  private links: number[] = [];
  /**
   * Number of open blocks, loops and ifs. A branch to the one that was opened at nesting n has depth nesting - n - 1.
   */
  nesting = 0;

  /** @param parameters number of parameters, which are the first locals */
  constructor(parameters = 0) {
    this.parameters = parameters;
  }

  /** A local of its own. */
  local(type: ValueType): number {
    this.types.push(type);
    return this.parameters + this.types.length - 1;
  }

  /** A local to be given back with `release` when its value is no longer needed. */
  temporary(type: ValueType = ValueType.I32): number {
    return this.free.get(type)?.pop() ?? this.local(type);
  }

  release(...locals: number[]): void {
    for (const local of locals) {
      const type = this.types[local - this.parameters]!;
      const list = this.free.get(type);
      if (list === undefined) this.free.set(type, [local]);
      else list.push(local);
    }
  }

  /** Appends one-byte instructions. */
  op(...opcodes: number[]): this {
    for (const opcode of opcodes) this.byte(opcode);
    return this;
  }

  get(local: number): this {
    this.byte(Op.LOCAL_GET);
    return this.unsigned(local);
  }

  set(local: number): this {
    this.byte(Op.LOCAL_SET);
    return this.unsigned(local);
  }

  tee(local: number): this {
    this.byte(Op.LOCAL_TEE);
    return this.unsigned(local);
  }

  i32(value: number): this {
    this.byte(Op.I32_CONST);
    return this.signed(value | 0);
  }

  /** Pushes the number of a link, which `moveLinks` may change. */
  link(number: number): this {
    this.byte(Op.I32_CONST);
    this.links.push(this.length);
    for (let index = 0; index < LINK_BYTES; index++) this.byte(0);
    this.writeLink(this.length - LINK_BYTES, number);
    return this;
  }

  /** Adds to the numbers of all links. */
  moveLinks(distance: number): void {
    if (distance !== 0) for (const at of this.links) this.writeLink(at, this.readLink(at) + distance);
  }

  private readLink(at: number): number {
    let number = 0;
    for (let index = 0; index < LINK_BYTES; index++) number |= (this.bytes[at + index]! & 0x7f) << (7 * index);
    return number;
  }

  private writeLink(at: number, number: number): void {
    for (let index = 0; index < LINK_BYTES; index++) {
      this.bytes[at + index] = ((number >> (7 * index)) & 0x7f) | (index < LINK_BYTES - 1 ? 0x80 : 0);
    }
  }

  i64(value: bigint): this {
    this.byte(Op.I64_CONST);
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.byte(low);
        return this;
      }
      this.byte(low | 0x80);
    }
  }

  f64(value: number): this {
    this.reserve(9);
    this.bytes[this.length] = Op.F64_CONST;
    this.view.setFloat64(this.length + 1, value, true);
    this.length += 9;
    return this;
  }

  /** A load or store; its address (and value) are on the stack. */
  access(opcode: number, offset = 0): this {
    this.byte(opcode);
    this.byte(0);
    return this.unsigned(offset);
  }

  /** Loads a word from a constant address. */
  loadAt(address: number, opcode: number = Op.I32_LOAD): this {
    return this.i32(0).access(opcode, address);
  }

  /** Stores a local to a constant address. */
  storeAt(address: number, local: number, opcode: number = Op.I32_STORE): this {
    return this.i32(0).get(local).access(opcode, address);
  }

  /** Stores a constant word to a constant address. */
  storeConstantAt(address: number, value: number): this {
    return this.i32(0).i32(value).access(Op.I32_STORE, address);
  }

  block(type: number = EMPTY_BLOCK): this {
    this.nesting++;
    return this.op(Op.BLOCK, type);
  }

  loop(type: number = EMPTY_BLOCK): this {
    this.nesting++;
    return this.op(Op.LOOP, type);
  }

  if(type: number = EMPTY_BLOCK): this {
    this.nesting++;
    return this.op(Op.IF, type);
  }

  else(): this {
    return this.op(Op.ELSE);
  }

  end(): this {
    this.nesting--;
    return this.op(Op.END);
  }

  br(depth: number): this {
    this.byte(Op.BR);
    return this.unsigned(depth);
  }

  brIf(depth: number): this {
    this.byte(Op.BR_IF);
    return this.unsigned(depth);
  }

  brTable(depths: readonly number[], otherwise: number): this {
    this.byte(Op.BR_TABLE);
    this.unsigned(depths.length);
    for (const depth of depths) this.unsigned(depth);
    return this.unsigned(otherwise);
  }

  call(functionIndex: number): this {
    this.byte(Op.CALL);
    return this.unsigned(functionIndex);
  }

  /** Calls, as a tail call, the function of table 0 whose index is on the stack. */
  returnCallIndirect(typeIndex: number): this {
    this.byte(Op.RETURN_CALL_INDIRECT);
    this.unsigned(typeIndex);
    return this.unsigned(0);
  }

  /** memory.copy: destination, source and length are on the stack. */
  memoryCopy(): this {
    this.op(Op.PREFIX_MISC);
    this.unsigned(Misc.MEMORY_COPY);
    return this.op(0, 0);
  }

  /** memory.fill: address, byte and length are on the stack. */
  memoryFill(): this {
    this.op(Op.PREFIX_MISC);
    this.unsigned(Misc.MEMORY_FILL);
    return this.op(0);
  }

  misc(number: number): this {
    this.byte(Op.PREFIX_MISC);
    return this.unsigned(number);
  }

  /** A vector instruction without immediates. */
  simd(number: number): this {
    this.byte(Op.PREFIX_SIMD);
    return this.unsigned(number);
  }

  /** A vector load or store. */
  simdAccess(number: number, offset = 0): this {
    this.simd(number);
    this.byte(0);
    return this.unsigned(offset);
  }

  /** A vector instruction with the number of a lane. */
  lane(number: number, lane: number): this {
    return this.simd(number).byte(lane);
  }

  /** A load or store of one lane of a vector. */
  laneAccess(number: number, offset: number, lane: number): this {
    return this.simdAccess(number, offset).byte(lane);
  }

  /** Takes sixteen bytes out of those of two vectors, which are numbered 0…31. */
  shuffle(bytes: readonly number[]): this {
    return this.simd(Simd.I8X16_SHUFFLE).op(...bytes);
  }

  /** The vector of zeros. */
  zeroVector(): this {
    return this.simd(Simd.V128_CONST).op(...new Array<number>(16).fill(0));
  }

  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  byte(value: number): this {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
    return this;
  }

  /** Size of the instructions so far. */
  get size(): number {
    return this.length;
  }

  /** The function as the code section holds it: declarations of locals, instructions, END. */
  finish(): Uint8Array {
    const head = new Code();
    const runs: [number, ValueType][] = [];
    for (const type of this.types) {
      const last = runs[runs.length - 1];
      if (last !== undefined && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    head.unsigned(runs.length);
    for (const [count, type] of runs) head.unsigned(count).byte(type);
    const body = new Uint8Array(head.length + this.length + 1);
    body.set(head.bytes.subarray(0, head.length));
    body.set(this.bytes.subarray(0, this.length), head.length);
    body[body.length - 1] = Op.END;
    return body;
  }

  /** Puts instructions, which use the same locals, in front of those so far. */
  prepend(head: Code): void {
    const joined = new Uint8Array(Math.max(INITIAL_BYTES, 2 * (head.length + this.length)));
    joined.set(head.content());
    joined.set(this.content(), head.length);
    this.bytes = joined;
    this.view = new DataView(joined.buffer);
    this.length += head.length;
    this.links = [...head.links, ...this.links.map((at) => at + head.length)];
  }

  /** Raw bytes appended so far. */
  content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private signed(value: number): this {
    let rest = value;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(this.bytes.length * 2);
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
