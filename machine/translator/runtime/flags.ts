/**
 * The routine `arithmetic`: EFLAGS bits of all arithmetic flags from their lazy form (cpu/flags.ts), for places where
 * the kind of the last instruction that set them is not known while translating, or where some have been replaced
 * (flag-code.ts).
 */
import { FLAG_SHIFT, Flag, FlagKind } from "../../cpu/flags.ts";
import { MASK_SHIFT, VALUE_SHIFT } from "../flag-code.ts";
import { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Routine } from "./routine.ts";

const { ADD, EXPLICIT, INC, LOGIC, MIXED, SUB } = FlagKind;
const I32 = ValueType.I32;

/* Parameters. */
const TYPE = 0;
const FIRST = 1;
const RESULT = 2;
const EXPLICIT_FLAGS = 3;

const KIND_BITS = 15;
const LOWER_HALF = 0xffff;

export const flagRoutine: Routine = {
  name: "arithmetic",
  type: { parameters: [I32, I32, I32, I32], results: [I32] },
  build(link): Code {
    const code = new Code(4);
    const kind = code.local(I32);
    const shift = code.local(I32);
    const flags = code.local(I32);
    const other = code.local(I32);
    const isKind = (value: number): Code => code.get(kind).i32(value).op(Op.I32_EQ);
    const mask = code.local(I32);
    code
      .get(TYPE)
      .i32(MASK_SHIFT)
      .op(Op.I32_SHR_U)
      .i32(Flag.CF | Flag.OF)
      .op(Op.I32_AND)
      .tee(mask)
      .if();
    code.get(TYPE).i32(VALUE_SHIFT).op(Op.I32_SHR_U).get(mask).op(Op.I32_AND);
    code.get(TYPE).i32(LOWER_HALF).op(Op.I32_AND).get(FIRST).get(RESULT).get(EXPLICIT_FLAGS).call(link("arithmetic"));
    code.get(mask).i32(-1).op(Op.I32_XOR, Op.I32_AND, Op.I32_OR, Op.RETURN).end();
    code.get(TYPE).i32(KIND_BITS).op(Op.I32_AND).set(kind);
    isKind(EXPLICIT).if().get(EXPLICIT_FLAGS).op(Op.RETURN).end();
    code.get(TYPE).i32(FLAG_SHIFT).op(Op.I32_SHR_U).set(shift);
    const set = (mask: number, push: () => void): void => {
      push();
      code.if().get(flags).i32(mask).op(Op.I32_OR).set(flags).end();
    };
    set(Flag.ZF, () => code.get(RESULT).op(Op.I32_EQZ));
    set(Flag.SF, () => code.get(RESULT).i32(0).op(Op.I32_LT_S));
    set(Flag.PF, () =>
      code.get(RESULT).get(shift).op(Op.I32_SHR_U).i32(255).op(Op.I32_AND, Op.I32_POPCNT).i32(1).op(Op.I32_AND, Op.I32_EQZ),
    );
    isKind(LOGIC).if().get(flags).op(Op.RETURN).end();
    isKind(MIXED).if();
    code
      .get(flags)
      .get(EXPLICIT_FLAGS)
      .i32(Flag.CF | Flag.OF | Flag.AF)
      .op(Op.I32_AND, Op.I32_OR, Op.RETURN)
      .end();
    const sums = [
      { kind: ADD, second: () => code.get(RESULT).get(FIRST).op(Op.I32_SUB) },
      { kind: SUB, second: () => code.get(FIRST).get(RESULT).op(Op.I32_SUB) },
    ];
    for (const sum of sums) {
      isKind(sum.kind).if();
      sum.second();
      code.set(other);
      if (sum.kind === ADD) {
        set(Flag.CF, () => code.get(RESULT).get(FIRST).op(Op.I32_LT_U));
        set(Flag.OF, () =>
          code.get(FIRST).get(RESULT).op(Op.I32_XOR).get(other).get(RESULT).op(Op.I32_XOR, Op.I32_AND).i32(0).op(Op.I32_LT_S),
        );
      } else {
        set(Flag.CF, () => code.get(FIRST).get(other).op(Op.I32_LT_U));
        set(Flag.OF, () =>
          code.get(FIRST).get(other).op(Op.I32_XOR).get(FIRST).get(RESULT).op(Op.I32_XOR, Op.I32_AND).i32(0).op(Op.I32_LT_S),
        );
      }
      set(Flag.AF, () =>
        code.get(FIRST).get(other).op(Op.I32_XOR).get(RESULT).op(Op.I32_XOR).get(shift).op(Op.I32_SHR_U).i32(Flag.AF).op(Op.I32_AND),
      );
      code.get(flags).op(Op.RETURN).end();
    }
    code.get(flags).get(EXPLICIT_FLAGS).i32(Flag.CF).op(Op.I32_AND, Op.I32_OR).set(flags);
    const lowDigit = (): Code => code.get(RESULT).get(shift).op(Op.I32_SHR_U).i32(15).op(Op.I32_AND);
    isKind(INC).if();
    set(Flag.OF, () => code.get(RESULT).i32(-0x80000000).op(Op.I32_EQ));
    set(Flag.AF, () => lowDigit().op(Op.I32_EQZ));
    code.else();
    set(Flag.OF, () => code.get(RESULT).i32(1).get(shift).op(Op.I32_SHL, Op.I32_ADD).i32(-0x80000000).op(Op.I32_EQ));
    set(Flag.AF, () => lowDigit().i32(15).op(Op.I32_EQ));
    code.end();
    code.get(flags);
    return code;
  },
};
