/**
 * The x87 state of a region in WebAssembly locals, with what the region knows of it while it is translated.
 *
 * Layer beneath: runtime/x87-value.ts, cpu/x87/loan.ts.
 */
import { Word } from "../../cpu/registers.ts";
import { CODE_SELECTOR } from "../../cpu/segments.ts";
import { controlOf, emptyOf, keyOf, topOf } from "../../cpu/x87/loan.ts";
import { C1, PE } from "../../cpu/x87/state.ts";
import type { Emitter, LocalState } from "../emitter.ts";
import { REGION_TYPE_INDEX } from "../layout.ts";
import type { Linking } from "../links.ts";
import { type Precision, precisionOf } from "../runtime/x87-precision.ts";
import { loadSlot, storeRegister } from "../runtime/x87-slots.ts";
import { FLAGS_SHIFT, getValue, type Inexactness, setValue, type Value } from "../runtime/x87-value.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { keyAfter } from "../analysis/x87-effects.ts";
import type { X87Plan } from "../analysis/x87-plan.ts";

const { I32, I64 } = ValueType;
const EXCEPTIONS = 0x3f;
const SELECTORS = 6;
const OPCODE_SHIFT = 32n;
const RECORDED = 1n << 63n;
/** Operations that a region has inline; further ones are calls. */
const MAX_INLINE = 40;

export class X87Code implements LocalState {
  /** Key in front of the current instruction. */
  private key: number;
  private readonly e: Emitter;
  private readonly plan: X87Plan;
  private readonly linking: Linking;
  /** By physical register; those that the region does not touch have none. */
  private readonly slots: readonly (Value | undefined)[];
  private readonly keyLocal: number;
  /** Status word without TOP, C1, and the exceptions since the entry. */
  private readonly status: number;
  /** All heads since the entry, for their exceptions. */
  private readonly sticky: number;
  /** The head that has C1, unless `inexactness` has. */
  private readonly last: number;
  /** The same of results that inline code has rounded. */
  readonly inexactness: Inexactness;
  private inlined = 0;
  /** Address of the last instruction, above it its opcode and RECORDED; 0 when there was none since the entry. */
  private readonly lastInstruction: number;
  private readonly operandOffset: number;
  /** Segment of the last operand, or -1 when there was none since the entry. */
  private readonly operandSegment: number;

  constructor(e: Emitter, plan: X87Plan, linking: Linking) {
    const { code } = e;
    this.e = e;
    this.plan = plan;
    this.linking = linking;
    this.key = plan.key;
    this.slots = Array.from({ length: 8 }, (_, slot) =>
      ((plan.slots >> slot) & 1) === 0 ? undefined : { significand: code.local(I64), head: code.local(I32) },
    );
    this.keyLocal = code.local(I32);
    this.status = code.local(I32);
    this.sticky = code.local(I32);
    this.last = code.local(I32);
    this.inexactness = { discarded: code.local(I64), up: code.local(I64) };
    this.lastInstruction = code.local(I64);
    this.operandOffset = code.local(I32);
    this.operandSegment = code.local(I32);
  }

  startBlock(key: number): void {
    this.key = key;
  }

  get control(): number {
    return controlOf(this.key);
  }

  get precision(): Precision {
    return precisionOf(this.control)!;
  }

  get top(): number {
    return topOf(this.key);
  }

  /** The value in ST(i). */
  register(i: number): Value {
    return this.slots[(this.top + i) & 7]!;
  }

  isEmpty(i: number): boolean {
    return ((emptyOf(this.key) >> ((this.top + i) & 7)) & 1) !== 0;
  }

  /** Key behind the current instruction. */
  private keyBehind(): number {
    return keyAfter(this.e.step, this.key, this.plan.controlChange);
  }

  /** The control word that is expected behind the current instruction. */
  get nextControl(): number {
    return controlOf(this.keyBehind());
  }

  /** Goes out of the region behind the current instruction, with the control word in a local. */
  leaveBehind(control: number): void {
    const { code } = this.e;
    code
      .i32(keyOf(0, this.top, emptyOf(this.key)))
      .get(control)
      .op(Op.I32_OR)
      .set(this.keyLocal);
    this.e.goBehind((eip) => this.linking.linkOf(eip));
  }

  /** Moves to the state behind the current instruction. */
  advance(): void {
    const key = this.keyBehind();
    if (key === this.key) return;
    this.key = key;
    this.e.code.i32(key).set(this.keyLocal);
  }

  /** Records the current instruction, and the linear address of its operand, in a local, if it has one. */
  record(address?: number): void {
    const { code, step } = this.e;
    const { instruction, eip } = step;
    const opcode = ((instruction.opcode & 7) << 8) | instruction.modrm;
    code.i64(RECORDED | (BigInt(opcode) << OPCODE_SHIFT) | BigInt(eip >>> 0)).set(this.lastInstruction);
    if (address !== undefined) code.get(address).set(this.operandOffset).i32(instruction.segment).set(this.operandSegment);
  }

