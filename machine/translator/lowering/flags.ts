/**
 * Instructions that move or change flags: LAHF SAHF CLC STC CMC SALC CLD STD PUSHF; and how others change some flags
 * only.
 * Source: Intel SDM vol. 2.
 */
import { ARITHMETIC_FLAGS, Flag } from "../../cpu/flags.ts";
import { Word } from "../../cpu/registers.ts";
import type { Emitter } from "../emitter.ts";
import { Op } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { CF, DF, OF, RF, VM } = Flag;
const AL = 0;
const AH = 4;
/** Bit 1 of EFLAGS, which is always set. */
const FIXED = 2;

/** Replaces the flags of a mask by EFLAGS bits that `push` pushes, if anybody reads them; the others stay. */
export function replaceFlags(e: Emitter, mask: number, push: () => void): void {
  if ((e.live & mask) === 0) return;
  if ((e.live & ~mask) === 0) {
    push();
  } else if ((mask & ~(CF | OF)) === 0 && !e.flags.isExplicit) {
    push();
    e.flags.replace(mask);
    return;
  } else {
    e.flags.arithmetic();
    e.code.i32(~mask).op(Op.I32_AND);
    push();
    e.code.op(Op.I32_OR);
  }
  e.flags.setExplicit();
}

const lahf: Lowering = (e) => {
  e.flags.arithmetic();
  e.code.i32(FIXED).op(Op.I32_OR);
  e.setRegister(AH, 1);
};

const sahf: Lowering = (e) => {
  replaceFlags(e, ARITHMETIC_FLAGS & ~OF, () => {
    e.getRegister(AH, 1)
      .i32(ARITHMETIC_FLAGS & ~OF)
      .op(Op.I32_AND);
  });
};

function carry(value: number): Lowering {
  return (e) => replaceFlags(e, CF, () => void e.code.i32(value));
}

const cmc: Lowering = (e) => {
  if ((e.live & CF) === 0) return;
  const { code } = e;
  const inverted = code.temporary();
  e.flags.carry();
  code.op(Op.I32_EQZ).set(inverted);
  replaceFlags(e, CF, () => void code.get(inverted));
  code.release(inverted);
};

const salc: Lowering = (e) => {
  e.code.i32(0);
  e.flags.carry();
  e.code.op(Op.I32_SUB);
  e.setRegister(AL, 1);
};

/** The direction flag is not kept in a local: string instructions look at the register file. */
function direction(value: number): Lowering {
  return ({ code, layout }) => {
    const word = layout.word(Word.SYSTEM_FLAGS);
    code.i32(0).loadAt(word).i32(~DF).op(Op.I32_AND).i32(value).op(Op.I32_OR).access(Op.I32_STORE, word);
  };
}

const pushf: Lowering = (e, { operandSize }) => {
  const { code } = e;
  const value = code.temporary();
  e.flags.arithmetic();
  code
    .loadAt(e.layout.word(Word.SYSTEM_FLAGS))
    .i32(~(RF | VM))
    .op(Op.I32_AND, Op.I32_OR)
    .set(value);
  e.push(value, operandSize === 2 ? 2 : 4);
  code.release(value);
};

export const flagLowerings = {
  lahf,
  sahf,
  clc: carry(0),
  stc: carry(CF),
  cmc,
  salc,
  cld: direction(0),
  std: direction(DF),
  pushf,
} satisfies LoweringMap;
