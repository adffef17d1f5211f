/**
 * For tests: emulated tasks that run assembled i386 code, and the native pager behind their memory.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Interpreter } from "#machine/cpu/interpreter.ts";
import { VirtualClock } from "#machine/clock.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { sigma0 } from "#servers/sigma0.ts";
import type { ForgetOptions } from "#kernel/forgetting.ts";
import { FLEXPAGE_WRITE, flexpage, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { ANY, NIL, taskOf, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import { call, type Message, type NativeContext, type Op, type Received, receive, replyAndWait, send, sleep } from "#kernel/native.ts";
import { TestMachine } from "./kernel-machine.ts";

export const CODE = 0x10000;
export const DATA = 0x20000;
export const STACK_TOP = 0x30000;
/** End of the region that the pager stands behind. */
const REGION_END = 0x40000;
const PAGE = 4096;
/** Thread number that Guests.idle uses. */
const ALARM_THREAD = 127;

/** Guests find the id of the pager here, and other words after it (Guests.introduce). */
const PARTNERS = DATA + 0xff0;

/** Names for the sources. FRAME is where tests of traps put the trap frame. */
export const FRAME = DATA + 0x800;
const PRELUDE = `
.intel_syntax noprefix
.equ NONE, -1
.equ DATA, ${DATA}
.equ FRAME, ${FRAME}
.equ CODE, ${CODE}
.equ STACK_TOP, ${STACK_TOP}
.equ PAGER, ${PARTNERS}
.equ PARTNER, ${PARTNERS + 4}
.macro ipc
  int 0x30
.endm
`;

/** Sends the registers EDX, EBX, EDI to the pager and sleeps for ever. */
export const FINISH = `
finish:
  mov esi, [PAGER]
  xor eax, eax
  xor ecx, ecx
  mov ebp, NONE
  ipc
  mov eax, NONE
  xor ebp, ebp
  xor esi, esi
  ipc
`;

/** Waits for any message that fits in registers. */
export const WAIT = `
  mov eax, NONE
  xor ecx, ecx
  mov ebp, 1
  xor esi, esi
  ipc
`;

const assembled = new Map<string, Uint8Array>();

/** Machine code of GNU assembler source (Intel syntax), to be placed at CODE. */
export function assemble(source: string): Uint8Array {
  let code = assembled.get(source);
  if (code === undefined) {
    const directory = mkdtempSync(join(tmpdir(), "guest-"));
    try {
      const [from, object, linked, to] = ["a.s", "a.o", "a.elf", "a.bin"].map((name) => join(directory, name)) as [
        string,
        string,
        string,
        string,
      ];
      writeFileSync(from, `${PRELUDE}\n.globl _start\n_start:\n${source}\n`);
      execFileSync("gcc", ["-m32", "-c", from, "-o", object]);
      execFileSync("ld", ["-m", "elf_i386", `-Ttext=0x${CODE.toString(16)}`, "-e", "_start", object, "-o", linked]);
      execFileSync("objcopy", ["-O", "binary", "-j", ".text", linked, to]);
      code = new Uint8Array(readFileSync(to));
    } finally {
      rmSync(directory, { recursive: true });
    }
    assembled.set(source, code);
  }
  return code;
}

/** A machine with the interpreter and σ0. */
export class GuestMachine extends TestMachine {
  readonly sigma0: ThreadId;

  constructor(frames = 512, forget?: ForgetOptions) {
    super({
      frames,
      ...(forget === undefined ? {} : { forget }),
      processor: (ram) => {
        const processor: Interpreter = new Interpreter(ram, new VirtualClock(0n, () => processor.instructions));
        return processor;
      },
    });
    this.sigma0 = this.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
  }

  /** Runs a body that has guests. */
  runGuests<T>(body: (guests: Guests) => Op<T>): T {
    const { sigma0: source } = this;
    return this.runBody(function* (context) {
      const guests = new Guests(context, source);
      guests.block = yield* guests.take(14);
      return yield* body(guests);
    }, 160);
  }
}

interface Guest {
  task: ThreadId;
  /** Address in the pager's space of each page of the region, by page of the guest. */
  pages: Map<number, number>;
}

/** Decides about a fault in place of the pager: a message is the answer, undefined leaves it to the pager. */
export type FaultHook = (request: Received) => Message | "silent" | undefined;

/** The native pager: guests' memory is taken from σ0 as it is needed. */
export class Guests {
  readonly context: NativeContext;
  readonly faults: { client: ThreadId; address: number; write: boolean }[] = [];
  hook: FaultHook | undefined = undefined;
  /** Four pages in a row of the pager's space, for tests of large flexpages. */
  block = 0;
  private readonly sigma0: ThreadId;
  private readonly guests = new Map<ThreadId, Guest>();

  constructor(context: NativeContext, source: ThreadId) {
    this.context = context;
    this.sigma0 = source;
  }

