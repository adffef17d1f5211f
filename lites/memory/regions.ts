/**
 * The regions of the tasks that show an address space: what is bound in one is bound in all, beside the emulation library's areas, of which
 * each task has its own. Layer beneath: the kernel's regions.
 */
import { RegionError, Right } from "#kernel/abi/calls.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeKernel } from "#kernel/native.ts";
import { EMULATOR_BASE, EMULATOR_PRIVATE_SIZE, EMULATOR_SHARED_END, privateArea } from "../abi/address-map.ts";
import { ENOMEM } from "../abi/errno.ts";
import { PROT_ALL, pageUp } from "../abi/memory-flags.ts";
import type { Mapping } from "./mapping-list.ts";
import type { MemoryManager } from "./memory-manager.ts";
import type { PageCache } from "./page-cache.ts";
import { SpecialDataSpace } from "./file-pager.ts";

/** What address spaces are made of. */
export interface MemoryServices {
  readonly kernel: NativeKernel;
  readonly manager: MemoryManager;
  readonly pager: ThreadId;
  readonly cache: PageCache;
}

/** Number of the data space of the emulation library's private areas, one after the other; in each task another one. */
export const PRIVATE_AREA_DATA_SPACE = 1;

/** i386 has no right without reading. */
const rightsOf = (protection: number): number => (protection === 0 ? 0 : (protection & PROT_ALL) | Right.READ);

export class Regions {
  private readonly services: MemoryServices;
  readonly tasks: ThreadId[];
  /** How many private areas a task has. */
  private readonly areas = new Map<ThreadId, number>();

  constructor(services: MemoryServices, task: ThreadId) {
    this.services = services;
    this.tasks = [task];
  }

  /** A further task, with all that the others have. @throws ENOMEM; then it is none of them */
  add(task: ThreadId, mappings: readonly Mapping[], areas: number): void {
    this.bindAll(task, mappings, areas);
    this.tasks.push(task);
  }

  /** The task is gone. */
  remove(task: ThreadId): void {
    this.tasks.splice(this.tasks.indexOf(task), 1);
    this.areas.delete(task);
  }

  areasOf(task: ThreadId): number {
    return this.areas.get(task) ?? 0;
  }

  /** Everything that a task has, for one that has nothing yet. @throws ENOMEM */
  bindAll(task: ThreadId, mappings: readonly Mapping[], areas: number): void {
    this.bindEmulatorAreas(task, areas);
    for (const mapping of mappings) this.bindPart(task, mapping, mapping.start, mapping.end);
  }

  /** @throws ENOMEM */
  bindEmulatorAreas(task: ThreadId, areas: number): void {
    const sharedSize = EMULATOR_SHARED_END - EMULATOR_BASE;
    this.bindRegion(task, EMULATOR_BASE, sharedSize, this.services.pager, SpecialDataSpace.EMULATOR, 0, Right.READ | Right.EXECUTE);
    this.bindPrivateAreas(task, areas);
  }

  /** Binds private areas up to this many. Their data space has that room already. @throws ENOMEM */
  bindPrivateAreas(task: ThreadId, areas: number): void {
    const { thread } = this.services.manager;
    const size = EMULATOR_PRIVATE_SIZE;
    for (let area = this.areasOf(task); area < areas; area++) {
      this.bindRegion(task, privateArea(area), size, thread, PRIVATE_AREA_DATA_SPACE, area * size, Right.READ | Right.WRITE);
      this.areas.set(task, area + 1);
    }
  }

  /** Binds a mapping, or the part of it within [from, to). @throws ENOMEM */
  bind(mapping: Mapping, from = mapping.start, to = mapping.end): void {
    for (const task of this.tasks) this.bindPart(task, mapping, from, to);
  }

  unbind(start: number, end: number): void {
    for (const task of this.tasks) this.services.kernel.regionUnmap(task, start, end - start);
  }

  /** Changes the rights of what is bound. @returns false when the range has holes */
  protect(start: number, end: number, protection: number): boolean {
    const { kernel } = this.services;
    const rights = rightsOf(protection);
    return this.tasks.every((task) => kernel.regionProtect(task, start, end - start, rights) !== RegionError.INVALID);
  }

  private bindPart(task: ThreadId, mapping: Mapping, from: number, to: number): void {
    const { object, protection } = mapping;
    if (protection === 0) return;
    const start = Math.max(mapping.start, from);
    const end = Math.min(mapping.end, to);
    const { manager, pager, cache } = this.services;
    const offset = mapping.offset + (start - mapping.start);
    if (object.kind === "file") {
      this.bindRegion(task, start, end - start, pager, object.inode.id, offset, rightsOf(protection));
      return;
    }
    // Nothing is bound beyond the last page of a file, so that touching it fails as it should (SIGBUS).
    const { backing, number } = object.dataSpace;
    let size = end - start;
    if (backing !== undefined && backing.valid === undefined) {
      size = Math.min(size, pageUp(Math.max(0, cache.file(backing.inode.id)!.size - backing.offset)) - offset);
    }
    if (size > 0) this.bindRegion(task, start, size, manager.thread, number, offset, rightsOf(protection));
  }

  private bindRegion(task: ThreadId, base: number, size: number, manager: ThreadId, ds: number, offset: number, rights: number): void {
    if (this.services.kernel.regionMap(task, base, size, manager, ds, offset, rights) !== RegionError.OK) throw ENOMEM;
  }
}
