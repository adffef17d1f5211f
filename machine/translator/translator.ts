/**
 * The translator: turns what the interpreter executes often into WebAssembly, and runs it in the interpreter's place.
 *
 * The interpreter stops now and then in front of a chain of operations (`sample`). An address where it is found
 * often gets a region: the first operation there is given a handler that runs the region's function. Whatever the
 * function
 * does not do itself it leaves to the interpreter, by returning in front of the instruction.
 *
 * Layer beneath: cpu/.
 */
import type { Accelerator, AcceleratorHost } from "../cpu/accelerator.ts";
import { MAX_CHAIN } from "../cpu/code-cache.ts";
import { type Handler, observedControlChange, type Operation } from "../cpu/operation.ts";
import { type RegisterFile, Word } from "../cpu/registers.ts";
import { Mxcsr } from "../cpu/vector/float/mxcsr.ts";
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, type Ram } from "../ram.ts";
import { BIAS, WRITE_TABLE } from "../translation-cache.ts";
import { type Candidate, Candidates } from "./candidates.ts";
import { type CodeView, discover } from "./analysis/discovery.ts";
import { EPOCH_CELLS, Layout, LOOKUP_BYTES, Outcome, UNLINKED } from "./layout.ts";
import { Links } from "./links.ts";
import { RegionModules } from "./modules.ts";
import { generate } from "./region-code.ts";
import { type Region, Regions } from "./regions.ts";
import { routines } from "./runtime/imports.ts";
import { encodeLinker } from "./runtime/linker.ts";
import { encodeRoutines } from "./runtime/routine.ts";
import { createRare } from "./runtime/x87-rare.ts";
import { rareImport } from "./runtime/x87-routines.ts";
import { Sites } from "./sites.ts";
import { EBP, ESP } from "./analysis/stack-flow.ts";
import type { StackWindow } from "./analysis/stack-window.ts";

/** How eagerly code is translated. */
export interface Policy {
  /** Instructions that the interpreter executes between two samples. */
  readonly period: number;
  /** Samples at an address after which it is translated, and again, after which the translation runs. */
  readonly threshold: number;
  /** Whether code that the interpreter has not seen yet becomes part of regions. */
  readonly isEager: boolean;
  /**
   * What translating an instruction costs, in interpreted instructions; while more has been spent than interpreted
   * nothing is translated.
   */
  readonly stepCost: number;
}

const MAX_CREDIT = 200_000;
/** What going from a region to the interpreter and back costs, likewise. */
const TRANSITION_COST = 50;

const WASM_PAGE = 65536;
/** Distance in bytes between ESP and EBP up to which EBP is taken for a frame pointer. */
const MAX_FRAME = 1024;
const NO_TARGETS: readonly number[] = [];
/** Translations of the same instructions for different states of the x87 unit and places of the stack. */
const MAX_VERSIONS = 8;

/** What regions need to run. */
interface Made {
  readonly regions: Regions;
  readonly modules: RegionModules;
  /** Runs the region of an operation. */
  readonly handler: Handler;
}

export class Translator implements Accelerator {
  readonly period: number;
  readonly least: number;
  private readonly policy: Policy;
  private readonly ram: Ram;
  private readonly file: RegisterFile;
  private readonly host: AcceleratorHost;
  private readonly layout: Layout;
  private readonly sites = new Sites();
  /** Made for the first region: most programs are too short to need one. */
  private made: Made | undefined;
  private readonly candidates = new Candidates((op, candidate) => this.forget(op, candidate));
  /** Word.BUDGET at the last sample. */
  private sampledAt = 0;
  /** Interpreted instructions that no translation has been paid with yet; negative after a large one. */
  private credit = 0;
  private readonly view: CodeView;
  private readonly memoryPages: number;

  constructor(ram: Ram, host: AcceleratorHost, policy: Policy) {
    this.ram = ram;
    this.host = host;
    this.file = host.file;
    this.policy = policy;
    this.period = policy.period;
    this.least = policy.isEager ? 0 : MAX_CHAIN;
    this.layout = new Layout(host.file, ram.allocateArena(LOOKUP_BYTES), ram.allocateArena(EPOCH_CELLS * 4));
    this.memoryPages = ram.memory.buffer.byteLength / WASM_PAGE;
    this.view = this.createView();
  }

