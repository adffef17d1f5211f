/**
 * Mapping of flexpages from one address space to another: placing (hot spot, receive window),
 * clipping, and the walk over the pages that are really there.
 *
 * Source: L4 X.0 manual, "map"; with a send flexpage of 2^f and a window of 2^r bytes at R and hot
 * spot b: f ≤ r places it at R + (b mod 2^r, aligned down to 2^f); f > r sends only the 2^r bytes of
 * it that b selects.
 */
import { PAGE_SHIFT, PAGE_SIZE } from "#machine/ram.ts";
import { flexpageBase, flexpageIsGrant, flexpageIsWritable, flexpageLog2Size, flexpageSize } from "./abi/flexpage.ts";
import type { AddressSpace } from "./address-space.ts";
import { Mapped, type MappingDatabase } from "./mapping-database.ts";
import { validFlexpage } from "./message.ts";
import type { PageItem } from "./native.ts";

/** Maps the items of a message into a receive window (0 or invalid: none). False when memory for tables ran out. */
export function mapItems(
  mappings: MappingDatabase,
  source: AddressSpace,
  items: readonly PageItem[],
  target: AddressSpace,
  window: number,
): boolean {
  if (!validFlexpage(window)) return true;
  const windowBase = flexpageBase(window);
  const windowSize = flexpageSize(window);
  for (const { hotSpot, fpage } of items) {
    const size = flexpageSize(fpage);
    const from = flexpageBase(fpage);
    const spot = hotSpot >>> 0;
    const offset = spot % windowSize;
    const done =
      size <= windowSize
        ? mapRange(mappings, source, from, target, windowBase + (offset - (offset % size)), size, fpage, true)
        : mapRange(mappings, source, from + alignedDown(spot % size, windowSize), target, windowBase, windowSize, fpage, true);
    if (!done) return false;
  }
  return true;
}

/**
 * Maps the items of a fault reply: hot spots are addresses of the client; pages outside
 * [clipBase, clipEnd) are left out, and `write` limits the right to write.
 */
export function mapItemsClipped(
  mappings: MappingDatabase,
  source: AddressSpace,
  items: readonly PageItem[],
  target: AddressSpace,
  clipBase: number,
  clipEnd: number,
  write: boolean,
): boolean {
  const firstPage = clipBase / PAGE_SIZE;
  const endPage = clipEnd / PAGE_SIZE;
  for (const { hotSpot, fpage } of items) {
    if (flexpageLog2Size(fpage) === PAGE_SHIFT) {
      const page = hotSpot >>> PAGE_SHIFT;
      if (page < firstPage || page >= endPage) continue;
      if (!mapPage(mappings, source, fpage >>> PAGE_SHIFT, target, page, fpage, write)) return false;
      continue;
    }
    const size = flexpageSize(fpage);
    const to = alignedDown(hotSpot >>> 0, size);
    const base = Math.max(to, clipBase);
    const end = Math.min(to + size, clipEnd);
    if (base >= end) continue;
    if (!mapRange(mappings, source, flexpageBase(fpage) + (base - to), target, base, end - base, fpage, write)) return false;
  }
  return true;
}

const alignedDown = (address: number, size: number): number => address - (address % size);

function mapRange(
  mappings: MappingDatabase,
  source: AddressSpace,
  from: number,
  target: AddressSpace,
  to: number,
  size: number,
  fpage: number,
  write: boolean,
): boolean {
  const first = from / 2 ** PAGE_SHIFT;
  const end = first + size / 2 ** PAGE_SHIFT;
  const shift = to / 2 ** PAGE_SHIFT - first;
  for (let page = source.nextMapped(first, end); page < end; page = source.nextMapped(page + 1, end)) {
    if (!mapPage(mappings, source, page, target, page + shift, fpage, write)) return false;
  }
  return true;
}

/** False when memory for tables ran out. */
function mapPage(
  mappings: MappingDatabase,
  source: AddressSpace,
  sourcePage: number,
  target: AddressSpace,
  targetPage: number,
  fpage: number,
  write: boolean,
): boolean {
  const writable = write && flexpageIsWritable(fpage);
  const result = flexpageIsGrant(fpage)
    ? mappings.grant(source, sourcePage, target, targetPage, writable)
    : mappings.map(source, sourcePage, target, targetPage, writable);
  return result !== Mapped.NO_MEMORY;
}
