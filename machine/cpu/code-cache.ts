/**
 * Decoded code, kept per frame and shared by all address spaces that map the frame.
 *
 * A page's operations are linked only among themselves; a jump into another page goes through the
 * translation table again. When bytes of decoded instructions change, all operations of the frame are
 * turned into `resynchronize`, which looks up the current EIP anew: so a running chain notices it at its next
 * instruction, and no link needs a check.
 */
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, type Ram } from "../ram.ts";
import { decode } from "./decoder.ts";
import { type Instruction, Invalid } from "./instruction.ts";
import type { Memory } from "./memory.ts";
import { endsBlock, placeholder } from "./opcodes.ts";
import { CodePage, type Handler, Operation } from "./operation.ts";
import { type RegisterFile, Stop, Word } from "./registers.ts";

/** Longest chain that is decoded ahead. */
export const MAX_CHAIN = 48;

/** How instructions get their handlers. */
export interface Binding {
  /** Makes the operation of an instruction at an offset of a page. */
  bind(instruction: Instruction, offset: number): Operation;
  /** Makes `first.exec` do the work of its successor too, if there is a handler for the pair. */
  fuse(first: Operation, second: Operation): void;
}

export interface CodeCache {
  /** The operation at Word.EIP; makes its page the current one. Raises fetch faults. */
  lookUp(): Operation;
  /** Starts a chain: takes its length from the budget, or stops before it. */
  enter(op: Operation): Operation | null;
  /** Goes to the target of a direct jump. */
  take(op: Operation): Operation | null;
  /** Goes to a linear address. */
  follow(address: number): Operation | null;
  /** Bytes of a frame that holds code are about to change. */
  written(physical: number, bytes: number): void;
  /** Forgets a frame. */
  drop(frame: number): void;
  /** The operation at an offset of a frame, if it has been decoded. */
  operationAt(frame: number, offset: number): Operation | undefined;
  /** Says that bytes of a frame are instructions, though they may not be decoded here. */
  cover(frame: number, from: number, to: number): void;
}

const NOTHING: Instruction = {
  row: placeholder("(boundary)"),
  invalid: Invalid.NONE,
  length: 0,
  opcode: 0,
  operandSize: 4,
  addressSize: 4,
  lock: false,
  repeat: 0,
  segment: 0,
  modrm: 0,
  operands: [],
  address: undefined,
  immediate: 0,
  selector: 0,
};

/** Thrown by the code source while decoding ahead, at the end of the page. */
const endOfPage = { endOfPage: true };

