/** The strings of a message: copied page by page, directly from frame to frame, with their progress kept in the transfer. */
import { PAGE_SIZE, type Ram } from "#machine/ram.ts";
import type { PartList } from "./message.ts";
import type { Thread } from "./thread.ts";
import type { Transfer } from "./transfer.ts";
import { ABSENT, type UserMemory } from "./user-memory.ts";

/** Below this many bytes a loop is faster than making views for a block copy. */
const SHORT_COPY = 48;

/** A page that is missing before the copy can go on. */
export interface MissingPage {
  readonly side: Thread;
  readonly address: number;
  readonly write: boolean;
}

/** Copies what is left of all strings. @returns the page that is missing, undefined when all is done */
export function copyStrings(t: Transfer, memory: UserMemory, ram: Ram): MissingPage | undefined {
  for (; t.string < t.sources.length; t.string++) {
    const target = t.targets[t.string];
    if (target === undefined) {
      t.cut = true;
      return undefined;
    }
    const missing = copyString(t, t.sources[t.string]!, target, memory, ram);
    if (missing !== undefined) return missing;
    t.sourcePart = 0;
    t.sourceOffset = 0;
    t.targetPart = 0;
    t.targetOffset = 0;
  }
  return undefined;
}

function copyString(t: Transfer, source: PartList, target: PartList, memory: UserMemory, ram: Ram): MissingPage | undefined {
  for (;;) {
    const from = source[t.sourcePart];
    if (from === undefined) return undefined;
    const sourceLeft = from.size - t.sourceOffset;
    if (sourceLeft === 0) {
      t.sourcePart++;
      t.sourceOffset = 0;
      continue;
    }
    const to = target[t.targetPart];
    if (to === undefined) {
      t.cut = true;
      return undefined;
    }
    const targetLeft = to.size - t.targetOffset;
    if (targetLeft === 0) {
      t.targetPart++;
      t.targetOffset = 0;
      continue;
    }
    let length = Math.min(sourceLeft, targetLeft);
    let sourceBytes: Uint8Array = ram.u8;
    let sourceAt = t.sourceOffset;
    if (from.bytes !== undefined) sourceBytes = from.bytes;
    else {
      const address = (from.address + t.sourceOffset) >>> 0;
      length = Math.min(length, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
      sourceAt = memory.readable(t.sender.task.space.table, address);
      if (sourceAt === ABSENT) return { side: t.sender, address, write: false };
    }
    let targetBytes: Uint8Array = ram.u8;
    let targetAt = t.targetOffset;
    if (to.bytes !== undefined) targetBytes = to.bytes;
    else {
      const address = (to.address + t.targetOffset) >>> 0;
      length = Math.min(length, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
      targetAt = memory.writable(t.receiver.task.space.table, address);
      if (targetAt === ABSENT) return { side: t.receiver, address, write: true };
    }
    copyBytes(sourceBytes, sourceAt, targetBytes, targetAt, length);
    t.sourceOffset += length;
    t.targetOffset += length;
    to.used = t.targetOffset;
  }
}

function copyBytes(source: Uint8Array, sourceAt: number, target: Uint8Array, targetAt: number, length: number): void {
  if (length <= SHORT_COPY) for (let index = 0; index < length; index++) target[targetAt + index] = source[sourceAt + index]!;
  else if (source === target) target.copyWithin(targetAt, sourceAt, sourceAt + length);
  else target.set(source.subarray(sourceAt, sourceAt + length), targetAt);
}
