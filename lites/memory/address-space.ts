/**
 * The address space of a process: its mappings, and the regions and data spaces behind them. Tasks that share it (CLONE_VM) have the
 * same regions at the same data spaces, but a private area each; what is done to one is done to all.
 *
 * Read-only and shared file mappings are regions bound to the file pager; everything else is data spaces of the standard
 * memory manager, private file mappings with the file as backing. Every operation keeps list, regions and data
 * spaces consistent, also when it fails half way. Callers check arguments; here are pages and objects.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { DataSpaceFlag } from "#servers/abi/memory-manager.ts";
import type { Op } from "../activation.ts";
import { EMULATOR_PRIVATE_SIZE, MMAP_MIN, MMAP_TOP, USER_TOP } from "../abi/address-map.ts";
import { EACCES, EINVAL, ENOMEM } from "../abi/errno.ts";
import { PAGE_SIZE, PROT_ALL, PROT_READ, PROT_WRITE, pageDown, pageUp } from "../abi/memory-flags.ts";
import type { Inode } from "../vfs/inode.ts";
import { releaseWriter, retainWriter } from "../vfs/write-access.ts";
import { type DataSpace, type MappedObject, type Mapping, MappingList, sameObject } from "./mapping-list.ts";
import type { Backing } from "./memory-manager.ts";
import { type MemoryServices, PRIVATE_AREA_DATA_SPACE, Regions } from "./regions.ts";

export interface FilePart {
  inode: Inode;
  /** Page-aligned. */
  offset: number;
  /** The file was opened for writing; default: it was not. */
  writes?: boolean;
  /** Bytes of the file that show, the rest is zero; default: all to its end, and nothing beyond its last page can be touched. */
  valid?: number;
}

export interface MapRequest {
  /** Page-aligned and free. */
  start: number;
  size: number;
  protection: number;
  shared: boolean;
  file?: FilePart | undefined;
  allowed?: number;
  noReserve?: boolean;
  name?: string;
}

const PRIVATE_AREA_PAGES = EMULATOR_PRIVATE_SIZE / PAGE_SIZE;

export class AddressSpace {
  readonly mappings = new MappingList();
  private readonly services: MemoryServices;
  private readonly regions: Regions;
  private readonly attached = new Set<Inode>();
  /** Files that mappings hold for writing. */
  private readonly written = new Set<Inode>();
  private nextDataSpace = PRIVATE_AREA_DATA_SPACE + 1;
  private heap: DataSpace | undefined;
  /** Start and end of the heap as brk sees them, in bytes. */
  heapStart = 0;
  heapEnd = 0;

  constructor(services: MemoryServices, task: ThreadId) {
    this.services = services;
    this.regions = new Regions(services, task);
  }

  /** Requests about data spaces are made in the name of the first task. */
  private get owner(): ThreadId {
    return this.regions.tasks[0]!;
  }

  /** Whether any task shows it. */
  get isShown(): boolean {
    return this.regions.tasks.length > 0;
  }

  /** The emulation library's areas of a new program. @throws ENOMEM */
  *createEmulatorAreas(): Op<void> {
    yield* this.services.manager.create(this.owner, PRIVATE_AREA_DATA_SPACE, PRIVATE_AREA_PAGES, 0);
    this.regions.bindEmulatorAreas(this.owner, 1);
  }

  /** Gives a task private areas for threads up to a number. @throws ENOMEM */
  *addPrivateArea(task: ThreadId, lthread: number): Op<void> {
    const areas = lthread + 1;
    if (this.regions.areasOf(task) >= areas) return;
    yield* this.services.manager.resize(task, PRIVATE_AREA_DATA_SPACE, areas * PRIVATE_AREA_PAGES);
    this.regions.bindPrivateAreas(task, areas);
  }

  /** Maps into a free range. @throws ENOMEM */
  *map(request: MapRequest): Op<void> {
    const { start, size, protection, shared, file } = request;
    const mapping: Mapping = {
      start,
      end: start + size,
      protection,
      shared,
      object: { kind: "file", inode: file?.inode as Inode },
      offset: file?.offset ?? 0,
      allowed: request.allowed ?? PROT_ALL,
      writes: file?.writes ?? false,
      name: request.name ?? "",
    };
    // A file's pages beyond `valid` are zero only in a data space of the memory manager.
    if (file === undefined || (!shared && (protection & PROT_WRITE || file.valid !== undefined))) {
      mapping.object = { kind: "memory", dataSpace: yield* this.createDataSpace(size, shared, request.noReserve ?? false, file) };
      mapping.offset = 0;
    }
    yield* this.install(mapping);
  }

  /** Enters a mapping and binds its region; undoes both when that fails. */
  private *install(mapping: Mapping): Op<void> {
    const { start, end } = mapping;
    this.mappings.insert({ ...mapping });
    this.updateAttachments();
    try {
      this.regions.bind(mapping);
    } catch (error) {
      yield* this.unmap(start, end);
      throw error;
    }
  }

