/**
 * Descriptor tables: allocation, duplication, closing; what fork, exec and exit do to them.
 */
import { EBADF, EMFILE } from "./abi/errno.ts";
import { O_PATH } from "./abi/open-flags.ts";
import type { Descriptor, Process } from "./process/process.ts";
import { releaseRecordLocks } from "./vfs/record-locks.ts";
import type { File } from "./vfs/file.ts";

/** @throws EBADF */
export function descriptor(process: Process, fd: number): Descriptor {
  const slot = process.descriptors[fd];
  if (slot === undefined) throw EBADF;
  return slot;
}

/** The open file of a descriptor; EBADF also for O_PATH descriptors, which cannot be read, written or controlled. */
export function openFile(process: Process, fd: number): File {
  const { file } = descriptor(process, fd);
  if (file.flags & O_PATH) throw EBADF;
  return file;
}

export function readableFile(process: Process, fd: number): File {
  const file = openFile(process, fd);
  if (!file.reads) throw EBADF;
  return file;
}

export function writableFile(process: Process, fd: number): File {
  const file = openFile(process, fd);
  if (!file.writes) throw EBADF;
  return file;
}

/** Lowest free descriptor not below `lowest`. @throws EMFILE */
export function freeDescriptor(process: Process, lowest = 0): number {
  let fd = lowest;
  while (process.descriptors[fd] !== undefined) fd++;
  if (fd >= process.descriptorLimit) throw EMFILE;
  return fd;
}

/** Puts an open file (whose reference it takes over) under the lowest free descriptor. On EMFILE the file is released. */
export function installFile(process: Process, file: File, closeOnExec: boolean, lowest = 0): number {
  let fd: number;
  try {
    fd = freeDescriptor(process, lowest);
  } catch (error) {
    file.release();
    throw error;
  }
  process.descriptors[fd] = { file, closeOnExec };
  return fd;
}

/** close(2). Closing any descriptor of a file drops the process's record locks on it, as POSIX has it. */
export function closeDescriptor(process: Process, fd: number): void {
  const { file } = descriptor(process, fd);
  process.descriptors[fd] = undefined;
  releaseRecordLocks(process, file.inode);
  file.release();
}

/** The table of a fork child: the same open files. */
export function copyDescriptors(parent: Process): (Descriptor | undefined)[] {
  return parent.descriptors.map((slot) => slot && { file: slot.file.retain(), closeOnExec: slot.closeOnExec });
}

/** exec: closes what is marked close-on-exec. */
export function closeOnExec(process: Process): void {
  for (let fd = 0; fd < process.descriptors.length; fd++) {
    if (process.descriptors[fd]?.closeOnExec) closeDescriptor(process, fd);
  }
}

/** exit: closes everything. */
export function closeAll(process: Process): void {
  for (let fd = 0; fd < process.descriptors.length; fd++) {
    if (process.descriptors[fd] !== undefined) closeDescriptor(process, fd);
  }
  process.descriptors.length = 0;
}
