/**
 * The environment and the complete state as images in memory (FSTENV, FLDENV, FSAVE, FRSTOR), in the protected-mode
 * formats.
 *
 * Layer beneath: state.ts. Source: Intel SDM volume 1, figures 8-9 to 8-12. Reserved halves are written as ones, as
 * the processor does.
 */
import type { FpuState } from "./state.ts";

export const ENVIRONMENT_BYTES = 28;
export const ENVIRONMENT_BYTES_16 = 14;
/** Eight registers of ten bytes, ST(0) first. */
export const REGISTERS_BYTES = 80;

const OPCODE_FIELD = 0x7ff;

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value);
  put16(bytes, at + 2, value >>> 16);
}

function get16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function get32(bytes: Uint8Array, at: number): number {
  return get16(bytes, at) | (get16(bytes, at + 2) << 16);
}

/** @returns the number of bytes written */
export function writeEnvironment(s: FpuState, bytes: Uint8Array, is16Bit: boolean): number {
  if (is16Bit) {
    const words = [s.control, s.statusWord(), s.tagWord(), s.instructionOffset, s.instructionSelector, s.operandOffset, s.operandSelector];
    words.forEach((word, i) => put16(bytes, 2 * i, word));
    return ENVIRONMENT_BYTES_16;
  }
  put32(bytes, 0, s.control | 0xffff0000);
  put32(bytes, 4, s.statusWord() | 0xffff0000);
  put32(bytes, 8, s.tagWord() | 0xffff0000);
  put32(bytes, 12, s.instructionOffset);
  put16(bytes, 16, s.instructionSelector);
  put16(bytes, 18, s.opcode);
  put32(bytes, 20, s.operandOffset);
  put32(bytes, 24, s.operandSelector | 0xffff0000);
  return ENVIRONMENT_BYTES;
}

/** @returns the number of bytes read */
export function readEnvironment(s: FpuState, bytes: Uint8Array, is16Bit: boolean): number {
  const step = is16Bit ? 2 : 4;
  s.setStatusWord(get16(bytes, step));
  s.setControl(get16(bytes, 0));
  s.setTagWord(get16(bytes, 2 * step));
  s.instructionOffset = is16Bit ? get16(bytes, 6) : get32(bytes, 12);
  s.instructionSelector = get16(bytes, 4 * step);
  s.opcode = is16Bit ? 0 : get16(bytes, 18) & OPCODE_FIELD;
  s.operandOffset = is16Bit ? get16(bytes, 10) : get32(bytes, 20);
  s.operandSelector = get16(bytes, 6 * step);
  return is16Bit ? ENVIRONMENT_BYTES_16 : ENVIRONMENT_BYTES;
}

export function writeRegisters(s: FpuState, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 8; i++, at += 10) {
    const slot = s.register(i);
    put32(bytes, at, s.low[slot]!);
    put32(bytes, at + 4, s.high[slot]!);
    put16(bytes, at + 8, s.signExponent[slot]!);
  }
}

export function readRegisters(s: FpuState, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 8; i++, at += 10) {
    s.set(s.register(i), get16(bytes, at + 8), get32(bytes, at + 4), get32(bytes, at));
  }
}
