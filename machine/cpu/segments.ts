/**
 * Segment registers and the descriptors behind selectors.
 *
 * The descriptor table is the one Linux/i386 programs see: entries 6…8 are the thread's own (Context.tls), 12 and
 * 13 the kernel's, 14 and 15 the flat user code and data, 16 the task state. There is no local
 * table, and there are no gates: all segments are 32 bits wide.
 * Source: Intel SDM vol. 3, chapters 3 and 5.
 */
import { type Context, type Descriptor, TLS_ENTRY_COUNT, TLS_ENTRY_FIRST } from "../context.ts";
import { Vector } from "../exit.ts";
import { raiseFault } from "./fault.ts";
import { Flag } from "./flags.ts";
import { Segment } from "./instruction.ts";
import { Access, type RegisterFile, Word } from "./registers.ts";

const USER_CODE_ENTRY = 14;
const USER_DATA_ENTRY = 15;

/**
 * Bits of the second descriptor word: a 32-bit data segment for user mode that has been accessed, and what it may
 * have besides.
 */
const DATA_RIGHTS = 0x407100;
const WRITABLE = 0x200;
const EXPAND_DOWN = 0x400;
const PRESENT = 0x8000;
const AVAILABLE = 0x100000;
const PAGE_UNITS = 0x800000;
/** Highest limit that can be kept in bytes. */
const MAX_BYTE_LIMIT = 0xfffff;

/** What LAR, LSL, VERR and VERW see of a descriptor. */
export interface DescriptorView {
  /** Second descriptor word, masked as LAR returns it. */
  readonly rights: number;
  readonly limit: number;
  readonly base: number;
  readonly isPresent: boolean;
  readonly isCode: boolean;
  readonly isWritable: boolean;
  readonly expandsDown: boolean;
  readonly privilege: number;
}

const FLAT = { limit: -1, base: 0, isPresent: true, expandsDown: false } as const;
const FIXED_ENTRIES: Readonly<Record<number, DescriptorView>> = {
  12: { ...FLAT, rights: 0xcf9b00, isCode: true, isWritable: false, privilege: 0 },
  13: { ...FLAT, rights: 0xcf9300, isCode: false, isWritable: true, privilege: 0 },
  [USER_CODE_ENTRY]: { ...FLAT, rights: 0xcffb00, isCode: true, isWritable: false, privilege: 3 },
  [USER_DATA_ENTRY]: { ...FLAT, rights: 0xcff300, isCode: false, isWritable: true, privilege: 3 },
};

export const CODE_SELECTOR = (USER_CODE_ENTRY << 3) | 3;

export interface Segments {
  /** Selectors of ES CS SS DS FS GS. */
  readonly selectors: Int32Array;
  /** Loads a segment register with all checks of MOV; faults name the selector. Core.changeMode must follow. */
  load(segment: number, selector: number): void;
  /** The descriptor of a selector, or undefined. */
  describe(selector: number): DescriptorView | undefined;
  /** Chooses the set of operations for the segments and EFLAGS.AC (Word.SEGMENTED). */
  selectMode(): void;
  /** Linear address of `bytes` bytes at an offset, after the checks for rights and limit; none for 0 bytes. */
  linear(segment: number, offset: number, bytes: number, write: boolean): number;
  /** Whether addresses in the segment are linear addresses and every access is allowed. */
  isFlat(segment: number): boolean;
  loadContext(context: Context): void;
  storeContext(context: Context): void;
  /** Checks the target selector of a far transfer; `isReturn`: RETF and IRET, which do not allow a smaller RPL. */
  checkCode(selector: number, isReturn: boolean): void;
}

const isOwnEntry = (entry: number): boolean => entry >= TLS_ENTRY_FIRST && entry < TLS_ENTRY_FIRST + TLS_ENTRY_COUNT;

function accessOf({ isWritable, expandsDown }: DescriptorView): number {
  if (expandsDown) return Access.READ_DOWN | (isWritable ? Access.WRITE_DOWN : 0);
  return Access.READ | (isWritable ? Access.WRITE : 0);
}