  private make(): Made {
    const { ram, host, layout, memoryPages } = this;
    const imports = { memory: ram.memory };
    const module = encodeRoutines([rareImport], routines, host.file.words.byteOffset, memoryPages);
    const runtime = new WebAssembly.Instance(new WebAssembly.Module(module), {
      e: { ...imports, [rareImport.name]: createRare(host.file.words) },
    }).exports;
    const table = new WebAssembly.Table({ element: "anyfunc", initial: 1 });
    const linker = new WebAssembly.Instance(new WebAssembly.Module(encodeLinker(layout, memoryPages)), {
      e: { ...imports, interpret: (site: number) => this.interpret(site), lendX87: host.lendX87 },
      t: { table },
    }).exports;
    const regions = new Regions(ram, layout, this.sites, table, linker.unlinked, linker.refused);
    const modules = new RegionModules(regions, { ...runtime, ...linker, ...imports }, memoryPages);
    return { regions, modules, handler: this.createHandler(linker.go!, regions) };
  }

  sample(op: Operation, eip: number): boolean {
    this.sampledAt = this.file.words[Word.BUDGET]!;
    // Regions are for flat segments and no alignment checks.
    if (this.file.words[Word.SEGMENTED] !== 0) return true;
    const candidate = this.candidates.at(op, eip & ~PAGE_MASK);
    const region = candidate.variants.find((variant) => !this.isUnfit(variant));
    const isWaiting = region !== undefined && this.made!.modules.isWaiting(region);
    if (region !== undefined && !isWaiting) return false;
    this.credit = Math.min(this.credit + this.period, MAX_CREDIT);
    candidate.heat++;
    const { isEager, stepCost, threshold } = this.policy;
    if (candidate.heat < threshold) return true;
    if (isWaiting) {
      this.made!.modules.make();
    } else if (this.credit >= 0 && candidate.versions < MAX_VERSIONS) {
      candidate.heat = 0;
      candidate.versions++;
      this.credit -= this.translate(op, candidate, eip >>> 0) * stepCost;
      if (isEager) this.made?.modules.make();
    }
    return true;
  }

  abandon(op: Operation): boolean {
    if (op.exec !== this.made?.handler) return false;
    const candidate = this.candidates.find(op, this.file.words[Word.PAGE]!);
    if (candidate !== undefined) this.forget(op, candidate);
    op.exec = op.alone;
    return true;
  }

  frameDropped(frame: number): void {
    this.made?.regions.removeFrame(frame);
  }

  /** @returns the number of instructions that were translated */
  private translate(op: Operation, candidate: Candidate, eip: number): number {
    let x87Key: number | undefined;
    const discovery = discover(eip, this.view, () => {
      x87Key = this.x87Key();
      return x87Key;
    });
    if (discovery === undefined) return 0;
    this.made ??= this.make();
    const { regions, modules, handler } = this.made;
    regions.makeRoom();
    const main = regions.placeOf(eip, this.view.frameOf(eip >>> PAGE_SHIFT));
    const variants = this.takeParticular(op, candidate, regions);
    const last = variants[variants.length - 1];
    const place = last === undefined ? main : regions.variantOf(last.place);
    regions.settle(place);
    const links = new Links((target) => {
      const frame = this.view.frameOf(target >>> PAGE_SHIFT);
      return frame < 0 ? undefined : regions.placeOf(target, frame);
    });
    const linking = {
      linkOf: (target: number) => links.to(target),
      variant: () => links.toPlace(regions.variantOf(place)),
    };
    // Where a variant with windows did not start its stack lies elsewhere: the next one takes it as it is.
    const pointers = variants.some((variant) => variant.windows.length > 0 && variant.x87Key === x87Key) ? [] : this.stackPointers();
    const { code, imports, siteNumbers, windows } = generate(discovery, pointers, this.layout, this.sites, place.slot, linking);
    for (const block of discovery.flow.order) {
      for (const step of block.steps) this.cover(step.eip, step.instruction.length, discovery.pages);
    }
    const frames = [...new Set(discovery.pages.values())];
    const isParticular = discovery.x87 !== undefined || windows.length > 0;
    const forget = (): void => this.forget(op, candidate);
    const region: Region = { eip, place, links, frames, siteNumbers, x87Key, windows, isParticular, forget };
    regions.add(region);
    candidate.variants = [...variants, region];
    const install = (): void => {
      candidate.slot = main.slot;
      this.select(op);
      op.exec = handler;
    };
    modules.add({ region, code, imports, install });
    return discovery.steps;
  }