  /** A guest that is not started: code at CODE, zero-filled memory up to REGION_END. */
  *create(source: string, options: { priority?: number; chief?: ThreadId } = {}): Op<ThreadId> {
    const { kernel } = this.context;
    const task = kernel.taskNew({ name: "guest", ...options });
    if (task === NIL) throw new Error("no task");
    kernel.regionMap(task, CODE, REGION_END - CODE, this.context.id, 1, 0, 7);
    this.guests.set(task, { task, pages: new Map() });
    yield* this.write(task, CODE, assemble(source));
    return task;
  }

  /** Tells a guest the pager's id, and further words. */
  *introduce(task: ThreadId, words: readonly number[] = []): Op<void> {
    yield* this.writeWords(task, PARTNERS, [this.context.id, ...words]);
  }

  /** Serves faults for a millisecond of the machine's time: enough for guests to come to rest. */
  *idle(): Op<void> {
    const { id, kernel } = this.context;
    kernel.nativeThreadNew({ lthread: ALARM_THREAD, priority: 255 }, function* () {
      yield* sleep(1000);
      yield* send(id, { words: [] });
    });
    yield* this.next();
  }

  start(task: ThreadId): void {
    this.context.kernel.exRegs(task, { eip: CODE, esp: STACK_TOP });
  }

  *spawn(source: string, options: { priority?: number } = {}): Op<ThreadId> {
    const task = yield* this.create(source, options);
    this.start(task);
    return task;
  }

  /** Writes bytes into a guest's memory, through the pager's own mapping. */
  *write(task: ThreadId, address: number, bytes: Uint8Array): Op<void> {
    for (let done = 0; done < bytes.length; ) {
      const at = address + done;
      const page = this.context.memory.page(yield* this.page(task, at), "write");
      const length = Math.min(bytes.length - done, PAGE - (at % PAGE));
      page.set(bytes.subarray(done, done + length), at % PAGE);
      done += length;
    }
  }

  *writeWords(task: ThreadId, address: number, words: readonly number[]): Op<void> {
    yield* this.write(task, address, new Uint8Array(Uint32Array.from(words, (word) => word >>> 0).buffer));
  }

  *read(task: ThreadId, address: number, length: number): Op<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = address + done;
      const page = this.context.memory.page(yield* this.page(task, at), "read");
      const part = Math.min(length - done, PAGE - (at % PAGE));
      bytes.set(page.subarray(at % PAGE, (at % PAGE) + part), done);
      done += part;
    }
    return bytes;
  }

  *readWords(task: ThreadId, address: number, count: number): Op<number[]> {
    return [...new Uint32Array((yield* this.read(task, address, 4 * count)).buffer)];
  }

  /** Where the pager has a page of a guest; NIL when it has none yet. */
  addressOf(task: ThreadId, address: number): number {
    return this.guests.get(task)?.pages.get(address >>> 12) ?? NIL;
  }

  /** Serves faults until a message that is none arrives. */
  *next(): Op<Received> {
    return yield* this.serve(yield* receive(ANY));
  }

  /** Replies and goes on as next(). */
  *answer(to: ThreadId, message: Message): Op<Received> {
    return yield* this.serve(yield* replyAndWait(to, message));
  }

  private *serve(first: Received): Op<Received> {
    let request = first;
    while (isFault(request)) {
      const reply = this.hook?.(request) ?? (yield* this.pageIn(request));
      request = reply === "silent" ? yield* receive(ANY) : yield* replyAndWait(request.from, reply);
    }
    return request;
  }

  /** The answer to a fault. */
  *pageIn(request: Received): Op<Message> {
    const [where = 0, , address = 0] = request.words;
    if (!this.guests.has(taskOf(request.from))) return { words: [FaultRefusal.NO_REGION] };
    this.faults.push({ client: request.from, address, write: (where & FAULT_WRITE) !== 0 });
    const page = yield* this.page(request.from, address);
    return { words: [0], pages: [{ hotSpot: address, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }] };
  }

  private *page(task: ThreadId, address: number): Op<number> {
    const guest = this.guests.get(taskOf(task));
    if (guest === undefined) throw new Error("no such guest");
    const index = address >>> 12;
    const known = guest.pages.get(index);
    if (known !== undefined) return known;
    const page = yield* this.take(12);
    this.context.memory.page(page, "write").fill(0);
    guest.pages.set(index, page);
    return page;
  }

  /** Takes 2^log2size bytes of memory from σ0. @returns their address in the pager's space */
  *take(log2size: number): Op<number> {
    const words = [Sigma0Request.ANY, 0, flexpage(0, log2size)];
    const reply = yield* call(this.sigma0, { words }, undefined, WHOLE_SPACE);
    const address = (reply.words[0]! & ~0xfff) >>> 0;
    if (address === 0) throw new Error("no frames left");
    return address;
  }
}

/** Fault messages have four words, those that guests send by registers three. */
export const isFault = (message: Received): boolean => message.error === 0 && message.words.length === 4 && message.words[1] === 1;
