/**
 * execve: checks the file, builds the new image in a task of its own beside the old one, then changes over. Every error
 * that can be found is found before; the old image is untouched until then. Source: execve(2), elf(5).
 */
import { NIL } from "#kernel/abi/identifiers.ts";
import type { Op } from "../activation.ts";
import { handlerStack, MMAP_MIN, STACK_TOP } from "../abi/address-map.ts";
import { AuxiliaryType } from "../abi/auxiliary-vector.ts";
import { USER_HZ } from "../abi/clocks.ts";
import { E2BIG, EAGAIN, EINVAL, ELOOP, ENOEXEC, ENOMEM, ESRCH } from "../abi/errno.ts";
import { S_IFMT, S_IFREG, S_ISGID, S_ISUID } from "../abi/file-mode.ts";
import { SIGCHLD } from "../abi/signals.ts";
import { ARGUMENT_BYTES_MAX, ARGUMENT_STRING_MAX, Resource } from "../abi/limits.ts";
import { PAGE_SIZE, PROT_READ, PROT_WRITE, pageUp } from "../abi/memory-flags.ts";
import type { Core } from "../core.ts";
import { closeOnExec } from "../descriptors.ts";
import { AddressSpace } from "../memory/address-space.ts";
import { PROCESS_PRIORITY } from "../process/fork.ts";
import type { Credentials } from "../process/process.ts";
import { ProcessPageWriter } from "../process/process-page.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import type { UnixThread } from "../process/unix-thread.ts";
import type { Inode } from "../vfs/inode.ts";
import { releaseProgram, retainProgram } from "../vfs/write-access.ts";
import { ELF_PROGRAM_HEADER_BYTES, type ElfImage, isElf, parseElf } from "./elf.ts";
import { isScript, parseScript, SCRIPT_LINE_BYTES } from "./script.ts";
import { argumentBytes, buildStackImage, type StackImage } from "./stack-image.ts";

/** What AT_RANDOM points to. */
const RANDOM_BYTES = 16;

/** A script's interpreter may be a script, to this depth. */
const MAX_SCRIPTS = 4;
/** Where position-independent programs go, and the largest stack. */
const PIE_BASE = 0x56555000;
const MAX_STACK_BYTES = 64 << 20;
const MIN_STACK_BYTES = 128 << 10;
/** Most of a name that /proc and ps show. */
const NAME_LENGTH = 15;

/** A program found, with the arguments that its scripts made of the given ones. */
interface Program {
  inode: Inode;
  path: string;
  origin: string | undefined;
  image: ElfImage;
  interpreter: { inode: Inode; path: string; image: ElfImage } | undefined;
  argv: string[];
}

/** Of an argument or a variable; its characters are bytes. */
const isTooLong = (text: string): boolean => text.length >= ARGUMENT_STRING_MAX;