export function createSegments(file: RegisterFile): Segments {
  const { CS, DS, ES, FS, GS, SS } = Segment;
  const { AC } = Flag;
  const { SEGMENTED, SEGMENT_ACCESS, SEGMENT_BASE, SEGMENT_LIMIT, SYSTEM_FLAGS } = Word;
  const R = file.words;
  const selectors = R.subarray(Word.SEGMENT_SELECTOR, Word.SEGMENT_SELECTOR + 6);
  const table: { tls: readonly (Descriptor | undefined)[] } = { tls: [] };
  /** The thread's own descriptors behind the segment registers. */
  const own = Array.from<Descriptor | undefined>({ length: 6 });

  function describe(selector: number): DescriptorView | undefined {
    if ((selector & 4) !== 0) return undefined;
    const entry = selector >> 3;
    if (isOwnEntry(entry)) {
      const descriptor = table.tls[entry - TLS_ENTRY_FIRST];
      if (descriptor === undefined) return undefined;
      const { base, limit, present, writable, expandDown, pages, available } = descriptor;
      const limitField = pages === true || limit >>> 0 > MAX_BYTE_LIMIT ? PAGE_UNITS | ((limit >>> 28) << 16) : limit & 0xf0000;
      return {
        rights:
          DATA_RIGHTS |
          limitField |
          (present ? PRESENT : 0) |
          (writable ? WRITABLE : 0) |
          (expandDown === true ? EXPAND_DOWN : 0) |
          (available === true ? AVAILABLE : 0),
        limit: limit | 0,
        base: base | 0,
        isPresent: present,
        isCode: false,
        isWritable: writable,
        expandsDown: expandDown === true,
        privilege: 3,
      };
    }
    return FIXED_ENTRIES[entry];
  }

  const ownDescriptor = (selector: number): Descriptor | undefined =>
    isOwnEntry(selector >> 3) ? table.tls[(selector >> 3) - TLS_ENTRY_FIRST] : undefined;

  function set(segment: number, selector: number, base: number, limit: number, access: number): void {
    selectors[segment] = selector;
    own[segment] = ownDescriptor(selector);
    R[SEGMENT_BASE + segment] = base;
    R[SEGMENT_LIMIT + segment] = limit;
    R[SEGMENT_ACCESS + segment] = access;
  }

  function isFlat(segment: number): boolean {
    return (
      R[SEGMENT_BASE + segment] === 0 && R[SEGMENT_LIMIT + segment] === -1 && R[SEGMENT_ACCESS + segment] === (Access.READ | Access.WRITE)
    );
  }

  function selectMode(): void {
    const isFlatData = isFlat(Segment.DS) && isFlat(Segment.ES) && isFlat(Segment.SS);
    R[SEGMENTED] = isFlatData && (R[SYSTEM_FLAGS]! & AC) === 0 ? 0 : 1;
  }

  /**
   * Whether an access stays within the segment and is allowed there. Only where the segment is all addresses, offsets
   * wrap.
   */
  function isInside(segment: number, offset: number, bytes: number, write: boolean): boolean {
    const limit = R[SEGMENT_LIMIT + segment]! >>> 0;
    const last = offset + bytes - 1;
    const access = R[SEGMENT_ACCESS + segment]!;
    if ((access & (write ? Access.WRITE : Access.READ)) !== 0)
      return last <= limit || (limit === 0xffffffff && R[SEGMENT_BASE + segment] === 0);
    return (access & (write ? Access.WRITE_DOWN : Access.READ_DOWN)) !== 0 && offset > limit && last <= 0xffffffff;
  }

  function load(segment: number, selector: number): void {
    const isNull = (selector & ~3) === 0;
    const name = selector & 0xfffc;
    const isStack = segment === Segment.SS;
    if (isNull) {
      if (isStack) raiseFault(Vector.GENERAL_PROTECTION, 0);
      set(segment, selector, 0, 0, 0);
      return;
    }
    const descriptor = describe(selector);
    if (descriptor === undefined || descriptor.privilege !== 3) raiseFault(Vector.GENERAL_PROTECTION, name);
    if (isStack && ((selector & 3) !== 3 || !descriptor.isWritable)) raiseFault(Vector.GENERAL_PROTECTION, name);
    if (!descriptor.isPresent) raiseFault(isStack ? Vector.STACK_FAULT : Vector.SEGMENT_NOT_PRESENT, name);
    set(segment, selector, descriptor.base, descriptor.limit, accessOf(descriptor));
  }

  /**
   * A selector that is no longer valid behaves like the null selector, as after a context switch.
   * @returns whether the segment is now another one
   */
  function reload(segment: number, selector: number): boolean {
    if (selectors[segment] === selector && own[segment] === ownDescriptor(selector)) return false;
    const descriptor = (selector & ~3) === 0 ? undefined : describe(selector);
    if (descriptor === undefined || descriptor.privilege !== 3 || !descriptor.isPresent) {
      set(segment, descriptor === undefined ? selector & 0xffff : 0, 0, 0, 0);
    } else {
      set(segment, selector, descriptor.base, descriptor.limit, accessOf(descriptor));
    }
    return true;
  }

  set(CS, CODE_SELECTOR, 0, -1, Access.READ);
  selectMode();

  return {
    selectors,
    load,
    describe,
    isFlat,
    selectMode,
    linear(segment: number, offset: number, bytes: number, write: boolean): number {
      if (bytes !== 0 && !isInside(segment, offset >>> 0, bytes, write)) {
        raiseFault(segment === Segment.SS ? Vector.STACK_FAULT : Vector.GENERAL_PROTECTION, 0);
      }
      return (R[SEGMENT_BASE + segment]! + offset) | 0;
    },
    loadContext(context: Context): void {
      table.tls = context.tls;
      const isOtherStack = reload(SS, context.ss);
      const isOtherData = reload(DS, context.ds);
      const isOtherExtra = reload(ES, context.es);
      reload(FS, context.fs);
      reload(GS, context.gs);
      const isChecked = (R[SYSTEM_FLAGS]! & AC) !== 0;
      if (isOtherStack || isOtherData || isOtherExtra || isChecked || R[SEGMENTED] !== 0) selectMode();
    },
    storeContext(context: Context): void {
      context.ds = selectors[Segment.DS]!;
      context.es = selectors[Segment.ES]!;
      context.fs = selectors[Segment.FS]!;
      context.gs = selectors[Segment.GS]!;
      context.ss = selectors[Segment.SS]!;
    },
    checkCode(selector: number, isReturn: boolean): void {
      if ((selector & 0xfffc) === 0) raiseFault(Vector.GENERAL_PROTECTION, 0);
      if (selector >> 2 !== CODE_SELECTOR >> 2 || (isReturn && (selector & 3) !== 3)) {
        raiseFault(Vector.GENERAL_PROTECTION, selector & 0xfffc);
      }
    },
  };
}
