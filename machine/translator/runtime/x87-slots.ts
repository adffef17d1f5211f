/**
 * The slots of the register file that hold x87 values, for generated code.
 *
 * Layer beneath: x87-value.ts, cpu/registers.ts.
 */
import { Word } from "../../cpu/registers.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";
import { markSpecial, type Value } from "./x87-value.ts";

/** @param file address of the register file */
export function wordAddress(file: number, word: number, slot: number): number {
  return file + 4 * (word + slot);
}

function storeSignificand(code: Code, file: number, slot: number, value: Value): void {
  code.storeAt(wordAddress(file, Word.X87_LOW, slot), value.significand, Op.I64_STORE32);
  code
    .i32(0)
    .get(value.significand)
    .i64(32n)
    .op(Op.I64_SHR_U)
    .access(Op.I64_STORE32, wordAddress(file, Word.X87_HIGH, slot));
}

/** Stores a value with all of its head. */
export function storeSlot(code: Code, file: number, slot: number, value: Value): void {
  storeSignificand(code, file, slot, value);
  code.storeAt(wordAddress(file, Word.X87_SIGN_EXPONENT, slot), value.head);
}

/** Stores a value as registers have it. */
export function storeRegister(code: Code, file: number, slot: number, value: Value): void {
  storeSignificand(code, file, slot, value);
  code.storeAt(wordAddress(file, Word.X87_SIGN_EXPONENT, slot), value.head, Op.I32_STORE16);
}

/** Leaves a significand of the register file on the stack. */
export function getSignificand(code: Code, file: number, slot: number): Code {
  code
    .loadAt(wordAddress(file, Word.X87_HIGH, slot), Op.I64_LOAD32_U)
    .i64(32n)
    .op(Op.I64_SHL);
  return code.loadAt(wordAddress(file, Word.X87_LOW, slot), Op.I64_LOAD32_U).op(Op.I64_OR);
}

/** Loads a slot of the register file that has no flags, as registers are. */
export function loadSlot(code: Code, file: number, slot: number, value: Value): void {
  getSignificand(code, file, slot).set(value.significand);
  code.loadAt(wordAddress(file, Word.X87_SIGN_EXPONENT, slot)).set(value.head);
  markSpecial(code, value);
}
