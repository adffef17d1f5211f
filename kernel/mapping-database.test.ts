/** Random map, grant and unmap sequences against a model made of plain objects. */
import { describe, expect, it } from "vitest";
import { Ram } from "#machine/ram.ts";
import { Entry } from "#machine/translation-table.ts";
import { Unmap } from "./abi/flexpage.ts";
import { AddressSpace } from "./address-space.ts";
import { Mapped, MappingDatabase } from "./mapping-database.ts";
import { randomNumbers } from "../tests/support/random.ts";

const SPACES = 5;
const PAGES = 6;
const FRAMES = 4;

/** A mapping in the model; what was done is told to every ancestor at once. */
interface ModelNode {
  space: number;
  page: number;
  frame: number;
  write: boolean;
  parent: ModelNode | undefined;
  children: Set<ModelNode>;
  own: number;
  derived: number;
}

class Model {
  readonly spaces: Map<number, ModelNode>[] = Array.from({ length: SPACES }, () => new Map());
  /** By space: what was done through mappings derived from pages that it has lost, and did not ask for. */
  readonly kept: Map<number, number>[] = Array.from({ length: SPACES }, () => new Map());

  node(space: number, page: number): ModelNode | undefined {
    return this.spaces[space]!.get(page);
  }

  place(space: number, page: number, frame: number, write: boolean, parent: ModelNode | undefined): void {
    const node: ModelNode = { space, page, frame, write, parent, children: new Set(), own: 0, derived: 0 };
    parent?.children.add(node);
    this.spaces[space]!.set(page, node);
  }

  remove(node: ModelNode, isAsked = false): void {
    for (const child of node.children) this.remove(child);
    const kept = this.kept[node.space]!;
    if (node.derived !== 0 && !isAsked) kept.set(node.page, node.derived | (kept.get(node.page) ?? 0));
    node.parent?.children.delete(node);
    this.spaces[node.space]!.delete(node.page);
  }

  map(source: ModelNode, space: number, page: number, wanted: boolean): void {
    const write = wanted && source.write;
    const existing = this.node(space, page);
    if (existing?.frame === source.frame) {
      if (existing === source || !write || existing.write) return;
      if (existing.parent === source) {
        existing.write = true;
        return;
      }
    }
    if (existing !== undefined) this.remove(existing);
    this.place(space, page, source.frame, write, source);
  }

  grant(source: ModelNode, space: number, page: number, write: boolean): void {
    const existing = this.node(space, page);
    if (existing === source) return;
    if (existing !== undefined) {
      if (below(source, existing)) {
        this.remove(source);
        return;
      }
      this.remove(existing);
    }
    this.spaces[source.space]!.delete(source.page);
    source.space = space;
    source.page = page;
    this.spaces[space]!.set(page, source);
    if (source.write && !write) this.unmap(source, Unmap.READ_ONLY | Unmap.OWN);
  }

  /** What a space is told of a page that it has lost. */
  tell(space: number, page: number): number {
    const status = this.kept[space]!.get(page) ?? 0;
    this.kept[space]!.delete(page);
    return status;
  }

  unmap(node: ModelNode, mask: number): number {
    const own = (mask & Unmap.OWN) !== 0;
    const status = node.derived | (own ? node.own : 0);
    node.derived = 0;
    if (own) node.own = 0;
    if ((mask & Unmap.STATUS) !== 0) return status;
    if ((mask & Unmap.FLUSH) !== 0) {
      if (own) this.remove(node, true);
      else for (const child of node.children) this.remove(child);
      return status;
    }
    const lose = (victim: ModelNode): void => {
      victim.write = false;
      victim.children.forEach(lose);
    };
    if (own) lose(node);
    else node.children.forEach(lose);
    return status;
  }

  access(node: ModelNode, status: number): void {
    node.own |= status;
    for (let above = node.parent; above !== undefined; above = above.parent) above.derived |= status;
  }
}

function below(node: ModelNode, ancestor: ModelNode): boolean {
  for (let at: ModelNode | undefined = node; at !== undefined; at = at.parent) if (at === ancestor) return true;
  return false;
}

function setUp(limit = 10_000): { database: MappingDatabase; spaces: AddressSpace[]; model: Model; ram: Ram } {
  const ram = new Ram(64 * 4096, 1 << 20);
  const database = new MappingDatabase(limit);
  const spaces = Array.from({ length: SPACES }, (_, number) => AddressSpace.create(ram, number + 1)!);
  const model = new Model();
  for (const space of spaces) database.add(space);
  for (let frame = 0; frame < FRAMES; frame++) {
    database.insertRoot(spaces[0]!, frame, frame);
    model.place(0, frame, frame, true, undefined);
  }
  return { database, spaces, model, ram };
}

