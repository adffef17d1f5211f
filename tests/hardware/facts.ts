/**
 * The table of facts: where processors of other makers, or other systems, rightly give something else than the emulated processor, whose
 * column is Intel's. A comparison with the host takes the column of the host's maker; recorded results are Intel's and compared everywhere.
 *
 * A row is as narrow as the difference. Its column is exact where it is known, a choice of endings where the manuals leave one, and leaves
 * open only what no manual defines. Makers are compared in everything that no row names.
 *
 * Sources: Intel SDM and AMD APM (AMD64 Architecture Programmer's Manual) by volume and section; what was seen on an AMD processor of
 * family 25; what was published about one of family 23 by others who recorded it. Layer beneath: situation.ts, access-order.ts.
 */
import { type Instruction, Invalid, Kind } from "#machine/cpu/instruction.ts";
import { Vector } from "#machine/exit.ts";
import { endingsByAccess, isStoredInParts } from "./access-order.ts";
import type { KnownHost } from "./host.ts";
import {
  type Allowed,
  byteAt,
  type Ending,
  hasPrefix,
  instructionAt,
  opcodeAddress,
  operandOffset,
  replaced,
  type Situation,
} from "./situation.ts";

export interface Fact {
  /** Instruction or condition. */
  readonly what: string;
  readonly intel: string;
  readonly amd: string;
  readonly source: string;
  /** How the column that is not ours is known, or that it has not been verified. */
  readonly basis: string;
  /** Whose or which hosts' column differs from ours. */
  readonly differsOn: (host: KnownHost) => boolean;
  /** The endings of a host that differs. Absent: results differ by numbers, see tolerance.ts. */
  readonly endings?: <E extends Ending>(situation: Situation<E>) => Allowed<E>[];
  /** Whether random programs leave an instruction out on such a host: they could not go on alike behind it. */
  readonly isLeftOut?: (instruction: Instruction) => boolean;
}

const isAmd = ({ maker }: KnownHost): boolean => maker === "amd";
const SEEN = "seen on AMD family 25";
const DEDUCED = "that it differs was seen on AMD family 25; the column is deduced and not verified";

const EAX = 0;
const ECX = 1;
const RF = 0x10000;
const ARITHMETIC_FLAGS = 0x8d5;
const FAULTS_OF_OPERANDS: ReadonlySet<number> = new Set([
  Vector.STACK_FAULT,
  Vector.GENERAL_PROTECTION,
  Vector.PAGE_FAULT,
  Vector.ALIGNMENT_CHECK,
]);
const INT_LENGTH = 2;
const MAX_LENGTH = 15;
const PAGE_SIZE = 0x1000;
/** Code of cases has two pages. */
const CODE_PAGES = 2;
/** A page that is not there, read in user mode; the bit of instruction fetches is not compared. */
const NOT_PRESENT = 4;

const LOCK = 0xf0;
const UD2 = [0x0f, 0x0b] as const;
const PUSH_EAX = [0x50] as const;
const PUSH_EAX_BY_MODRM = [0xff, 0xf0] as const;
const MOV_SS = [0x8e, 0xd0] as const;
const IGNORED_PREFIX = 0x26;
const INT1 = 0xf1;
const XOP = 0x8f;

const unchanged = <E extends Ending>(ending: E): Allowed<E>[] => [{ ending, open: {} }];

/** The instruction in question, if its bytes are valid. */
function subjectOf(situation: Situation<Ending>): Instruction | undefined {
  const instruction = instructionAt(situation, situation.eip + situation.lead);
  return instruction.invalid === Invalid.NONE ? instruction : undefined;
}

/** Whether the instruction in question begins, behind its prefixes, with some bytes. */
function begins(situation: Situation<Ending>, bytes: readonly number[]): boolean {
  const at = opcodeAddress(situation);
  return bytes.every((byte, index) => byteAt(situation, at + index) === byte);
}