  private *createDataSpace(size: number, shared: boolean, noReserve: boolean, file: FilePart | undefined): Op<DataSpace> {
    const { pager, cache } = this.services;
    const dataSpace: DataSpace = {
      number: this.nextDataSpace++,
      pages: size / PAGE_SIZE,
      shared,
      identity: {},
      noReserve,
      backing: file && { inode: file.inode, offset: file.offset, valid: file.valid },
    };
    const flags = (shared ? DataSpaceFlag.SHARED : 0) | (noReserve ? DataSpaceFlag.NO_RESERVE : 0);
    if (file === undefined) {
      yield* this.createNamed(dataSpace, flags);
      return dataSpace;
    }
    // The cache must know the file before the manager may ask for its pages.
    if (!this.attached.has(file.inode)) {
      cache.attach(file.inode);
      this.attached.add(file.inode);
    }
    const valid = file.valid ?? Math.max(0, Math.min(size, cache.file(file.inode.id)!.size - file.offset));
    try {
      yield* this.createNamed(dataSpace, flags, { manager: pager, ds: file.inode.id, offset: file.offset, valid });
    } catch (error) {
      this.updateAttachments();
      throw error;
    }
    return dataSpace;
  }

  /** Creates a data space under the same number in all tasks. @throws ENOMEM; then none has it */
  private *createNamed({ number, pages }: DataSpace, flags: number, backing?: Backing): Op<void> {
    const { manager } = this.services;
    const named: ThreadId[] = [];
    try {
      for (const task of this.regions.tasks) {
        if (named.length === 0) yield* manager.create(task, number, pages, flags, backing);
        else yield* manager.alias(named[0]!, task, number);
        named.push(task);
      }
    } catch (error) {
      for (const task of named) yield* manager.destroy(task, number);
      throw error;
    }
  }

  /** Unmaps whatever is in the range, and gives up the data spaces that nothing shows any more. */
  *unmap(start: number, end: number): Op<void> {
    const removed = this.mappings.remove(start, end);
    if (removed.length === 0) return;
    this.regions.unbind(start, end);
    yield* this.discardRemoved(removed);
    this.updateAttachments();
  }

  private *discardRemoved(removed: readonly Mapping[]): Op<void> {
    const { manager } = this.services;
    for (const { object, offset, start, end } of removed) {
      if (object.kind !== "memory") continue;
      const { dataSpace } = object;
      const users = this.mappings.all().filter((mapping) => sameObject(mapping.object, object));
      const from = offset / PAGE_SIZE;
      const pages = (end - start) / PAGE_SIZE;
      if (users.length === 0) {
        if (dataSpace.pages === 0) continue;
        dataSpace.pages = 0;
        if (this.heap === dataSpace) this.heap = undefined;
        for (const task of this.regions.tasks) yield* manager.destroy(task, dataSpace.number);
      } else if (dataSpace.shared)
        continue; // other processes may still show these pages
      else if (users.every((user) => user.offset + (user.end - user.start) <= offset)) {
        dataSpace.pages = from;
        yield* manager.resize(this.owner, dataSpace.number, from);
      } else yield* manager.discard(this.owner, dataSpace.number, from, pages);
    }
  }

  /** mprotect of a range that is mapped without holes. @throws EACCES, ENOMEM */
  *protect(start: number, end: number, protection: number): Op<void> {
    const parts = this.mappings.overlapping(start, end);
    if (parts.some(({ allowed }) => protection & PROT_ALL & ~allowed)) throw EACCES;
    if (protection & PROT_WRITE) {
      for (const part of parts) {
        if (part.object.kind === "file" && !part.shared) yield* this.makePrivate(Math.max(part.start, start), Math.min(part.end, end));
      }
    }
    for (const part of this.mappings.overlapping(start, end)) {
      if (part.protection === protection) continue;
      const from = Math.max(part.start, start);
      const to = Math.min(part.end, end);
      const { protection: before } = part;
      this.mappings.change(from, to, (mapping) => {
        mapping.protection = protection;
      });
      this.rebind(from, to, before, protection);
    }
  }

  private rebind(start: number, end: number, before: number, protection: number): void {
    if (protection === 0) return this.regions.unbind(start, end);
    if (before !== 0) {
      if (this.regions.protect(start, end, protection)) return;
      // Pages beyond the end of a file have no region: bind what there is anew.
      this.regions.unbind(start, end);
    }
    for (const mapping of this.mappings.overlapping(start, end)) this.regions.bind(mapping, start, end);
  }

