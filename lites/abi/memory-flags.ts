/**
 * Flags of the memory calls. Source: mmap(2), mremap(2), madvise(2), msync(2).
 */
import { PAGE_SIZE } from "#kernel/abi/page.ts";

export { PAGE_SIZE };

/** The borders of pages around an address or size. */
export const pageUp = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
export const pageDown = (bytes: number): number => Math.floor(bytes / PAGE_SIZE) * PAGE_SIZE;

export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const PROT_ALL = PROT_READ | PROT_WRITE | PROT_EXEC;
/** PROT_GROWSDOWN and PROT_GROWSUP: for mappings that grow. */
export const PROT_GROWS = 0x03000000;

export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_SHARED_VALIDATE = 3;
export const MAP_TYPE = 0xf;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_NORESERVE = 0x4000;
export const MAP_FIXED_NOREPLACE = 0x100000;

export const MREMAP_MAYMOVE = 1;
export const MREMAP_FIXED = 2;
export const MREMAP_DONTUNMAP = 4;

export const MS_ASYNC = 1;
export const MS_INVALIDATE = 2;
export const MS_SYNC = 4;

export const MADV_DONTNEED = 4;
export const MADV_FREE = 8;
export const MADV_DONTFORK = 10;
export const MADV_DOFORK = 11;
export const MADV_WIPEONFORK = 18;
export const MADV_KEEPONFORK = 19;
/** madvise(2): of the others most are hints, which may be ignored. */
export const isAdvice = (advice: number): boolean =>
  (advice >= 0 && advice <= 4) || (advice >= 8 && advice <= 25) || advice === 100 || advice === 101;

export const MLOCK_ONFAULT = 1;
export const MCL_CURRENT = 1;
export const MCL_FUTURE = 2;
export const MCL_ONFAULT = 4;