/** What faulted; undefined when the case did not end with a fault of an operand. */
function faulting(situation: Situation<Ending>): Instruction | undefined {
  const { vector, eip } = situation.ours;
  if (!FAULTS_OF_OPERANDS.has(vector) && vector !== Vector.BOUND) return undefined;
  const instruction = instructionAt(situation, eip);
  return instruction.invalid === Invalid.NONE ? instruction : undefined;
}

/** As the same push of the zero-extended selector in EAX, which is put back. */
function pushOfDoubleword<E extends Ending>(situation: Situation<E>): Allowed<E>[] {
  const instruction = subjectOf(situation);
  const operand = instruction?.operands[0];
  if (instruction?.row.mnemonic !== "push" || operand?.kind !== Kind.SEGMENT || instruction.operandSize !== 4) {
    return unchanged(situation.ours);
  }
  const registers = [...situation.registers];
  registers[EAX] = situation.selector(operand.register);
  const push = instruction.opcode < 0x100 ? PUSH_EAX : PUSH_EAX_BY_MODRM;
  const ending = situation.again({ code: replaced(situation, opcodeAddress(situation), push), registers });
  ending.registers[EAX] = situation.registers[EAX]!;
  return unchanged(ending);
}

function isPrefetchOfRegister({ opcode, modrm, invalid }: Instruction): boolean {
  return invalid === Invalid.NONE && opcode === 0x0f0d && modrm >= 0xc0;
}

/** As UD2 in the same place. */
function invalidOpcode<E extends Ending>(situation: Situation<E>): Allowed<E>[] {
  return unchanged(situation.again({ code: replaced(situation, opcodeAddress(situation), UD2) }));
}

function isDoubleShiftOfWord({ row, operandSize, invalid }: Instruction): boolean {
  return invalid === Invalid.NONE && /^sh[lr]d$/.test(row.mnemonic) && operandSize === 2;
}

/** Beyond 16, zeros of the count take bits of the source again, not of the destination: as if that held the source. */
function shiftOfSource<E extends Ending>(situation: Situation<E>): Allowed<E>[] {
  const { ours, registers } = situation;
  const instruction = subjectOf(situation);
  if (instruction === undefined || !isDoubleShiftOfWord(instruction)) return unchanged(ours);
  const [destination, source, by] = instruction.operands as [
    Instruction["operands"][0],
    Instruction["operands"][0],
    Instruction["operands"][0],
  ];
  const count = (by.kind === Kind.IMMEDIATE ? by.value : registers[ECX]!) & 31;
  if (count <= 16 || ours.eip === situation.eip + situation.lead) return unchanged(ours);
  const value = registers[source.register]! & 0xffff;
  if (destination.kind === Kind.MEMORY) {
    const at = situation.base(instruction.address!.segment) + operandOffset(instruction, registers);
    const memory = [0, 1].map((byte) => [(at + byte) >>> 0, (value >>> (8 * byte)) & 0xff] as const);
    return unchanged(situation.again({ memory }));
  }
  const changed = [...registers];
  changed[destination.register] = ((changed[destination.register]! & ~0xffff) | value) >>> 0;
  if (by.kind === Kind.IMMEDIATE || destination.register !== ECX) return unchanged(situation.again({ registers: changed }));
  // The count is in the destination.
  const left = instruction.row.mnemonic === "shld" ? count - 16 : 32 - count;
  const rotated = ((value << left) | (value >>> (16 - left))) & 0xffff;
  const ending = { ...ours, registers: [...ours.registers] };
  ending.registers[ECX] = ((registers[ECX]! & ~0xffff) | rotated) >>> 0;
  return [{ ending, open: { flags: ARITHMETIC_FLAGS } }];
}

/** Chains of MOV SS,AX: one trap less than where only the first is sure to hold back the trap. */
function chainOfStackLoads<E extends Ending>(situation: Situation<E>): Allowed<E>[] {
  const { code, ours } = situation;
  const isLoad = (at: number): boolean => MOV_SS.every((byte, index) => code[at + index] === byte);
  const changed = [...code];
  let hasChain = false;
  for (let at = 0; at < code.length; at++) {
    if (!isLoad(at)) continue;
    let end = at + MOV_SS.length;
    while (isLoad(end)) end += MOV_SS.length;
    if (end > at + MOV_SS.length) {
      hasChain = true;
      // One load, as long as the chain.
      changed.fill(IGNORED_PREFIX, at, end - MOV_SS.length);
    }
    at = end - 1;
  }
  return hasChain
    ? [
        { ending: ours, open: {} },
        { ending: situation.again({ code: changed }), open: {} },
      ]
    : unchanged(ours);
}

