/**
 * WebAssembly modules of regions: several regions that became warm at about the same time are made together.
 *
 * V8 puts the code of each module at a random address. With hundreds of modules nearly every way from region to
 * region misses the
 * processor's translation look-aside buffer, which costs several times what the way itself does (README.md).
 */
import { REGION_TYPE } from "./layout.ts";
import type { Region, Regions } from "./regions.ts";
import { regionImports } from "./runtime/imports.ts";
import type { Code } from "./wasm/code.ts";
import { encodeModule, Types } from "./wasm/module.ts";

/** Regions that wait at most. */
const MAX_WAITING = 32;

export interface Draft {
  readonly region: Region;
  readonly code: Code;
  /** How many of the `regionImports` the code needs. */
  readonly imports: number;
  /** Called when the region can run. */
  readonly install: () => void;
}

export class RegionModules {
  private readonly regions: Regions;
  /** What regions import. */
  private readonly functions: Record<string, unknown>;
  private readonly memoryPages: number;
  private waiting: Draft[] = [];

  constructor(regions: Regions, functions: Record<string, unknown>, memoryPages: number) {
    this.regions = regions;
    this.functions = functions;
    this.memoryPages = memoryPages;
  }

  /** Takes a region, which has been added to the others, into the next module. */
  add(draft: Draft): void {
    this.waiting.push(draft);
    if (this.waiting.length >= MAX_WAITING) this.make();
  }

  isWaiting(region: Region): boolean {
    return this.waiting.some((draft) => draft.region === region);
  }

  /** Makes the module of the regions that wait. */
  make(): void {
    const drafts = this.waiting.filter(({ region }) => this.regions.has(region));
    this.waiting = [];
    if (drafts.length === 0) return;
    let size = 0;
    const starts = drafts.map(({ region, code }) => {
      const start = size;
      code.moveLinks(start);
      size += region.links.size;
      return start;
    });
    const table = new WebAssembly.Table({ element: "anyfunc", initial: size }, this.regions.unlinked);
    const exports = this.instantiate(drafts, table);
    drafts.forEach(({ region, install }, index) => {
      region.links.settle(table, starts[index]!);
      this.regions.fill(region.place, exports[index]);
      install();
    });
  }

  private instantiate(drafts: readonly Draft[], table: WebAssembly.Table): Record<string, unknown> {
    const types = new Types();
    types.index(REGION_TYPE);
    const content = {
      imports: regionImports.slice(0, Math.max(...drafts.map(({ imports }) => imports))),
      functions: drafts.map(({ code }, index) => ({ type: REGION_TYPE, code, name: `${index}` })),
      memoryPages: this.memoryPages,
      usesTable: true,
    };
    const module = new WebAssembly.Module(encodeModule(content, types));
    return new WebAssembly.Instance(module, { e: this.functions, t: { table } }).exports;
  }
}