  clearC1(): void {
    this.e.code.i32(0).set(this.last).i64(0n).set(this.inexactness.up);
  }

  /** Whether the region has room for one more operation inline. */
  admitsInline(): boolean {
    return this.inlined++ < MAX_INLINE;
  }

  /** Takes exceptions and C1 from a head. */
  note(head: number): void {
    this.noteExceptions(head);
    this.e.code.get(head).set(this.last).i64(0n).set(this.inexactness.up);
  }

  noteExceptions(head: number): void {
    this.e.code.get(this.sticky).get(head).op(Op.I32_OR).set(this.sticky);
  }

  /** Replaces condition codes: all of the mask by those in a local, of which other bits are ignored. */
  setConditionCodes(mask: number, codes: number): void {
    const { code } = this.e;
    code.get(this.status).i32(~mask).op(Op.I32_AND).get(codes).i32(mask).op(Op.I32_AND, Op.I32_OR).set(this.status);
  }

  /** Pushes the status word without TOP. */
  getStatus(code: Code = this.e.code): Code {
    code.get(this.sticky).i32(FLAGS_SHIFT).op(Op.I32_SHR_U).i32(EXCEPTIONS).op(Op.I32_AND);
    code.get(this.last).i32(FLAGS_SHIFT).op(Op.I32_SHR_U).i32(C1).op(Op.I32_AND, Op.I32_OR);
    const { discarded, up } = this.inexactness;
    code.get(discarded).i64(0n).op(Op.I64_NE).i32(Math.log2(PE)).op(Op.I32_SHL, Op.I32_OR);
    code.get(up).op(Op.I32_WRAP_I64).i32(Math.log2(C1)).op(Op.I32_SHL, Op.I32_OR);
    return code.get(this.status).op(Op.I32_OR);
  }

  copy(from: Value, to: Value): void {
    const { code } = this.e;
    getValue(code, from);
    setValue(code, to);
  }

  /** The interpreter executes the current instruction. */
  interpret(): void {
    this.key = this.keyBehind();
    this.e.interpret();
  }

  enter(head: Code): void {
    this.requireKey(head, this.plan.key);
    head.if().link(this.linking.variant()).returnCallIndirect(REGION_TYPE_INDEX).end();
    this.load(head);
  }

  spill(code: Code): void {
    const { e, slots } = this;
    const word = (index: number): number => e.layout.word(index);
    slots.forEach((value, slot) => {
      if (value !== undefined) storeRegister(code, word(0), slot, value);
    });
    code.i32(0);
    this.getStatus(code).access(Op.I32_STORE, word(Word.X87_STATUS));
    code.storeAt(word(Word.X87_KEY), this.keyLocal);
    code.get(this.lastInstruction).i64(0n).op(Op.I64_NE).if();
    code.i32(0).get(this.lastInstruction).access(Op.I64_STORE32, word(Word.X87_INSTRUCTION_OFFSET));
    code.i32(0).get(this.lastInstruction).i64(OPCODE_SHIFT).op(Op.I64_SHR_U).access(Op.I64_STORE16, word(Word.X87_OPCODE));
    code.storeConstantAt(word(Word.X87_INSTRUCTION_SELECTOR), CODE_SELECTOR).end();
    code.get(this.operandSegment).i32(SELECTORS).op(Op.I32_LT_U).if();
    code.storeAt(word(Word.X87_OPERAND_OFFSET), this.operandOffset);
    code.i32(0).get(this.operandSegment).i32(2).op(Op.I32_SHL).access(Op.I32_LOAD, word(Word.SEGMENT_SELECTOR));
    code.access(Op.I32_STORE, word(Word.X87_OPERAND_SELECTOR)).end();
  }

  reload(code: Code): void {
    this.requireKey(code, this.key);
    // The instruction has done something unforeseen.
    code.if();
    this.e.abandon();
    code.end();
    this.load(code);
  }

  /** Pushes whether the register file has another state than that of the key, also after having asked for it. */
  private requireKey(code: Code, key: number): void {
    const { e } = this;
    const address = e.layout.word(Word.X87_KEY);
    code.loadAt(address).i32(key).op(Op.I32_NE).if();
    code.call(e.importFunction("lendX87")).end();
    code.loadAt(address).i32(key).op(Op.I32_NE);
  }

  private load(code: Code): void {
    const { e, slots } = this;
    const word = (index: number): number => e.layout.word(index);
    slots.forEach((value, slot) => {
      if (value !== undefined) loadSlot(code, word(0), slot, value);
    });
    code.loadAt(word(Word.X87_KEY)).set(this.keyLocal);
    code.loadAt(word(Word.X87_STATUS)).tee(this.status).i32(FLAGS_SHIFT).op(Op.I32_SHL).set(this.last);
    code.get(this.status).i32(~C1).op(Op.I32_AND).set(this.status);
    code.i32(0).set(this.sticky).i64(0n).set(this.inexactness.discarded).i64(0n).set(this.inexactness.up);
    code.i64(0n).set(this.lastInstruction);
    code.i32(-1).set(this.operandSegment);
  }
}