const REPEATED_READS: ReadonlySet<string> = new Set(["cmps", "scas", "lods"]);
const LOOPS: ReadonlySet<string> = new Set(["loop", "loope", "loopne"]);

function isLoopWithRepeat({ row, repeat, invalid }: Instruction): boolean {
  return invalid === Invalid.NONE && LOOPS.has(row.mnemonic) && repeat !== 0;
}

/** XOP takes 8F with a map of 8 or more, which is no POP. */
function fetchOfXop<E extends Ending>(situation: Situation<E>): Allowed<E>[] {
  const { ours } = situation;
  const at = opcodeAddress(situation);
  const end = (situation.eip & ~(CODE_PAGES * PAGE_SIZE - 1)) + CODE_PAGES * PAGE_SIZE;
  const start = situation.eip + situation.lead;
  if (byteAt(situation, at) !== XOP || (byteAt(situation, at + 1) & 0x1f) < 8 || end - start >= MAX_LENGTH) return unchanged(ours);
  const fetch = { ...ours, vector: Vector.PAGE_FAULT, error: NOT_PRESENT, address: end, eip: start };
  return [
    { ending: ours, open: {} },
    { ending: fetch, open: {} },
  ];
}

function privileged<E extends Ending>(ours: E): Allowed<E> {
  return { ending: { ...ours, vector: Vector.GENERAL_PROTECTION, error: 0, address: 0 }, open: {} };
}