  /** The regions of a candidate behind which there can be another variant; one that takes every state goes. */
  private takeParticular(op: Operation, candidate: Candidate, regions: Regions): readonly Region[] {
    const all = candidate.variants;
    const variants = all.filter(({ isParticular }) => isParticular);
    if (variants.length === all.length) return variants;
    candidate.variants = [];
    for (const region of all) if (!region.isParticular) regions.remove(region);
    if (variants.length === 0) this.unbind(op, candidate);
    return variants;
  }

  /** One of the regions of a candidate is gone: with it goes the way to the others. */
  private forget(op: Operation, candidate: Candidate): void {
    const { variants } = candidate;
    if (variants.length === 0) return;
    candidate.variants = [];
    this.unbind(op, candidate);
    for (const variant of variants) this.made!.regions.remove(variant);
  }

  /** Leaves an operation to the interpreter at an address. */
  private unbind(op: Operation, candidate: Candidate): void {
    candidate.slot = UNLINKED;
    this.select(op);
    if (op.exec === this.made!.handler && !this.candidates.hasRegion(op)) op.exec = op.alone;
  }

  /** Sets the region of an operation for the page where execution is. */
  private select(op: Operation): void {
    const page = this.file.words[Word.PAGE]!;
    op.region = this.candidates.find(op, page)?.slot ?? UNLINKED;
    op.regionPage = page;
  }

  /**
   * Whether a region refuses to run because the x87 unit is in another state than when it was made, or the stack
   * elsewhere.
   */
  private isUnfit({ x87Key, windows }: Region): boolean {
    if (x87Key !== undefined && x87Key !== this.x87Key()) return true;
    return windows.some((window) => !this.isOpen(window));
  }

  /** Registers that point to the stack: EBP does when it is just above ESP, else it may be anything. */
  private stackPointers(): readonly number[] {
    const R = this.file.words;
    return (R[EBP]! - R[ESP]!) >>> 0 < MAX_FRAME ? [ESP, EBP] : [ESP];
  }

  /** Whether a window is on one page that can be written. */
  private isOpen({ register, low, bytes }: StackWindow): boolean {
    const R = this.file.words;
    const address = R[register]! + low;
    const entry = this.ram.i32[R[Word.CACHE_WORDS]! + WRITE_TABLE / 4 + (address >>> PAGE_SHIFT)]!;
    return entry !== 0 && (address & PAGE_MASK) + bytes <= PAGE_SIZE;
  }

  /** The x87 state of the running context (cpu/x87/loan.ts). */
  private x87Key(): number {
    this.host.lendX87();
    return this.file.words[Word.X87_KEY]!;
  }

  private cover(eip: number, length: number, pages: ReadonlyMap<number, number>): void {
    const offset = eip & PAGE_MASK;
    const end = offset + length;
    const page = eip >>> PAGE_SHIFT;
    this.host.cover(pages.get(page)!, offset, Math.min(end, PAGE_SIZE));
    if (end > PAGE_SIZE) this.host.cover(pages.get((page + 1) & 0xfffff)!, 0, end - PAGE_SIZE);
  }