  /** Turns a read-only view of a file into a private copy that may be written. */
  private *makePrivate(start: number, end: number): Op<void> {
    const mapping = this.mappings.find(start)!;
    const { inode } = mapping.object as MappedObject & { kind: "file" };
    const offset = mapping.offset + (start - mapping.start);
    const dataSpace = yield* this.createDataSpace(end - start, false, false, { inode, offset });
    this.regions.unbind(start, end);
    this.mappings.change(start, end, (part) => {
      part.object = { kind: "memory", dataSpace };
      part.offset = 0;
    });
    this.updateAttachments();
    this.regions.bind(this.mappings.find(start)!, start, end);
  }

  /** Moves the end of the heap. @throws ENOMEM; then nothing has changed */
  *setHeapEnd(end: number): Op<void> {
    const base = pageDown(this.heapStart);
    const before = Math.max(pageUp(this.heapEnd), base);
    const after = pageUp(end);
    if (after > before) {
      if (!this.mappings.isFree(before, after)) throw ENOMEM;
      const pages = (after - base) / PAGE_SIZE;
      if (this.heap === undefined) {
        this.heap = yield* this.createDataSpace(pages * PAGE_SIZE, false, false, undefined);
      } else {
        yield* this.services.manager.resize(this.owner, this.heap.number, pages);
        this.heap.pages = pages;
      }
      const mapping: Mapping = {
        start: before,
        end: after,
        protection: PROT_READ | PROT_WRITE,
        shared: false,
        object: { kind: "memory", dataSpace: this.heap },
        offset: before - base,
        allowed: PROT_ALL,
        writes: false,
        name: "[heap]",
      };
      yield* this.install(mapping);
    } else if (after < before) yield* this.unmap(after, before);
    this.heapEnd = end;
  }

  /** Makes a mapping that ends at `end` longer, into free room. @throws ENOMEM */
  *extend(mapping: Mapping, size: number): Op<void> {
    const { start, end, object, offset, protection, shared, allowed, writes, name } = mapping;
    const added = start + size - end;
    const addedOffset = offset + (end - start);
    const rest = { start: end, size: added, protection, shared, allowed, name };
    if (object.kind === "file") return yield* this.map({ ...rest, file: { inode: object.inode, offset: addedOffset, writes } });
    const { dataSpace } = object;
    if (dataSpace.backing !== undefined) {
      const { inode, offset: backingOffset } = dataSpace.backing;
      return yield* this.map({ ...rest, file: { inode, offset: backingOffset + addedOffset, writes } });
    }
    if (addedOffset !== dataSpace.pages * PAGE_SIZE || dataSpace === this.heap) return yield* this.map(rest);
    yield* this.services.manager.resize(this.owner, dataSpace.number, dataSpace.pages + added / PAGE_SIZE);
    dataSpace.pages += added / PAGE_SIZE;
    yield* this.install({ ...mapping, start: end, end: start + size, offset: addedOffset });
  }

  /** Shows a part of shared memory at a second, free place. @throws ENOMEM */
  *show(mapping: Mapping, start: number, size: number, to: number): Op<number> {
    yield* this.install({ ...mapping, start: to, end: to + size, offset: mapping.offset + start - mapping.start });
    return to;
  }

  /** Moves mappings to a free place: same objects, other addresses. */
  move(start: number, end: number, to: number): void {
    const moved = this.mappings.remove(start, end);
    this.regions.unbind(start, end);
    for (const mapping of moved) {
      const place: Mapping = { ...mapping, start: mapping.start - start + to, end: mapping.end - start + to };
      this.mappings.insert({ ...place });
      this.regions.bind(place);
    }
  }

  /** madvise(MADV_DONTFORK) and its kin. @throws EINVAL for zeros of what is no private memory */
  setOnFork(start: number, end: number, onFork: Mapping["onFork"]): void {
    const isPlain = ({ object, shared }: Mapping) => object.kind === "memory" && object.dataSpace.backing === undefined && !shared;
    if (onFork === "zeros" && !this.mappings.overlapping(start, end).every(isPlain)) throw EINVAL;
    this.mappings.change(start, end, (mapping) => {
      mapping.onFork = onFork;
    });
  }

  /** madvise(MADV_DONTNEED): private memory starts anew. */
  *discard(start: number, end: number): Op<void> {
    for (const mapping of this.mappings.overlapping(start, end)) {
      if (mapping.object.kind !== "memory" || mapping.shared) continue;
      const from = Math.max(mapping.start, start);
      const to = Math.min(mapping.end, end);
      const first = (mapping.offset + from - mapping.start) / PAGE_SIZE;
      yield* this.services.manager.discard(this.owner, mapping.object.dataSpace.number, first, (to - from) / PAGE_SIZE);
    }
  }

