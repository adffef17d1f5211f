/**
 * Segment registers, table registers, CPUID, RDTSC, hints, and what only faults in user mode.
 *
 * Source: Intel SDM vol. 2.
 */
import { type BinderMap, type Core, invalidOpcode } from "./core.ts";
import { ARITHMETIC_FLAGS, Flag } from "./flags.ts";
import { Kind, Segment } from "./instruction.ts";
import { createOperands } from "./operands.ts";
import { identify } from "./identity.ts";
import { Access, type Handler, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";
import type { DescriptorView } from "./segments.ts";

/** Selector of the task register, as under Linux/i386. */
const TASK_SELECTOR = 0x80;
/** CR0 as Linux sets it: PE, MP, ET, NE, WP, AM, PG. */
const MACHINE_STATUS = 0x80050033 | 0;
/** What SGDT and SIDT store: limit and base that Linux answers with on processors that hide the real ones (UMIP). */
const TABLES = { sgdt: { limit: 0, base: 0xfffe0000 | 0 }, sidt: { limit: 0, base: 0xffff0000 | 0 } } as const;

export function systemBinders(core: Core) {
  const { PAGE, SEGMENTED, SEGMENT_BASE, SYSTEM_FLAGS } = Word;
  const { DF, OF, ZF } = Flag;
  const { HALF, WORD } = Access;
  const { words: R, halves: R16, bytes: R8 } = core.file;
  const { read8, read16, read32, write8, write16, probeWrite } = core.memory;
  const { arithmetic, setArithmetic } = core.flags;
  const { segments } = core;
  const { address, load, part, second, store } = createOperands(core);

  /** MOV Ev,Sw, SLDT, STR, SMSW: 16 bits to memory, zero-extended to a register. */
  function storeWord(op: Operation, value: number): void {
    if (op.accessA === WORD) R[op.a] = value;
    else if (op.accessA === HALF) R16[op.a] = value;
    else write16(address(op), value);
  }
  const storeSegment: Handler = (op) => {
    storeWord(op, segments.selectors[op.b]!);
    return op.next;
  };
  const loadSegment: Handler = (op) => {
    segments.load(op.a, second(op));
    return core.changeMode((R[PAGE]! + op.after) | 0);
  };
  const loadFar =
    (segment: number): Handler =>
    (op) => {
      const at = address(op);
      const size = op.instruction.operandSize;
      const offset = size === 4 ? read32(at) : read16(at);
      segments.load(segment, read16(part(op, size, 2, false)));
      store(op, offset);
      return core.changeMode((R[PAGE]! + op.after) | 0);
    };

  function setZero(isSet: boolean): void {
    setArithmetic(isSet ? arithmetic() | ZF : arithmetic() & ~ZF);
  }
  /** The descriptor of a selector as far as user mode may see it. */
  function visible(selector: number): DescriptorView | undefined {
    const descriptor = segments.describe(selector);
    return descriptor !== undefined && descriptor.privilege === 3 ? descriptor : undefined;
  }
  const lar: Handler = (op) => {
    const descriptor = visible(second(op));
    if (descriptor !== undefined) store(op, descriptor.rights);
    setZero(descriptor !== undefined);
    return op.next;
  };
  const lsl: Handler = (op) => {
    const descriptor = visible(second(op));
    if (descriptor !== undefined) store(op, descriptor.limit);
    setZero(descriptor !== undefined);
    return op.next;
  };
  const verr: Handler = (op) => {
    setZero(visible(load(op)) !== undefined);
    return op.next;
  };
  const verw: Handler = (op) => {
    setZero(visible(load(op))?.isWritable === true);
    return op.next;
  };
  const arpl: Handler = (op) => {
    const destination = load(op);
    const privilege = second(op) & 3;
    const isRaised = (destination & 3) < privilege;
    if (isRaised) {
      if (op.address !== null) {
        const { segment } = op.address;
        segments.linear(segment, (address(op) - R[SEGMENT_BASE + segment]!) | 0, 2, true);
      }
      store(op, (destination & ~3) | privilege);
    }
    setZero(isRaised);
    return op.next;
  };
  const storeTable =
    (table: { readonly limit: number; readonly base: number }): Handler =>
    (op) => {
      const at = address(op);
      probeWrite(at, 6);
      // By bytes: not even with EFLAGS.AC does the alignment matter.
      for (let byte = 0; byte < 6; byte++) write8((at + byte) | 0, byte < 2 ? table.limit >> (8 * byte) : table.base >> (8 * (byte - 2)));
      return op.next;
    };

  const cpuid: Handler = (op) => {
    const [eax, ebx, ecx, edx] = identify(R[0]!);
    R[0] = eax;
    R[3] = ebx;
    R[1] = ecx;
    R[2] = edx;
    return op.next;
  };
  const rdtsc: Handler = (op) => {
    const now = Math.floor(core.timestamp(op));
    R[0] = now % 0x1_0000_0000;
    R[2] = Math.floor(now / 0x1_0000_0000);
    return op.next;
  };
  const sahf: Handler = (op) => {
    setArithmetic((arithmetic() & OF) | (R8[1]! & ARITHMETIC_FLAGS));
    return op.next;
  };
  const lahf: Handler = (op) => {
    R8[1] = (arithmetic() & 0xff) | 2;
    return op.next;
  };
  const setDirection =
    (value: number): Handler =>
    (op) => {
      R[SYSTEM_FLAGS] = (R[SYSTEM_FLAGS]! & ~DF) | value;
      return op.next;
    };
  const xlat: Handler = (op) => {
    const { segment, addressSize } = op.instruction;
    const sum = (R[3]! + R8[0]!) | 0;
    const offset = addressSize === 4 ? sum : sum & 0xffff;
    const isPlain = segment !== Segment.FS && segment !== Segment.GS && R[SEGMENTED] === 0;
    R8[0] = read8(isPlain ? offset : segments.linear(segment, offset, 1, false));
    return op.next;
  };

  return {
    /* MOV with a segment register; all other forms are in moves.ts. */
    "mov segment": (_op, instruction) => (instruction.operands[0]!.kind === Kind.SEGMENT ? loadSegment : storeSegment),
    les: () => loadFar(Segment.ES),
    lds: () => loadFar(Segment.DS),
    lss: () => loadFar(Segment.SS),
    lfs: () => loadFar(Segment.FS),
    lgs: () => loadFar(Segment.GS),
    lar: () => lar,
    lsl: () => lsl,
    verr: () => verr,
    verw: () => verw,
    arpl: () => arpl,
    sldt: () => (op) => {
      storeWord(op, 0);
      return op.next;
    },
    str: () => (op) => {
      storeWord(op, TASK_SELECTOR);
      return op.next;
    },
    smsw: () => (op) => {
      storeWord(op, MACHINE_STATUS);
      return op.next;
    },
    sgdt: () => storeTable(TABLES.sgdt),
    sidt: () => storeTable(TABLES.sidt),
    cpuid: () => cpuid,
    rdtsc: () => rdtsc,
    sahf: () => sahf,
    lahf: () => lahf,
    xlat: () => xlat,
    cld: () => setDirection(0),
    std: () => setDirection(DF),
    ud0: () => invalidOpcode,
    ud1: () => invalidOpcode,
    ud2: () => invalidOpcode,
  } satisfies BinderMap;
}
