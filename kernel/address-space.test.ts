import { describe, expect, it } from "vitest";
import { Ram } from "#machine/ram.ts";
import { AddressSpace } from "./address-space.ts";

const PAGES = 1 << 20;

function spaceWith(pages: readonly number[]): AddressSpace {
  const space = AddressSpace.create(new Ram(1 << 20), 1)!;
  for (const page of pages) space.setNode(page, page + 1);
  return space;
}

function mapped(space: AddressSpace, first: number, end: number): number[] {
  const found: number[] = [];
  for (let page = space.nextMapped(first, end); page < end; page = space.nextMapped(page + 1, end)) found.push(page);
  return found;
}

describe("pages of an address space", () => {
  const pages = [0, 31, 32, 63, 64, 1023, 1024, 5000, 5001, PAGES - 1];

  it("are found in ascending order, wherever they lie in a word or a leaf", () => {
    expect(mapped(spaceWith(pages), 0, PAGES)).toEqual(pages);
  });

  it("are found only within the range", () => {
    const space = spaceWith(pages);
    expect(mapped(space, 32, 5001)).toEqual([32, 63, 64, 1023, 1024, 5000]);
    expect(space.nextMapped(33, 40)).toBe(40);
    expect(space.nextMapped(7, 7)).toBe(7);
  });

  it("are not found any more when they are gone", () => {
    const space = spaceWith(pages);
    for (const page of [31, 1023, 5000]) space.setNode(page, 0);
    expect(mapped(space, 0, PAGES)).toEqual([0, 32, 63, 64, 1024, 5001, PAGES - 1]);
  });
});
