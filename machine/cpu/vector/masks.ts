/**
 * Between lanes and general registers: sign masks, single halves, and stores that a mask selects.
 *
 * Layer beneath: access.ts. Source: Intel SDM vol. 2. MASKMOVQ and MASKMOVDQU fault as stores of all their bytes, the
 * upper eight first, whatever the mask says, as Intel's processors do; and MASKMOVQ then leaves the MMX state.
 */
import type { BinderMap, Core } from "../core.ts";
import { Kind, Segment } from "../instruction.ts";
import { createOperands } from "../operands.ts";
import type { Handler, Operation } from "../operation.ts";
import { Word } from "../registers.ts";
import type { VectorAccess } from "./access.ts";
import { createLanes } from "./lanes.ts";

const EDI = 7;

export function maskBinders(core: Core, access: VectorAccess) {
  const SCRATCH = Word.VECTOR_SCRATCH;
  const SECOND = Word.VECTOR_SCRATCH + 4;
  const { SEGMENTED } = Word;
  const { CS, DS } = Segment;
  const destinationIndex = EDI;
  const { ready, beginMmx, endMmx, loadMmx, storeMmx } = access;
  const { second } = createOperands(core);
  const { segments } = core;
  const { write8, probeWrite } = core.memory;
  const { words: R, halves: U16, bytes: U8 } = createLanes(core.file);

  function byteSigns(word: number, bytes: number): number {
    let mask = 0;
    for (let byte = bytes; --byte >= 0; ) mask = (mask << 1) | (U8[word * 4 + byte]! >> 7);
    return mask;
  }
  const signs: Handler = (op) => {
    ready();
    R[op.a] = byteSigns(op.b, 16);
    return op.next;
  };
  const mmxSigns: Handler = (op) => {
    beginMmx();
    loadMmx(op.b, SCRATCH);
    endMmx();
    R[op.a] = byteSigns(SCRATCH, 8);
    return op.next;
  };
  const singleSigns: Handler = (op) => {
    ready();
    const word = op.b;
    R[op.a] = (R[word]! >>> 31) | ((R[word + 1]! >>> 31) << 1) | ((R[word + 2]! >>> 31) << 2) | ((R[word + 3]! >>> 31) << 3);
    return op.next;
  };
  const doubleSigns: Handler = (op) => {
    ready();
    R[op.a] = (R[op.b + 1]! >>> 31) | ((R[op.b + 3]! >>> 31) << 1);
    return op.next;
  };

  const extract: Handler = (op) => {
    ready();
    R[op.a] = U16[op.b * 2 + (op.immediate & 7)]!;
    return op.next;
  };
  const mmxExtract: Handler = (op) => {
    beginMmx();
    loadMmx(op.b, SCRATCH);
    endMmx();
    R[op.a] = U16[SCRATCH * 2 + (op.immediate & 3)]!;
    return op.next;
  };
  const insert: Handler = (op) => {
    ready();
    U16[op.a * 2 + (op.immediate & 7)] = second(op);
    return op.next;
  };
  const mmxInsert: Handler = (op) => {
    beginMmx();
    const value = second(op);
    loadMmx(op.a, SCRATCH);
    U16[SCRATCH * 2 + (op.immediate & 3)] = value;
    storeMmx(op.a, SCRATCH);
    return op.next;
  };

  /** Linear address of DS:(E)DI, or with another segment. */
  function destination(op: Operation, bytes: number): number {
    const { segment, addressSize } = op.instruction;
    const offset = addressSize === 4 ? R[destinationIndex]! : R[destinationIndex]! & 0xffff;
    const isPlain = R[SEGMENTED] === 0 && segment <= DS && segment !== CS;
    return isPlain ? offset : segments.linear(segment, offset, bytes, true);
  }
  function storeSelected(at: number, value: number, mask: number, bytes: number): void {
    for (let byte = 0; byte < bytes; byte++) {
      if (U8[mask * 4 + byte]! > 0x7f) write8((at + byte) | 0, U8[value * 4 + byte]!);
    }
  }
  const maskedStore: Handler = (op) => {
    ready();
    const at = destination(op, 16);
    probeWrite((at + 8) | 0, 8);
    probeWrite(at, 8);
    storeSelected(at, op.a, op.b, 16);
    return op.next;
  };
  const mmxMaskedStore: Handler = (op) => {
    beginMmx();
    endMmx();
    const at = destination(op, 8);
    probeWrite(at, 8);
    loadMmx(op.a, SCRATCH);
    loadMmx(op.b, SECOND);
    storeSelected(at, SCRATCH, SECOND, 8);
    return op.next;
  };

  return {
    pmovmskb: (_op, { operands }) => (operands[1]!.kind === Kind.XMM ? signs : mmxSigns),
    movmskps: () => singleSigns,
    movmskpd: () => doubleSigns,
    pextrw: (_op, { operands }) => (operands[1]!.kind === Kind.XMM ? extract : mmxExtract),
    pinsrw: (_op, { operands }) => (operands[0]!.kind === Kind.XMM ? insert : mmxInsert),
    maskmovdqu: () => maskedStore,
    maskmovq: () => mmxMaskedStore,
  } satisfies BinderMap;
}
