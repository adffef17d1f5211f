/**
 * The state of the x87 and vector units as the image of FXSAVE.
 *
 * Layer beneath: x87/state.ts, registers.ts. Source: Intel SDM vol. 1, 10.5.1. The processor writes and reads the
 * first 288 of
 * its 512 bytes.
 */
import { Word } from "../registers.ts";
import type { FpuState } from "../x87/state.ts";

export const IMAGE_BYTES_USED = 288;

/** Bits of MXCSR that exist; the image says so, and setting another one faults. */
export const MXCSR_BITS = 0xffff;
export const MXCSR_INITIAL = 0x1f80;

/** Offsets. */
const CONTROL = 0;
const STATUS = 2;
const TAGS = 4;
const OPCODE = 6;
const INSTRUCTION_OFFSET = 8;
const INSTRUCTION_SELECTOR = 12;
const OPERAND_OFFSET = 16;
const OPERAND_SELECTOR = 20;
export const MXCSR_OFFSET = 24;
const MXCSR_MASK = 28;
const ST = 32;
const XMM = 160;
const REGISTER_BYTES = 16;

const OPCODE_BITS = 0x7ff;
const XMM_WORDS = 32;

export function writeImage(s: FpuState, words: Int32Array, image: DataView): void {
  image.setUint16(CONTROL, s.control, true);
  image.setUint16(STATUS, s.statusWord(), true);
  image.setUint16(TAGS, ~s.empty & 0xff, true);
  image.setUint16(OPCODE, s.opcode, true);
  image.setUint32(INSTRUCTION_OFFSET, s.instructionOffset, true);
  image.setUint32(INSTRUCTION_SELECTOR, s.instructionSelector, true);
  image.setUint32(OPERAND_OFFSET, s.operandOffset, true);
  image.setUint32(OPERAND_SELECTOR, s.operandSelector, true);
  image.setUint32(MXCSR_OFFSET, words[Word.MXCSR]!, true);
  image.setUint32(MXCSR_MASK, MXCSR_BITS, true);
  for (let register = 0; register < 8; register++) {
    const slot = s.register(register);
    const at = ST + register * REGISTER_BYTES;
    image.setInt32(at, s.low[slot]!, true);
    image.setInt32(at + 4, s.high[slot]!, true);
    image.setUint32(at + 8, s.signExponent[slot]! & 0xffff, true);
    image.setUint32(at + 12, 0, true);
  }
  for (let word = 0; word < XMM_WORDS; word++) image.setInt32(XMM + word * 4, words[Word.XMM + word]!, true);
}

/** MXCSR must have no bits outside MXCSR_BITS. */
export function readImage(s: FpuState, words: Int32Array, image: DataView): void {
  s.setStatusWord(image.getUint16(STATUS, true));
  s.setControl(image.getUint16(CONTROL, true));
  s.empty = ~image.getUint8(TAGS) & 0xff;
  s.opcode = image.getUint16(OPCODE, true) & OPCODE_BITS;
  s.instructionOffset = image.getUint32(INSTRUCTION_OFFSET, true);
  s.instructionSelector = image.getUint16(INSTRUCTION_SELECTOR, true);
  s.operandOffset = image.getUint32(OPERAND_OFFSET, true);
  s.operandSelector = image.getUint16(OPERAND_SELECTOR, true);
  for (let register = 0; register < 8; register++) {
    const at = ST + register * REGISTER_BYTES;
    s.set(s.register(register), image.getUint16(at + 8, true), image.getInt32(at + 4, true), image.getInt32(at, true));
  }
  words[Word.MXCSR] = image.getInt32(MXCSR_OFFSET, true);
  for (let word = 0; word < XMM_WORDS; word++) words[Word.XMM + word] = image.getInt32(XMM + word * 4, true);
}