  /** msync: what was written through shared mappings goes to the files. */
  writeBack(start: number, end: number): void {
    const { cache } = this.services;
    for (const mapping of this.mappings.overlapping(start, end)) {
      const { object, shared } = mapping;
      if (object.kind !== "file" || !shared) continue;
      const file = cache.file(object.inode.id);
      const first = mapping.offset + Math.max(mapping.start, start) - mapping.start;
      const beyond = mapping.offset + Math.min(mapping.end, end) - mapping.start;
      if (file !== undefined) cache.writeBack(file, first / PAGE_SIZE, beyond / PAGE_SIZE);
    }
  }

  /** Shows it in a new task too, which gets a copy of the private areas of `parent`. @throws ENOMEM; the caller then deletes the task */
  *share(parent: ThreadId, child: ThreadId): Op<this> {
    yield* this.services.manager.share(parent, child, PRIVATE_AREA_DATA_SPACE);
    this.regions.add(child, this.mappings.all(), this.regions.areasOf(parent));
    return this;
  }

  /** The memory of `parent` in a new task, copied lazily. @throws ENOMEM; the caller then deletes the task and calls release */
  *fork(parent: ThreadId, child: ThreadId): Op<AddressSpace> {
    yield* this.services.manager.fork(parent, child);
    const copy = new AddressSpace(this.services, child);
    const copies = new Map<DataSpace, DataSpace>();
    const copyOf = (original: DataSpace): DataSpace => {
      let dataSpace = copies.get(original);
      if (dataSpace === undefined) copies.set(original, (dataSpace = { ...original }));
      return dataSpace;
    };
    for (const mapping of this.mappings.all()) {
      const { object } = mapping;
      if (mapping.onFork === "none") continue;
      copy.mappings.insert({
        ...mapping,
        object: object.kind === "memory" ? { kind: "memory", dataSpace: copyOf(object.dataSpace) } : object,
      });
    }
    copy.nextDataSpace = this.nextDataSpace;
    copy.heap = this.heap && copyOf(this.heap);
    copy.heapStart = this.heapStart;
    copy.heapEnd = this.heapEnd;
    copy.updateAttachments();
    for (const { start, end, onFork } of copy.mappings.all()) if (onFork === "zeros") yield* copy.discard(start, end);
    try {
      copy.regions.bindAll(child, copy.mappings.all(), this.regions.areasOf(parent));
    } catch (error) {
      copy.release(child);
      throw error;
    }
    return copy;
  }

  /** A task shows it no more. With the last one files are let go. The task is deleted before, its data spaces after. */
  release(task: ThreadId): void {
    this.regions.remove(task);
    if (this.isShown) return;
    for (const inode of this.written) releaseWriter(inode);
    this.written.clear();
    for (const inode of this.attached) this.services.cache.detach(inode);
    this.attached.clear();
  }

  /** Whether all of a range can surely be written. Of some pages only their memory managers know: private ones of files, those that programs bind. */
  isWritable(start: number, end: number): boolean {
    for (let address = start; address < end; ) {
      const mapping = this.mappings.find(address);
      if (mapping === undefined || !(mapping.protection & PROT_WRITE)) return false;
      const { object } = mapping;
      if (object.kind === "memory") {
        if (object.dataSpace.backing !== undefined && object.dataSpace.backing.valid === undefined) return false;
      } else {
        const shown = pageUp(this.services.cache.file(object.inode.id)!.size) - mapping.offset;
        if (Math.min(end, mapping.end) - mapping.start > shown) return false;
      }
      address = mapping.end;
    }
    return true;
  }

  /** Highest free range for a mapping. @throws ENOMEM */
  findRoom(size: number): number {
    const start = this.mappings.findRoom(size, MMAP_MIN, MMAP_TOP) ?? this.mappings.findRoom(size, MMAP_MIN, USER_TOP);
    if (start === undefined) throw ENOMEM;
    return start;
  }

  /** Attaches to the files that the mappings and data spaces show now, and detaches from the others. */
  private updateAttachments(): void {
    const { cache } = this.services;
    const needed = new Set<Inode>();
    const written = new Set<Inode>();
    for (const { object, writes } of this.mappings.all()) {
      const inode = object.kind === "file" ? object.inode : object.dataSpace.backing?.inode;
      if (inode === undefined) continue;
      needed.add(inode);
      if (writes) written.add(inode);
    }
    this.updateWritten(written);
    for (const inode of needed) {
      if (this.attached.has(inode)) continue;
      cache.attach(inode);
      this.attached.add(inode);
    }
    for (const inode of [...this.attached]) {
      if (needed.has(inode)) continue;
      this.attached.delete(inode);
      cache.detach(inode);
    }
  }

  private updateWritten(needed: ReadonlySet<Inode>): void {
    for (const inode of needed) {
      if (this.written.has(inode)) continue;
      retainWriter(inode);
      this.written.add(inode);
    }
    for (const inode of [...this.written]) {
      if (needed.has(inode)) continue;
      this.written.delete(inode);
      releaseWriter(inode);
    }
  }
}