/** Replaces the process's image. When it returns, the old task is gone and the new one runs, with `caller` as its only thread. */
export function* execute(core: Core, caller: UnixThread, path: string, argv: readonly string[], envp: readonly string[]): Op<void> {
  const { process } = caller;
  const program = findProgram(core, process, path, argv);
  if (argumentBytes(argv, envp) > ARGUMENT_BYTES_MAX || [...argv, ...envp].some(isTooLong)) throw E2BIG;
  const credentials = newCredentials(process.credentials, program.inode);

  const frame = process.page === undefined ? core.cache.takeFrame() : undefined;
  if (process.page === undefined && frame === undefined) throw ENOMEM;
  const name = path.slice(path.lastIndexOf("/") + 1).slice(0, NAME_LENGTH);
  const task = core.kernel.taskNew({ priority: PROCESS_PRIORITY, name, ...core.clan });
  if (task === NIL) {
    if (frame !== undefined) core.frames.release(frame);
    throw EAGAIN;
  }
  const space = new AddressSpace(core.memory, task);
  let stack: StackImage;
  let entry: number;
  let built = false;
  retainProgram(program.inode);
  try {
    yield* space.createEmulatorAreas();
    yield* mapStack(space, process.limits[Resource.STACK]!.soft);
    const loaded = yield* load(space, program);
    entry = loaded.entry;
    stack = buildStackImage(STACK_TOP, {
      argv: program.argv,
      envp,
      auxiliary: auxiliaryVector(core, program, loaded, process.credentials, credentials),
      path,
      random: yield* core.random(RANDOM_BYTES),
    });
    if (stack.bytes.length > ARGUMENT_BYTES_MAX) throw E2BIG;
    // Killed meanwhile, without a request in service that could have been aborted: a program that the host starts.
    if (!process.alive) throw ESRCH;
    built = true;
  } finally {
    // Also when the process is killed while it waits for the memory manager.
    if (!built) {
      releaseProgram(program.inode);
      space.release(task);
      core.lifecycle.deleteTask(task);
      if (frame !== undefined) core.frames.release(frame);
    }
  }

  // From here on nothing can fail.
  core.lifecycle.abandonImage(process);
  if (frame !== undefined) process.page = new ProcessPageWriter(core.frames, frame);
  process.space = space;
  process.stackImage = stack.bytes;
  process.name = name;
  process.arguments = [...program.argv];
  process.environment = [...envp];
  if (process.executable !== undefined) releaseProgram(process.executable.inode);
  process.executable = { inode: program.inode, path: program.path, origin: program.origin };
  process.credentials = credentials;
  process.executed = true;
  process.exitSignal = SIGCHLD;
  caller.interruptedSleep = undefined;
  core.lifecycle.endOthers(caller);
  caller.signals.executed();
  closeOnExec(process);
  core.processes.setTask(process, task);
  process.place(caller, 0);
  process.page!.set({ SERVER: core.requestThread, STACK_IMAGE: stack.address, STACK_IMAGE_SIZE: stack.bytes.length, ENTRY: entry });
  process.updatePage();
  process.vforkDone = true;
  process.vforkQueue.wakeAll();
  core.kernel.exRegs(task, { eip: core.emulator.start, esp: handlerStack(0) });
}

/** Resolves the path and the interpreters of scripts, and checks all files involved. */
function findProgram(core: Core, process: UnixProcess, path: string, argv: readonly string[]): Program {
  let name = path;
  let args: readonly string[] = argv;
  for (let depth = 0; ; depth++) {
    const { inode, path: absolute, origin } = core.files.executable(process, name);
    // As on Linux, a program has at least its name, be it an empty one.
    if (args.length === 0) args = [""];
    const start = readSome(inode, 0, SCRIPT_LINE_BYTES);
    if (isScript(start)) {
      if (depth === MAX_SCRIPTS) throw ELOOP;
      const { interpreter, argument } = parseScript(start);
      args = [interpreter, ...(argument === undefined ? [] : [argument]), name, ...args.slice(1)];
      name = interpreter;
      continue;
    }
    if (!isElf(start)) throw ENOEXEC;
    const image = parse(inode);
    return { inode, path: absolute, origin, image, interpreter: findInterpreter(core, process, image), argv: [...args] };
  }
}

function findInterpreter(core: Core, process: UnixProcess, image: ElfImage): Program["interpreter"] {
  if (image.interpreter === undefined) return undefined;
  const { inode, path } = core.files.executable(process, image.interpreter);
  if (!isElf(readSome(inode, 0, 4))) throw ENOEXEC;
  const interpreter = parse(inode);
  if (!interpreter.relocatable) throw EINVAL;
  return { inode, path, image: interpreter };
}

function parse(inode: Inode): ElfImage {
  const read = (position: number, length: number): Uint8Array => {
    const bytes = readSome(inode, position, length);
    if (bytes.length < length) throw ENOEXEC;
    return bytes;
  };
  return parseElf(read, inode.attributes().size);
}

