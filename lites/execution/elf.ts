/**
 * ELF32 i386 program headers, checked. Source: System V ABI, chapter 5, and its i386 supplement.
 */
import { EINVAL, ENOEXEC, ENOMEM } from "../abi/errno.ts";
import { PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE, pageDown, pageUp } from "../abi/memory-flags.ts";
import { decodeText } from "../text.ts";

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const MAX_PROGRAM_HEADERS = 128;
const MAX_INTERPRETER_PATH = 4096;
const ADDRESS_SPACE = 2 ** 32;

const ELFCLASS32 = 1;
const ELFDATA2LSB = 1;
const ET_EXEC = 2;
const ET_DYN = 3;
const EM_386 = 3;
const EM_486 = 6;
const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_PHDR = 6;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

/** One PT_LOAD segment, in pages. Addresses are those of the file, before any bias. */
export interface Segment {
  /** Page-aligned start of the pages and of the file part. */
  start: number;
  fileOffset: number;
  /** Bytes from `start` that come from the file, and in all (page-aligned end). */
  fileBytes: number;
  size: number;
  /** Exact end of the memory: the heap starts above the last. */
  end: number;
  /** PROT_* */
  protection: number;
}

export interface ElfImage {
  /** Whether the addresses are relative. */
  relocatable: boolean;
  entry: number;
  segments: Segment[];
  /** Address of the program headers in memory (0 = not mapped), and their number. */
  headers: number;
  headerCount: number;
  interpreter: string | undefined;
  /** Page-aligned range of all segments. */
  low: number;
  high: number;
}

export const ELF_PROGRAM_HEADER_BYTES = PROGRAM_HEADER_BYTES;

/** Reads exactly that much of the file. @throws ENOEXEC when the file ends before */
export type FileReader = (position: number, length: number) => Uint8Array;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function isElf(start: Uint8Array): boolean {
  return start.length >= 4 && start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}

/** @throws ENOEXEC for what is no i386 program; EINVAL and ENOMEM for impossible segments */
export function parseElf(read: FileReader, fileSize: number): ElfImage {
  const header = view(read(0, HEADER_BYTES));
  if (header.getUint8(4) !== ELFCLASS32 || header.getUint8(5) !== ELFDATA2LSB) throw ENOEXEC;
  const type = header.getUint16(16, true);
  const machine = header.getUint16(18, true);
  if ((type !== ET_EXEC && type !== ET_DYN) || (machine !== EM_386 && machine !== EM_486)) throw ENOEXEC;
  const entry = header.getUint32(24, true);
  const tableOffset = header.getUint32(28, true);
  const headerCount = header.getUint16(44, true);
  if (header.getUint16(42, true) !== PROGRAM_HEADER_BYTES || headerCount === 0 || headerCount > MAX_PROGRAM_HEADERS) throw ENOEXEC;

  const table = view(read(tableOffset, headerCount * PROGRAM_HEADER_BYTES));
  const segments: Segment[] = [];
  let interpreter: string | undefined;
  let headers = 0;
  for (let index = 0; index < headerCount; index++) {
    const word = (field: number) => table.getUint32(index * PROGRAM_HEADER_BYTES + 4 * field, true);
    const [kind, offset, address, fileSizeOfPart] = [word(0), word(1), word(2), word(4)];
    if (kind === PT_INTERP && interpreter === undefined) {
      if (fileSizeOfPart < 2 || fileSizeOfPart > MAX_INTERPRETER_PATH) throw ENOEXEC;
      const path = read(offset, fileSizeOfPart);
      if (path.at(-1) !== 0) throw ENOEXEC;
      interpreter = decodeText(path.subarray(0, path.indexOf(0)));
    } else if (kind === PT_PHDR) headers = address;
    else if (kind === PT_LOAD) {
      const segment = loadSegment(offset, address, fileSizeOfPart, word(5), word(6), fileSize);
      if (segment !== undefined) segments.push(segment);
    }
  }
  if (segments.length === 0) throw ENOEXEC;
  segments.sort((a, b) => a.start - b.start);
  for (let index = 1; index < segments.length; index++) {
    if (segments[index]!.start < segments[index - 1]!.start + segments[index - 1]!.size) throw ENOEXEC;
  }
  const last = segments.at(-1)!;
  headers ||= addressOfOffset(segments, tableOffset);
  return {
    relocatable: type === ET_DYN,
    entry,
    segments,
    headers,
    headerCount,
    interpreter,
    low: segments[0]!.start,
    high: last.start + last.size,
  };
}

function loadSegment(
  offset: number,
  address: number,
  fileBytes: number,
  memoryBytes: number,
  flags: number,
  fileSize: number,
): Segment | undefined {
  if (fileBytes > memoryBytes) throw EINVAL;
  if (offset + fileBytes > fileSize) throw ENOEXEC;
  if (memoryBytes === 0) return undefined;
  if (address + memoryBytes > ADDRESS_SPACE - PAGE_SIZE) throw ENOMEM;
  if (fileBytes > 0 && (offset - address) % PAGE_SIZE !== 0) throw EINVAL;
  const start = pageDown(address);
  const lead = address - start;
  return {
    start,
    fileOffset: fileBytes > 0 ? offset - lead : 0,
    fileBytes: fileBytes > 0 ? lead + fileBytes : 0,
    size: pageUp(address + memoryBytes) - start,
    end: address + memoryBytes,
    protection: (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0),
  };
}

function addressOfOffset(segments: readonly Segment[], offset: number): number {
  for (const { start, fileOffset, fileBytes } of segments) {
    if (offset >= fileOffset && offset < fileOffset + fileBytes) return start + offset - fileOffset;
  }
  return 0;
}
