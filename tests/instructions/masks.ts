/**
 * What of an instruction's outcome is not compared bit by bit, and why: the manual leaves it undefined or allows an error, or
 * processors differ.
 */
import { decode } from "#machine/cpu/decoder.ts";
import { type Instruction, Invalid, Kind } from "#machine/cpu/instruction.ts";
import { ARITHMETIC_FLAGS } from "#machine/cpu/flags.ts";
import { undefinedFlags } from "#machine/cpu/instruction-set/row.ts";
import type { Row } from "#machine/cpu/opcodes.ts";
import { transcendentalResults } from "../hardware/tolerance.ts";
import type { InstructionCase, InstructionResult } from "./layout.ts";

export interface Mask {
  /** Flags that are not compared. */
  flags: number;
  /** After a fault of the operand, registers and memory are not compared. */
  partial: boolean;
  /** ST registers with transcendental results. */
  transcendental: readonly number[];
  /** Words of the XMM registers that are approximations: from, to. */
  approximated: readonly [number, number];
}

const NOTHING: Mask = { flags: 0, partial: false, transcendental: [], approximated: [0, 0] };

const ALL = ARITHMETIC_FLAGS;
const FLAG_NAMES: readonly [number, string][] = [
  [1, "CF"],
  [4, "PF"],
  [16, "AF"],
  [64, "ZF"],
  [128, "SF"],
  [2048, "OF"],
];

/** x87 instructions that store in parts: FSTENV D9 /6, FSTP m80 DB /7, FSAVE DD /6, FBSTP DF /6. */
const STORES_IN_PARTS = new Set([0x16, 0x37, 0x56, 0x76]);
/** Approximations, and how many words of their destination they fill. */
const APPROXIMATE: Readonly<Record<string, number>> = { rcpps: 4, rcpss: 1, rsqrtps: 4, rsqrtss: 1 };
const WORDS_PER_XMM = 4;

const BREAKPOINT = 3;

function x87Mask({ opcode, modrm, address }: Instruction): Mask {
  if (address === undefined) return { ...NOTHING, transcendental: transcendentalResults(opcode, modrm) };
  return { ...NOTHING, partial: STORES_IN_PARTS.has(((opcode & 7) << 4) | ((modrm >> 3) & 7)) };
}

/** The mask of a case's instruction alone. */
export function instructionMask(instruction: Instruction, count: number): Mask {
  if (instruction.invalid !== Invalid.NONE) return NOTHING;
  const { mnemonic } = instruction.row;
  const { operands } = instruction;
  if (mnemonic === "x87") return x87Mask(instruction);
  const last = operands.at(-1);
  const by = (last?.kind === Kind.IMMEDIATE ? last.value : count) & 31;
  const from = WORDS_PER_XMM * (operands[0]?.register ?? 0);
  return {
    ...NOTHING,
    flags: undefinedFlags(instruction.row.facts, by, 8 * (operands[0]?.size ?? 0)),
    approximated: [from, from + (APPROXIMATE[mnemonic] ?? 0)],
  };
}

/** The instruction in question of a case. */
export function subject(test: InstructionCase): Instruction {
  return decode({ fetch: (index) => test.code[test.lead + index] ?? 0xcc });
}

export function maskOf(test: InstructionCase): Mask {
  return instructionMask(subject(test), test.registers[1]!);
}

/** The flags that are undefined at the end of a case: those of its instruction, unless one behind it has set all anew. */
export function overwrittenFlags(test: InstructionCase, result: InstructionResult, flags: number): number {
  const at = test.lead + subject(test).length;
  if (at >= test.code.length || result.vector !== BREAKPOINT || result.eip !== (test.eip + test.code.length + 1) >>> 0) return flags;
  const { mnemonic, facts } = decode({ fetch: (index) => test.code[at + index] ?? 0xcc }).row;
  return mnemonic === "cmp" || mnemonic === "test" ? facts.flags.undefined : flags;
}

function flagNames(flags: number): string {
  return FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join(" ");
}

/** What is left out of the comparison of a row, in words for the report. */
export function maskText({ mnemonic, facts }: Row): string {
  if (mnemonic === "x87") {
    return "FSIN and other transcendental results ±1 unit in the last place; last instruction and operand (recent processors record less); after faults of the operand of FSTENV, FSAVE, FBSTP and FSTP m80, which store in parts, registers and memory";
  }
  if (mnemonic in APPROXIMATE) return "within the documented error, 1.5·2⁻¹²";
  const { flags } = facts;
  if (flags.counted !== undefined) {
    const { many, beyond } = flags.counted;
    const always = flags.undefined === 0 ? "" : `; ${flagNames(flags.undefined)}`;
    const over =
      beyond === 0
        ? ""
        : beyond === ALL
          ? "; all flags when the count exceeds the operand"
          : `; ${flagNames(beyond)} when it exceeds the operand`;
    return `undefined: ${flagNames(many)} unless the count is 1${always}${over}`;
  }
  const parts: string[] = [];
  if (flags.undefined !== 0) parts.push(`undefined: ${flagNames(flags.undefined)}`);
  if (mnemonic === "fxsave" || mnemonic === "fxrstor") parts.push("last instruction and operand");
  return parts.join("; ");
}