/** What differs between the tables and the model, "" for nothing. */
function difference(spaces: AddressSpace[], model: Model): string {
  for (let space = 0; space < SPACES; space++) {
    for (let page = 0; page < PAGES; page++) {
      const entry = spaces[space]!.table.get(page);
      const node = model.node(space, page);
      const right = (entry & Entry.WRITE) !== 0;
      const same =
        node === undefined
          ? entry === 0 && spaces[space]!.node(page) === 0
          : entry >>> 12 === node.frame && right === node.write && spaces[space]!.node(page) !== 0;
      if (!same) return `space ${space} page ${page} entry ${entry.toString(16)}`;
    }
  }
  return "";
}

const MASKS = [Unmap.FLUSH, Unmap.READ_ONLY, Unmap.STATUS].flatMap((mask) => [mask, mask | Unmap.OWN]);

describe("mapping database", () => {
  for (let seed = 1; seed <= 40; seed++) {
    it(`agrees with the model, seed ${seed}`, () => {
      const { database, spaces, model } = setUp();
      const random = randomNumbers(seed);
      for (let step = 0; step < 400; step++) {
        const space = random(SPACES);
        const page = random(PAGES);
        const node = model.node(space, page);
        const target = random(SPACES);
        const targetPage = random(PAGES);
        const write = random(3) > 0;
        const action = random(12);
        if (action < 5) {
          const result = database.map(spaces[space]!, page, spaces[target]!, targetPage, write);
          if (result !== (node === undefined ? Mapped.NOTHING : Mapped.OK)) expect.fail(`step ${step}: map gives ${result}`);
          if (node !== undefined) model.map(node, target, targetPage, write);
        } else if (action < 6) {
          database.grant(spaces[space]!, page, spaces[target]!, targetPage, write || space === 0);
          if (node !== undefined) model.grant(node, target, targetPage, write || space === 0);
        } else if (action < 8 && node !== undefined) {
          const entry = spaces[space]!.table.get(page);
          const dirty = node.write && write;
          const bits = Entry.ACCESSED | (dirty ? Entry.DIRTY : 0);
          spaces[space]!.table.setEntry(page, entry | bits);
          model.access(node, dirty ? 3 : 1);
        } else if (action >= 8) {
          const mask = MASKS[random(MASKS.length)]!;
          // Roots stay, so that there is always something to map.
          if (node !== undefined && node.parent === undefined && (mask & Unmap.OWN) !== 0 && (mask & Unmap.STATUS) === 0) continue;
          const status = database.unmapPage(spaces[space]!, page, mask);
          const expected = model.tell(space, page) | (node === undefined ? 0 : model.unmap(node, mask));
          if (status !== expected) expect.fail(`step ${step}: status ${status}, not ${expected}`);
        }
        const different = difference(spaces, model);
        if (different !== "") expect.fail(`step ${step}: ${different}`);
      }
      for (const space of spaces) database.remove(space);
      expect(database.size).toBe(0);
    });
  }

  it("removes a chain of a hundred thousand derived mappings", () => {
    const { database, spaces } = setUp(200_000);
    for (let page = 100; page < 100_100; page++) {
      database.map(spaces[0]!, page === 100 ? 0 : page - 1, spaces[0]!, page, true);
    }
    expect(database.size).toBe(FRAMES + 100_000);
    database.unmapPage(spaces[0]!, 0, Unmap.STATUS);
    database.unmapPage(spaces[0]!, 0, Unmap.FLUSH);
    expect(database.size).toBe(FRAMES);
  });

  it("tells a space of a lost page once, also in a range, and after the page has come back", () => {
    const { database, spaces } = setUp();
    const [owner, manager, client] = spaces as [AddressSpace, AddressSpace, AddressSpace];
    const seen: number[] = [];
    for (const lose of [() => database.forget(manager, 5), () => database.unmapPage(owner, 1, Unmap.FLUSH)]) {
      database.map(owner, 1, manager, 5, true);
      database.map(manager, 5, client, 9, true);
      client.table.setEntry(9, client.table.get(9) | Entry.ACCESSED | Entry.DIRTY);
      lose();
      seen.push(client.node(9), database.unmapRange(manager, 6, 1000, Unmap.STATUS));
      database.map(owner, 1, manager, 5, true);
      seen.push(database.unmapRange(manager, 0, 1 << 20, Unmap.STATUS), database.unmapPage(manager, 5, Unmap.STATUS));
    }
    expect(seen).toEqual([0, 0, 3, 0, 0, 0, 3, 0]);
  });

  it("says so when the memory for tables is used up", () => {
    const ram = new Ram(4096, 8 * 4096);
    const database = new MappingDatabase(1000);
    const space = AddressSpace.create(ram, 1)!;
    database.add(space);
    database.insertRoot(space, 0, 0);
    const results = new Set<number>();
    for (let leaf = 1; leaf < 30; leaf++) results.add(database.map(space, 0, space, leaf * 1024, true));
    expect(results).toEqual(new Set([Mapped.OK, Mapped.NO_MEMORY]));
  });
});