  private createView(): CodeView {
    const { ram, host, policy } = this;
    const R = this.file.words;
    const frameOf = (page: number): number => {
      const entry = ram.i32[R[Word.CACHE_WORDS]! + page]!;
      return entry === 0 ? -1 : ((page << PAGE_SHIFT) + entry + BIAS) >>> PAGE_SHIFT;
    };
    return {
      frameOf,
      byte: (frame, offset) => ram.u8[frame * PAGE_SIZE + offset]!,
      decoded: (frame, offset) => host.operationAt(frame, offset)?.instruction,
      isKnown: (eip) => policy.isEager || host.operationAt(frameOf(eip >>> PAGE_SHIFT), eip & PAGE_MASK) !== undefined,
      isTranslated: (eip) => this.made?.regions.canRun(eip, frameOf(eip >>> PAGE_SHIFT)) ?? false,
      observed: (eip) => host.operationAt(frameOf(eip >>> PAGE_SHIFT), eip & PAGE_MASK)?.targets ?? NO_TARGETS,
      controlChange: (eip) => {
        const op = host.operationAt(frameOf(eip >>> PAGE_SHIFT), eip & PAGE_MASK);
        return op === undefined ? undefined : observedControlChange(op);
      },
      hasInexactResults: () => R[Word.UNITS_READY] === 0 || (R[Word.MXCSR]! & Mxcsr.INEXACT) !== 0,
    };
  }

  /** Runs the region that starts at an operation. */
  private createHandler(go: (slot: number) => number, regions: Regions): Handler {
    const { BUDGET, EIP, HELD, PAGE, TRANSLATED } = Word;
    const { REFUSED, SPENT, WENT } = Outcome;
    const R = this.file.words;
    const transitionCost = TRANSITION_COST;
    const { sites } = this;
    const { lookUp, enter, executeWithin } = this.host;
    return (op) => {
      if (op.regionPage !== R[PAGE]) this.select(op);
      if (op.region === UNLINKED) return op.alone(op);
      // Of the instructions only those of the interpreter count for the next sample.
      const allotment = R[BUDGET]!;
      const budget = allotment + op.rest + R[HELD]!;
      R[BUDGET] = budget;
      R[HELD] = 0;
      R[EIP] = R[PAGE]! + op.offset;
      regions.publish(R[EIP], op.region);
      const outcome = go(op.region);
      // The end of the slice is near: what is interpreted up to there says nothing about where programs spend their
      // time.
      let isSpent = outcome === SPENT;
      if (outcome >= 0) {
        const site = sites.get(outcome);
        R[EIP] = site.eip;
        R[BUDGET] = R[BUDGET]! + site.refund;
        isSpent = site.refund === 0;
      }
      R[TRANSLATED] = R[TRANSLATED]! + budget - R[BUDGET]! - transitionCost;
      const next = lookUp();
      const isTarget = outcome === WENT;
      // Samples are for targets of jumps: a chain in the middle of which the region ended is not one. One that was
      // refused may want
      // another variant; but behind a sample it is interpreted.
      const mayStop = isTarget || (outcome === REFUSED && budget !== this.sampledAt);
      const wanted = Math.max(allotment - transitionCost, mayStop ? 0 : next.rest);
      const held = R[BUDGET]! - wanted;
      if (held > 0 && !isSpent) {
        R[HELD] = held;
        R[BUDGET] = wanted;
      }
      const entered = enter(next);
      // In front of a site's instruction, or where the region could not start, the interpreter has to act.
      return isTarget || entered === null ? entered : executeWithin(entered);
    };
  }

  /** Executes the instruction of a site for a region. @returns not 0 when the region must return at once */
  private interpret(number: number): number {
    const R = this.file.words;
    const site = this.sites.get(number);
    const { regions } = this.made!;
    const { removals } = regions;
    R[Word.EIP] = site.eip;
    R[Word.BUDGET] = R[Word.BUDGET]! + site.refund;
    const after = this.host.executeOne();
    if (regions.removals !== removals) {
      R[Word.EIP] = after;
      return 1;
    }
    R[Word.BUDGET] = R[Word.BUDGET]! - (site.refund - 1);
    return 0;
  }
}