function readSome(inode: Inode, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const got = inode.readAt(position + filled, bytes.subarray(filled));
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

/** Set-user-id and set-group-id. */
function newCredentials(old: Credentials, inode: Inode): Credentials {
  const { mode, uid, gid } = inode.attributes();
  const credentials = { ...old };
  if ((mode & S_IFMT) === S_IFREG && mode & S_ISUID) credentials.euid = uid;
  // Without group execution the bit means mandatory locking.
  if ((mode & S_IFMT) === S_IFREG && (mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010)) credentials.egid = gid;
  credentials.suid = credentials.euid;
  credentials.sgid = credentials.egid;
  return credentials;
}

function* mapStack(space: AddressSpace, limit: number): Op<void> {
  const size = pageUp(Math.min(Math.max(limit, MIN_STACK_BYTES), MAX_STACK_BYTES));
  yield* space.map({
    start: STACK_TOP - size,
    size,
    protection: PROT_READ | PROT_WRITE,
    shared: false,
    noReserve: true,
    name: "[stack]",
  });
}

interface Loaded {
  entry: number;
  programEntry: number;
  headers: number;
  interpreterBase: number;
}

function* load(space: AddressSpace, { inode, path, image, interpreter }: Program): Op<Loaded> {
  const bias = image.relocatable ? PIE_BASE - image.low : 0;
  yield* mapSegments(space, inode, path, image, bias);
  space.heapStart = pageUp(image.segments.at(-1)!.end + bias);
  space.heapEnd = space.heapStart;
  const programEntry = (image.entry + bias) >>> 0;
  const headers = image.headers === 0 ? 0 : (image.headers + bias) >>> 0;
  if (interpreter === undefined) return { entry: programEntry, programEntry, headers, interpreterBase: 0 };
  const base = space.findRoom(interpreter.image.high - interpreter.image.low) - interpreter.image.low;
  yield* mapSegments(space, interpreter.inode, interpreter.path, interpreter.image, base);
  return { entry: (interpreter.image.entry + base) >>> 0, programEntry, headers, interpreterBase: base };
}

function* mapSegments(space: AddressSpace, inode: Inode, path: string, image: ElfImage, bias: number): Op<void> {
  if (image.low + bias < MMAP_MIN) throw EINVAL;
  if (!space.mappings.isFree(image.low + bias, image.high + bias) || image.high + bias > STACK_TOP) throw ENOMEM;
  for (const segment of image.segments) {
    const { size, protection, fileBytes, fileOffset } = segment;
    const start = segment.start + bias;
    const wholePages = pageUp(fileBytes) === size && !(protection & PROT_WRITE) && segment.end - segment.start === fileBytes;
    yield* space.map({
      start,
      size,
      protection,
      shared: false,
      name: path,
      // Pure file content comes straight from the pager; what is written to, or ends in zeros, through the memory manager.
      file: fileBytes === 0 ? undefined : { inode, offset: fileOffset, ...(wholePages ? {} : { valid: fileBytes }) },
    });
  }
}

function auxiliaryVector(
  core: Core,
  { image }: Program,
  loaded: Loaded,
  old: Credentials,
  credentials: Credentials,
): [type: number, value: number][] {
  const secure = old.uid !== credentials.euid || old.gid !== credentials.egid;
  return [
    // A signal may cancel a call outside a trap while a chief has it, and nobody would know whether it was made.
    [AuxiliaryType.SYSINFO, core.clan.chief === undefined ? core.emulator.sysinfo : core.emulator.gate],
    [AuxiliaryType.HWCAP, core.cpu.capabilities],
    [AuxiliaryType.PAGESZ, PAGE_SIZE],
    [AuxiliaryType.CLKTCK, USER_HZ],
    [AuxiliaryType.PHDR, loaded.headers],
    [AuxiliaryType.PHENT, ELF_PROGRAM_HEADER_BYTES],
    [AuxiliaryType.PHNUM, image.headerCount],
    [AuxiliaryType.BASE, loaded.interpreterBase],
    [AuxiliaryType.FLAGS, 0],
    [AuxiliaryType.ENTRY, loaded.programEntry],
    [AuxiliaryType.UID, credentials.uid],
    [AuxiliaryType.EUID, credentials.euid],
    [AuxiliaryType.GID, credentials.gid],
    [AuxiliaryType.EGID, credentials.egid],
    [AuxiliaryType.SECURE, secure ? 1 : 0],
  ];
}