export const FACTS: readonly Fact[] = [
  {
    what: "PUSH ES, CS, SS, DS, FS, GS with 32-bit operands",
    intel: "writes two bytes, the upper two of the stack keep what they held",
    amd: "writes four bytes, zero-extended; all four are checked",
    source: "SDM vol. 2, PUSH (either is allowed); APM vol. 3, PUSH",
    basis: SEEN,
    differsOn: isAmd,
    endings: pushOfDoubleword,
  },
  {
    what: "0F 0D (PREFETCH, PREFETCHW) with a register",
    intel: "does nothing",
    amd: "#UD",
    source: "SDM vol. 2, PREFETCHW and table A-6; APM vol. 3, PREFETCH",
    basis: `${SEEN}; explains the faults in programs of seeds 4, 10 and 33`,
    differsOn: isAmd,
    endings: (situation) => {
      const instruction = subjectOf(situation);
      return instruction !== undefined && isPrefetchOfRegister(instruction) ? invalidOpcode(situation) : unchanged(situation.ours);
    },
    isLeftOut: isPrefetchOfRegister,
  },
  {
    what: "SHLD, SHRD of 16 bits by more than 16 (after the count is taken modulo 32)",
    intel: "shifts destination bits in behind the source",
    amd: "shifts source bits in again",
    source: "SDM vol. 2, SHLD (undefined); APM vol. 3, SHLD (undefined)",
    basis: `${SEEN}; 123 results published of AMD family 23 agree`,
    differsOn: isAmd,
    endings: shiftOfSource,
    isLeftOut: isDoubleShiftOfWord,
  },
  {
    what: "UD0 (0F FF), UD1 (0F B9)",
    intel: "#UD after ModRM, SIB and displacement were fetched",
    amd: "#UD after the opcode",
    source: "SDM vol. 2, UD; APM vol. 3, UD0, UD1, UD2",
    basis: SEEN,
    differsOn: isAmd,
    endings: (situation) =>
      begins(situation, [0x0f, 0xff]) || begins(situation, [0x0f, 0xb9]) ? invalidOpcode(situation) : unchanged(situation.ours),
  },
  {
    what: "8F with a ModRM whose low five bits are 8 or more",
    intel: "POP: #UD after ModRM",
    amd: "XOP: #UD, or the fault of fetching what belongs to an XOP instruction",
    source: "SDM vol. 2, table A-6 (group 1A); APM vol. 3, 1.2.8 (XOP)",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: fetchOfXop,
  },
  {
    what: "0F 01 D8 (VMRUN)",
    intel: "#UD",
    amd: "#UD, or #GP(0) where the system has enabled virtual machines",
    source: "SDM vol. 2, LGDT/LIDT; APM vol. 3, VMRUN",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: (situation) =>
      begins(situation, [0x0f, 0x01, 0xd8])
        ? [{ ending: situation.ours, open: {} }, privileged(situation.ours)]
        : unchanged(situation.ours),
  },
  {
    what: "LOCK MOV to or from CR0",
    intel: "#UD: LOCK is not allowed",
    amd: "names CR8: #GP(0) in user mode",
    source: "SDM vol. 2, LOCK; APM vol. 3, MOV CRn (AltMovCr8)",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: (situation) => {
      const isMove = begins(situation, [0x0f, 0x20]) || begins(situation, [0x0f, 0x22]);
      const isCr0 = (byteAt(situation, opcodeAddress(situation) + 2) & 0x38) === 0;
      const isInvalid = situation.ours.vector === Vector.INVALID_OPCODE;
      return isMove && isCr0 && isInvalid && hasPrefix(situation, LOCK) ? [privileged(situation.ours)] : unchanged(situation.ours);
    },
  },
  {
    what: "consecutive MOV SS with TF set",
    intel: "the first holds back the trap, the second does not",
    amd: "the trap comes behind one of the later loads, or behind the instruction after them",
    source: "SDM vol. 3, 6.8.3 (only the first is sure to); APM vol. 2, chapter 8",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: chainOfStackLoads,
  },
  {
    what: "F2 or F3 before LOOP, LOOPE, LOOPNE",
    intel: "is ignored",
    amd: "not explained: ECX and where it goes on are left open, everything else is compared",
    source: "SDM vol. 2, 2.1.1 (reserved, may cause unpredictable behavior); APM vol. 3, 1.2.6 (reserved)",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: (situation) => {
      const instruction = subjectOf(situation);
      if (instruction === undefined || !isLoopWithRepeat(instruction)) return unchanged(situation.ours);
      return [{ ending: situation.ours, open: { exit: true, flags: RF, registers: 1 << ECX } }];
    },
    isLeftOut: isLoopWithRepeat,
  },
  {
    what: "RETF, BOUND, ENTER, PUSHA, x87 stores with several faults",
    intel: "reports the first in the order of accesses that machine/cpu has",
    amd: "reports any fault of one of the accesses; what was written before is left open",
    source: "SDM vol. 3, 6.9 (within a class implementation-dependent); APM vol. 2, 8.5",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: (situation) => {
      const instruction = faulting(situation);
      return instruction === undefined ? unchanged(situation.ours) : endingsByAccess(situation, instruction);
    },
    isLeftOut: (instruction) => instruction.invalid === Invalid.NONE && isStoredInParts(instruction),
  },
  {
    what: "RF after a fault of CMPS, SCAS, LODS with a repeat prefix",
    intel: "is set, as after every fault",
    amd: "left open: it has been seen clear",
    source: 'SDM vol. 3, 17.3.1.1; APM vol. 2, 3.1.6 ("normally" set; cleared by every instruction that completes)',
    basis: DEDUCED,
    differsOn: isAmd,
    endings: (situation) => {
      const instruction = faulting(situation);
      const isRepeated = instruction !== undefined && REPEATED_READS.has(instruction.row.mnemonic) && instruction.repeat !== 0;
      return [{ ending: situation.ours, open: isRepeated ? { flags: RF } : {} }];
    },
  },
  {
    what: "EIP after INT1 (F1)",
    intel: "behind it",
    amd: "behind it, or at it where a virtual machine monitor passes the exception on",
    source: "SDM vol. 2, INT n/INTO/INT3/INT1; APM vol. 3, INT 1; APM vol. 2, 15.12",
    basis: DEDUCED,
    differsOn: isAmd,
    endings: (situation) => {
      const { ours } = situation;
      if (ours.vector !== Vector.DEBUG || byteAt(situation, ours.eip - 1) !== INT1) return unchanged(ours);
      return [
        { ending: ours, open: {} },
        { ending: { ...ours, eip: ours.eip - 1 }, open: {} },
      ];
    },
  },
  {
    what: "INT n without a gate",
    intel: "Linux: #GP(n * 8 + 2) at the instruction; where events are delivered by FRED, #GP(0), at it or behind it",
    amd: "the same",
    source: "SDM vol. 3, 6.13; the specification of FRED; asked of the host by executing INT 7Fh",
    basis: "the column of FRED is not verified",
    differsOn: ({ hasInterruptTable }) => !hasInterruptTable,
    endings: (situation) => {
      const { ours } = situation;
      const instruction = faulting(situation);
      if (instruction?.row.mnemonic !== "int") return unchanged(ours);
      return [ours.eip, ours.eip + INT_LENGTH].map((eip) => ({ ending: { ...ours, error: 0, eip }, open: { flags: RF } }));
    },
  },
  {
    what: "RCPPS, RCPSS, RSQRTPS, RSQRTSS",
    intel:
      "one table of approximations since the Pentium III; a model that answers recorded requests otherwise is compared within the error",
    amd: "another table: within the documented error, 1.5·2⁻¹²; RCP of 2¹²⁶ and around may be 0 or tiny",
    source: "SDM vol. 2, RCPPS, RSQRTPS; APM vol. 4, RCPPS, RSQRTPS",
    basis: SEEN,
    differsOn: isAmd,
  },
  {
    what: "F2XM1, FYL2X, FYL2XP1, FPATAN, FPTAN, FSIN, FCOS, FSINCOS: last bit",
    intel: "within one unit in the last place; C1 accordingly",
    amd: "the same",
    source: "SDM vol. 1, 8.3.10; APM vol. 1, chapter 6",
    basis: "of 7760 results published of AMD family 23 none is farther off",
    differsOn: isAmd,
  },
  {
    what: "FPTAN, FSIN, FCOS, FSINCOS: reduction of the argument",
    intel: "by π of 66 bits",
    amd: "by π of 66 bits or more: anything between both results, and the last bit",
    source: "SDM vol. 1, 8.3.8; APM vol. 1, chapter 6 does not say",
    basis: DEDUCED,
    differsOn: isAmd,
  },
];

