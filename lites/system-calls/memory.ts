/**
 * Memory calls: mmap and its relatives, brk. Arguments are checked here; the work is address-space.ts's.
 * Source: POSIX mmap(2) and relatives; mremap(2), brk(2).
 */
import type { Op } from "../activation.ts";
import { MMAP_MIN, USER_TOP } from "../abi/address-map.ts";
import { EACCES, EEXIST, EFAULT, EINVAL, ENOMEM, EOVERFLOW, EPERM } from "../abi/errno.ts";
import { Resource } from "../abi/limits.ts";
import * as M from "../abi/memory-flags.ts";
import { decode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import { isSuperuser } from "../process/authority.ts";
import { openFile } from "../descriptors.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { AddressSpace, FilePart } from "../memory/address-space.ts";
import type { Mapping } from "../memory/mapping-list.ts";
import type { UnixProcess } from "../process/unix-process.ts";

const ADDRESS_LIMIT = 2 ** 32;

/** What the advices on fork ask for. */
const onForkOf: ReadonlyMap<number, Mapping["onFork"]> = new Map([
  [M.MADV_DONTFORK, "none"],
  [M.MADV_DOFORK, undefined],
  [M.MADV_WIPEONFORK, "zeros"],
  [M.MADV_KEEPONFORK, undefined],
]);

interface MapArguments {
  address: number;
  length: number;
  protection: number;
  flags: number;
  fd: number;
  /** Bytes. */
  offset: number;
}

const isAligned = (address: number): boolean => address % M.PAGE_SIZE === 0;

/** The end of a page range that a call names. @throws ENOMEM beyond the address space */
function rangeEnd(address: number, length: number): number {
  const end = M.pageUp(address + length);
  if (end > USER_TOP) throw ENOMEM;
  return end;
}

/** What a descriptor contributes to a mapping. */
interface Source {
  /** undefined: memory that starts with zeros. */
  readonly file: FilePart | undefined;
  /** Most that mprotect may allow. */
  readonly allowed: number;
  readonly path: string;
}

/** @throws EBADF, EACCES, EOVERFLOW */
function sourceOf(process: UnixProcess, args: MapArguments, shared: boolean): Source {
  const open = openFile(process, args.fd);
  const { path } = open;
  if (!open.reads) throw EACCES;
  const readOnly = shared && !open.writes;
  if (readOnly && args.protection & M.PROT_WRITE) throw EACCES;
  const inode = open.map();
  if (args.offset + args.length > ADDRESS_LIMIT) throw EOVERFLOW;
  const allowed = readOnly ? M.PROT_ALL & ~M.PROT_WRITE : M.PROT_ALL;
  return { file: inode && { inode, offset: args.offset, writes: open.writes }, allowed, path };
}

/** Checks the limit on the whole address space. @throws ENOMEM */
function checkSpace(process: UnixProcess, space: AddressSpace, added: number): void {
  if (space.mappings.bytes + added > process.limits[Resource.AS]!.soft) throw ENOMEM;
}

/** Where a new mapping goes; MAP_FIXED clears the place first. */
function* placeFor(space: AddressSpace, address: number, size: number, flags: number): Op<number> {
  const hint = M.pageDown(address);
  if (flags & (M.MAP_FIXED | M.MAP_FIXED_NOREPLACE)) {
    if (!isAligned(address)) throw EINVAL;
    if (address + size > USER_TOP) throw ENOMEM;
    if (address < MMAP_MIN) throw EPERM;
    if (flags & M.MAP_FIXED_NOREPLACE && !space.mappings.isFree(address, address + size)) throw EEXIST;
    yield* space.unmap(address, address + size);
    return address;
  }
  if (hint >= MMAP_MIN && hint + size <= USER_TOP && space.mappings.isFree(hint, hint + size)) return hint;
  return space.findRoom(size);
}

function* map(process: UnixProcess, args: MapArguments): Op<number> {
  const space = process.space!;
  const { flags, length } = args;
  const type = flags & M.MAP_TYPE;
  if (length === 0 || !isAligned(args.offset)) throw EINVAL;
  const size = M.pageUp(length);
  if (size > USER_TOP) throw ENOMEM;
  const isForFilesOnly = type === M.MAP_SHARED_VALIDATE;
  if (type !== M.MAP_SHARED && type !== M.MAP_PRIVATE && !(isForFilesOnly && !(flags & M.MAP_ANONYMOUS))) throw EINVAL;
  const shared = type !== M.MAP_PRIVATE;
  const source = flags & M.MAP_ANONYMOUS ? undefined : sourceOf(process, args, shared);
  const protection = args.protection & M.PROT_ALL;
  if (!(flags & M.MAP_FIXED)) checkSpace(process, space, size);
  const start = yield* placeFor(space, args.address, size, flags);
  yield* space.map({
    start,
    size,
    protection,
    shared,
    file: source?.file,
    allowed: source?.allowed ?? M.PROT_ALL,
    noReserve: (flags & M.MAP_NORESERVE) !== 0,
    name: source?.path ?? "",
  });
  return start;
}

function* setBreak(process: UnixProcess, end: number): Op<number> {
  const space = process.space!;
  const { heapStart, heapEnd } = space;
  if (end < heapStart || end > USER_TOP) return heapEnd;
  if (end - heapStart > process.limits[Resource.DATA]!.soft) return heapEnd;
  try {
    checkSpace(process, space, Math.max(0, end - heapEnd));
    yield* space.setHeapEnd(end);
  } catch (error) {
    if (error !== ENOMEM) throw error;
  }
  return space.heapEnd;
}

interface RemapArguments {
  address: number;
  oldSize: number;
  newSize: number;
  flags: number;
  newAddress: number;
}

/** What mremap refuses before it looks at memory. @throws EINVAL */
function checkRemap({ address, flags, newAddress }: RemapArguments, oldSize: number, newSize: number): void {
  const moves = (flags & M.MREMAP_MAYMOVE) !== 0;
  if (flags & ~(M.MREMAP_MAYMOVE | M.MREMAP_FIXED | M.MREMAP_DONTUNMAP) || !isAligned(address)) throw EINVAL;
  if (flags & (M.MREMAP_FIXED | M.MREMAP_DONTUNMAP) && !moves) throw EINVAL;
  if (flags & M.MREMAP_DONTUNMAP && oldSize !== newSize) throw EINVAL;
  if (newSize === 0 || newSize > USER_TOP) throw EINVAL;
  if (!(flags & (M.MREMAP_FIXED | M.MREMAP_DONTUNMAP))) return;
  if (!isAligned(newAddress) || newAddress + newSize > USER_TOP) throw EINVAL;
  if (newAddress < address + oldSize && address < newAddress + newSize) throw EINVAL;
  if (flags & M.MREMAP_FIXED && newAddress < MMAP_MIN) throw EPERM;
}

function* remap(process: UnixProcess, args: RemapArguments): Op<number> {
  const space = process.space!;
  const { address, flags, newAddress } = args;
  const oldSize = M.pageUp(args.oldSize);
  const newSize = M.pageUp(args.newSize);
  checkRemap(args, oldSize, newSize);
  const mapping = space.mappings.find(address);
  if (mapping === undefined) throw EFAULT;
  if (oldSize > USER_TOP) throw EINVAL;
  // A length of 0 asks for a second view of shared memory.
  if (oldSize === 0 && (!mapping.shared || !(flags & M.MREMAP_MAYMOVE))) throw EINVAL;
  if (mapping.end < address + Math.max(oldSize, oldSize === 0 ? newSize : 0)) throw EFAULT;
  const keepsOld = (flags & M.MREMAP_DONTUNMAP) !== 0;
  if (keepsOld && (mapping.shared || mapping.object.kind === "file")) throw EINVAL;
  if (newSize > oldSize || keepsOld) checkSpace(process, space, keepsOld ? newSize : newSize - oldSize);

  if (flags & M.MREMAP_FIXED) yield* space.unmap(newAddress, newAddress + newSize);
  const target = flags & M.MREMAP_FIXED ? newAddress : undefined;
  if (oldSize === 0) return yield* space.show(mapping, address, newSize, target ?? space.findRoom(newSize));
  if (keepsOld) {
    const moved = yield* moveTo(space, address, oldSize, newSize, target ?? space.findRoom(newSize));
    const { protection, allowed, name } = mapping;
    yield* space.map({ start: address, size: oldSize, protection, shared: false, allowed, name });
    return moved;
  }
  if (target !== undefined) return yield* moveTo(space, address, oldSize, newSize, target);
  if (newSize <= oldSize) {
    if (newSize < oldSize) yield* space.unmap(address + newSize, address + oldSize);
    return address;
  }
  if (mapping.end === address + oldSize && address + newSize <= USER_TOP && space.mappings.isFree(address + oldSize, address + newSize)) {
    yield* space.extend(mapping, address + newSize - mapping.start);
    return address;
  }
  if (!(flags & M.MREMAP_MAYMOVE)) throw ENOMEM;
  return yield* moveTo(space, address, oldSize, newSize, space.findRoom(newSize));
}

function* moveTo(space: AddressSpace, from: number, oldSize: number, newSize: number, to: number): Op<number> {
  if (newSize < oldSize) yield* space.unmap(from + newSize, from + oldSize);
  const kept = Math.min(oldSize, newSize);
  space.move(from, from + kept, to);
  if (newSize > kept) {
    const last = space.mappings.find(to + kept - 1)!;
    yield* space.extend(last, to + newSize - last.start);
  }
  return to;
}

export function memoryCalls(): UnixHandlers {
  return {
    old_mmap(process, args) {
      const { addr, len, prot, flags, fd, offset } = decode(structs.mmap_arguments, args.arguments);
      return map(process, { address: addr, length: len, protection: prot, flags, fd, offset });
    },
    mmap2: (process, { address, length, protection, flags, fd, page }) =>
      map(process, { address, length, protection, flags, fd, offset: page * M.PAGE_SIZE }),

    *munmap(process, { address, length }) {
      if (!isAligned(address) || length === 0 || address + length > USER_TOP) throw EINVAL;
      yield* process.space!.unmap(address, M.pageUp(address + length));
      return 0;
    },

    *mprotect(process, { address, length, protection }) {
      if (!isAligned(address) || (protection & M.PROT_GROWS) === M.PROT_GROWS) throw EINVAL;
      if (length === 0) return 0;
      const end = rangeEnd(address, length);
      if (protection & ~(M.PROT_ALL | M.PROT_GROWS)) throw EINVAL;
      if (!process.space!.mappings.covers(address, end)) throw ENOMEM;
      // No mapping grows by itself.
      if (protection & M.PROT_GROWS) throw EINVAL;
      yield* process.space!.protect(address, end, protection & M.PROT_ALL);
      return 0;
    },

    mremap: (process, args) => remap(process, args),
    brk: (process, { end }) => setBreak(process, end),

    msync(process, { address, length, flags }) {
      if (!isAligned(address)) throw EINVAL;
      if (flags & M.MS_ASYNC && flags & M.MS_SYNC) throw EINVAL;
      const end = rangeEnd(address, length);
      const { mappings } = process.space!;
      if (end > address && !mappings.covers(address, end)) throw ENOMEM;
      process.space!.writeBack(address, end);
      return 0;
    },

    *madvise(process, { address, length, advice }) {
      if (!M.isAdvice(advice) || !isAligned(address)) throw EINVAL;
      const end = rangeEnd(address, length);
      if (onForkOf.has(advice)) process.space!.setOnFork(address, end, onForkOf.get(advice));
      if (advice === M.MADV_DONTNEED || advice === M.MADV_FREE) yield* process.space!.discard(address, end);
      if (end > address && !process.space!.mappings.covers(address, end)) throw ENOMEM;
      return 0;
    },

    // Nothing is locked: paging is invisible but for time. The range must be mapped all the same.
    mlock: (process, { address, length }) => lock(process, address, length, 0),
    mlock2: (process, { address, length, flags }) => lock(process, address, length, flags),
    munlock: (process, { address, length }) => checkMapped(process, address, length),
    mlockall(process, { flags }) {
      if (flags === 0 || flags === M.MCL_ONFAULT) throw EINVAL;
      checkLockable(process, flags & M.MCL_CURRENT ? process.space!.mappings.bytes : 0);
      return 0;
    },
    munlockall: () => 0,
  };
}

/** Whether so much may be locked by a process that is not the superuser's. @throws EPERM, ENOMEM */
function checkLockable({ credentials, limits }: UnixProcess, bytes: number): void {
  if (isSuperuser(credentials)) return;
  const most = limits[Resource.MEMLOCK]!.soft;
  if (most === 0) throw EPERM;
  if (bytes > most) throw ENOMEM;
}

/** Locking fetches all pages, unless only those that are used are meant: there must be access. */
function lock(process: UnixProcess, address: number, length: number, flags: number): number {
  const start = M.pageDown(address);
  checkLockable(process, rangeEnd(address, length) - start);
  const parts = process.space!.mappings.overlapping(start, rangeEnd(address, length));
  checkMapped(process, address, length);
  if (length > 0 && !(flags & M.MLOCK_ONFAULT) && parts.some(({ protection }) => protection === 0)) throw ENOMEM;
  return 0;
}

function checkMapped(process: UnixProcess, address: number, length: number): number {
  const start = M.pageDown(address);
  const end = rangeEnd(address, length);
  if (end > start && !process.space!.mappings.covers(start, end)) throw ENOMEM;
  return 0;
}
