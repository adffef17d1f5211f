import { expect, test } from "vitest";
import { type DataSpace, type Mapping, MappingList } from "./mapping-list.ts";
import { randomNumbers } from "../../tests/support/random.ts";

const PAGE = 4096;
const space = (number: number): DataSpace => ({ number, pages: 100, shared: false, identity: {}, noReserve: false, backing: undefined });
const one = space(1);

const mapping = (startPage: number, endPage: number, change: Partial<Mapping> = {}): Mapping => ({
  start: startPage * PAGE,
  end: endPage * PAGE,
  protection: 3,
  shared: false,
  object: { kind: "memory", dataSpace: one },
  offset: startPage * PAGE,
  allowed: 7,
  writes: false,
  name: "",
  ...change,
});

const shape = (list: MappingList) =>
  list.all().map(({ start, end, protection, offset }) => [start / PAGE, end / PAGE, protection, offset / PAGE]);

function filled(...mappings: Mapping[]): MappingList {
  const list = new MappingList();
  for (const each of mappings) list.insert(each);
  return list;
}

test("neighbours that continue each other merge, others do not", () => {
  expect(shape(filled(mapping(10, 12), mapping(14, 16), mapping(12, 14)))).toEqual([[10, 16, 3, 10]]);
  expect(filled(mapping(10, 12), mapping(12, 14, { protection: 1 })).all()).toHaveLength(2);
  expect(filled(mapping(10, 12), mapping(12, 14, { offset: 0 })).all()).toHaveLength(2);
  expect(filled(mapping(10, 12), mapping(12, 14, { object: { kind: "memory", dataSpace: space(2) } })).all()).toHaveLength(2);
  expect(filled(mapping(10, 12), mapping(12, 14, { name: "[heap]" })).all()).toHaveLength(2);
});

test("removing from the middle splits and keeps offsets", () => {
  const list = filled(mapping(10, 20));
  const removed = list.remove(13 * PAGE, 15 * PAGE);
  expect(shape(list)).toEqual([
    [10, 13, 3, 10],
    [15, 20, 3, 15],
  ]);
  expect(removed.map(({ start, offset }) => [start / PAGE, offset / PAGE])).toEqual([[13, 13]]);
  expect([list.find(12 * PAGE + 5)?.start, list.find(13 * PAGE), list.find(15 * PAGE)?.start]).toEqual([10 * PAGE, undefined, 15 * PAGE]);
});

test("changing a range splits, changing it back merges", () => {
  const list = filled(mapping(10, 20));
  const protect = (from: number, to: number, protection: number) =>
    list.change(from * PAGE, to * PAGE, (each) => {
      each.protection = protection;
    });
  protect(12, 14, 1);
  expect(shape(list)).toEqual([
    [10, 12, 3, 10],
    [12, 14, 1, 12],
    [14, 20, 3, 14],
  ]);
  protect(11, 15, 3);
  expect(shape(list)).toEqual([[10, 20, 3, 10]]);
});

test("coverage and room", () => {
  const list = filled(mapping(10, 12), mapping(12, 13, { protection: 0 }), mapping(15, 20));
  expect([list.covers(10 * PAGE, 13 * PAGE), list.covers(10 * PAGE, 14 * PAGE), list.covers(14 * PAGE, 16 * PAGE)]).toEqual([
    true,
    false,
    false,
  ]);
  expect([list.isFree(13 * PAGE, 15 * PAGE), list.isFree(12 * PAGE, 14 * PAGE)]).toEqual([true, false]);
  expect(list.findRoom(2 * PAGE, 0, 20 * PAGE)).toBe(13 * PAGE);
  expect(list.findRoom(3 * PAGE, 0, 20 * PAGE)).toBe(7 * PAGE);
  expect(list.findRoom(3 * PAGE, 0, 30 * PAGE)).toBe(27 * PAGE);
  expect(list.findRoom(11 * PAGE, 0, 20 * PAGE)).toBeUndefined();
  expect(list.bytes).toBe(8 * PAGE);
});

test("agrees with a page array under random operations", () => {
  const PAGES = 64;
  const list = new MappingList();
  const model: (string | undefined)[] = new Array(PAGES).fill(undefined);
  const random = randomNumbers(5);
  for (let round = 0; round < 5000; round++) {
    const start = random(PAGES - 1);
    const end = start + 1 + random(PAGES - start);
    const operation = random(3);
    const protection = random(4);
    if (operation < 2) {
      list.remove(start * PAGE, end * PAGE);
      model.fill(undefined, start, end);
    }
    if (operation === 1) {
      const number = 1 + random(2);
      const object = { kind: "memory", dataSpace: number === 1 ? one : TWO } as const;
      list.insert(mapping(start, end, { protection, object }));
      for (let page = start; page < end; page++) model[page] = `${number}/${protection}/${page}`;
    } else if (operation === 2) {
      list.change(start * PAGE, end * PAGE, (each) => {
        each.protection = protection;
      });
      for (let page = start; page < end; page++) model[page] = model[page]?.replace(/\/\d\//, `/${protection}/`);
    }
    const seen: (string | undefined)[] = Array.from({ length: PAGES }, (_, page) => {
      const found = list.find(page * PAGE);
      if (found === undefined || found.object.kind !== "memory") return undefined;
      return `${found.object.dataSpace.number}/${found.protection}/${(found.offset + page * PAGE - found.start) / PAGE}`;
    });
    expect(seen).toEqual(model);
  }
});

const TWO = space(2);