/** The rows in which a host differs from our column. */
export function factsOf(host: KnownHost): Fact[] {
  return FACTS.filter(({ differsOn }) => differsOn(host));
}

/** All endings that the host's column has for a case. */
function allowedEndings<E extends Ending>(situation: Situation<E>): Allowed<E>[] {
  let allowed: Allowed<E>[] = unchanged(situation.ours);
  for (const { endings } of factsOf(situation.host)) {
    if (endings === undefined) continue;
    allowed = allowed.flatMap(({ ending, open }) =>
      endings({ ...situation, ours: ending }).map((further) => ({
        ending: further.ending,
        open: {
          ...open,
          ...further.open,
          flags: (open.flags ?? 0) | (further.open.flags ?? 0),
          registers: (open.registers ?? 0) | (further.open.registers ?? 0),
        },
      })),
    );
  }
  return allowed;
}

/**
 * How a result of the host differs from its column: from the nearest of the endings.
 *
 * @param compare differences in words between the host's result and an ending
 */
export function mismatch<E extends Ending>(situation: Situation<E>, compare: (allowed: Allowed<E>) => string[]): string[] {
  const found = allowedEndings(situation).map(compare);
  return found.reduce((least, one) => (one.length < least.length ? one : least));
}

/** Whether random programs for a host leave an instruction out. */
export function isLeftOut(instruction: Instruction, host: KnownHost): boolean {
  return factsOf(host).some((fact) => fact.isLeftOut?.(instruction) === true);
}