/** @param dropped called when a frame has been forgotten */
export function createCodeCache(
  ram: Ram,
  file: RegisterFile,
  memory: Memory,
  binding: Binding,
  dropped: (frame: number) => void,
): CodeCache {
  const { BUDGET, EIP, PAGE, SEGMENTED, STOP } = Word;
  const { SLICE } = Stop;
  const pageMask = PAGE_MASK;
  const { u8, frameHasCode } = ram;
  const R = file.words;
  const flatPages = new Array<CodePage | null>(ram.frameCount).fill(null);
  const segmentedPages = new Array<CodePage | null>(ram.frameCount).fill(null);
  const current = { page: new CodePage(-1) };

  /** The bytes from an offset of the page at PAGE; those behind it only for the first instruction. */
  const source = {
    physical: 0,
    offset: 0,
    secondFrame: -1,
    ahead: false,
    fetch(index: number): number {
      const offset = source.offset + index;
      if (offset < PAGE_SIZE) return u8[source.physical + offset]!;
      if (source.ahead) throw endOfPage;
      if (source.secondFrame < 0) source.secondFrame = memory.fetchFrame((R[PAGE]! + PAGE_SIZE) | 0);
      return u8[source.secondFrame * PAGE_SIZE + (offset & pageMask)]!;
    },
  };

  function pageOf(frame: number): CodePage {
    const pages = R[SEGMENTED] === 0 ? flatPages : segmentedPages;
    let page = pages[frame]!;
    if (page === null) {
      page = new CodePage(frame);
      pages[frame] = page;
      frameHasCode[frame] = 1;
      ram.translations.forbidWrites(frame);
    }
    return page;
  }

  function drop(frame: number): void {
    for (const pages of [flatPages, segmentedPages]) {
      const page = pages[frame];
      if (page === null || page === undefined) continue;
      pages[frame] = null;
      page.index.fill(0);
      for (const op of page.operations) {
        op.exec = resynchronize;
        op.plain = resynchronize;
        op.alone = resynchronize;
      }
    }
    frameHasCode[frame] = 0;
    dropped(frame);
  }

  function written(physical: number, bytes: number): void {
    const frame = physical >>> PAGE_SHIFT;
    const start = physical & pageMask;
    for (const pages of [flatPages, segmentedPages]) {
      const covered = pages[frame]?.covered;
      if (covered === undefined) continue;
      for (let offset = start; offset < start + bytes; offset++) {
        if (covered[offset] !== 0) {
          drop(frame);
          return;
        }
      }
    }
  }

  const resynchronize: Handler = (op) => {
    R[BUDGET] = R[BUDGET]! + op.rest;
    R[EIP] = R[PAGE]! + op.offset;
    return enter(lookUp());
  };

  /** Runs an instruction of which a part lies in the next page, if that is still the page it was decoded from. */
  const straddle: Handler = (op) => {
    const page = op.second!;
    R[EIP] = R[PAGE]! + op.offset;
    R[BUDGET] = R[BUDGET]! + op.rest;
    const frame = memory.fetchFrame((R[PAGE]! + PAGE_SIZE) | 0);
    R[BUDGET] = R[BUDGET]! - op.rest;
    const pages = R[SEGMENTED] === 0 ? flatPages : segmentedPages;
    if (pages[frame] === page) return op.plain(op);
    drop(current.page.frame);
    return resynchronize(op);
  };

  function boundary(offset: number): Operation {
    const op = new Operation(NOTHING, offset, take);
    op.target = offset;
    return op;
  }

  function cover(page: CodePage, from: number, to: number): void {
    page.covered.fill(1, from, to);
  }

  /** Decodes a chain that starts at EIP. */
  function decodeChain(page: CodePage): Operation {
    let offset = R[EIP]! & pageMask;
    const chain: Operation[] = [];
    let follower: Operation | undefined;
    source.physical = page.frame * PAGE_SIZE;
    for (;;) {
      const known = chain.length > 0 ? page.index[offset]! : 0;
      if (known !== 0 && page.operations[known - 1]!.rest < MAX_CHAIN) {
        follower = page.operations[known - 1]!;
        break;
      }
      if (known !== 0 || chain.length === MAX_CHAIN) break;
      source.offset = offset;
      source.secondFrame = -1;
      source.ahead = chain.length > 0;
      let instruction: Instruction;
      try {
        instruction = decode(source);
      } catch (reason) {
        if (reason !== endOfPage) throw reason;
        break;
      }
      const op = binding.bind(instruction, offset);
      chain.push(op);
      if (op.after > PAGE_SIZE) {
        const second = pageOf(source.secondFrame);
        cover(second, 0, op.after - PAGE_SIZE);
        op.second = second;
        op.alone = straddle;
        op.exec = straddle;
      }
      offset = op.after;
      if (offset >= PAGE_SIZE || instruction.invalid !== Invalid.NONE || endsBlock(instruction.row.facts)) break;
    }
    let next = follower ?? boundary(offset);
    for (let position = chain.length - 1; position >= 0; position--) {
      const op = chain[position]!;
      op.next = next;
      op.rest = next.rest + 1;
      if (op.second === null && next.instruction !== NOTHING && next.second === null) binding.fuse(op, next);
      cover(page, op.offset, Math.min(op.after, PAGE_SIZE));
      page.operations.push(op);
      page.index[op.offset] = page.operations.length;
      next = op;
    }
    return next;
  }

  function lookUp(): Operation {
    const eip = R[EIP]!;
    const frame = memory.fetchFrame(eip);
    const page = (R[SEGMENTED] === 0 ? flatPages : segmentedPages)[frame] ?? pageOf(frame);
    R[PAGE] = eip & ~pageMask;
    current.page = page;
    const known = page.index[eip & pageMask]!;
    if (known === 0) return decodeChain(page);
    const op = page.operations[known - 1]!;
    return op.second === null ? op : lookUpStraddling(op, frame);
  }

  /** Who looks an operation up may execute just this one: it must be what the two pages hold now. */
  function lookUpStraddling(op: Operation, frame: number): Operation {
    const second = memory.fetchFrame((R[PAGE]! + PAGE_SIZE) | 0);
    if ((R[SEGMENTED] === 0 ? flatPages : segmentedPages)[second] === op.second) return op;
    drop(frame);
    return lookUp();
  }

  function stopBefore(op: Operation): null {
    R[EIP] = R[PAGE]! + op.offset;
    R[STOP] = SLICE;
    return null;
  }

  function enter(op: Operation): Operation | null {
    const left = R[BUDGET]! - op.rest;
    if (left < 0) return stopBefore(op);
    R[BUDGET] = left;
    return op;
  }

  function takeFirst(op: Operation): Operation | null {
    R[EIP] = R[PAGE]! + op.target;
    const target = lookUp();
    // An operation that was dropped meanwhile keeps no links: its page is no longer the current one.
    if (op.target >= 0 && op.target < PAGE_SIZE) op.taken = target;
    return enter(target);
  }

  function take(op: Operation): Operation | null {
    const target = op.taken;
    return target !== null ? enter(target) : takeFirst(op);
  }

  function follow(address: number): Operation | null {
    if (((address ^ R[PAGE]!) & ~pageMask) === 0) {
      const page = current.page;
      const known = page.index[address & pageMask]!;
      if (known !== 0) return enter(page.operations[known - 1]!);
    }
    R[EIP] = address;
    return enter(lookUp());
  }

  return {
    operationAt(frame: number, offset: number): Operation | undefined {
      const page = flatPages[frame];
      const known = page?.index[offset] ?? 0;
      return known === 0 ? undefined : page!.operations[known - 1];
    },
    cover: (frame: number, from: number, to: number) => cover(pageOf(frame), from, to),
    lookUp,
    enter,
    take,
    follow,
    written,
    drop,
  };
}
