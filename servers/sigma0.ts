/**
 * σ0: owns all frames at boot and hands each of them to one task (servers/abi/sigma0.ts).
 *
 * A native task whose space is idempotent: frame f at address f * 4096, as the kernel set it up. The
 * kernel info page (frame 0) tells how much memory there is; it is mapped read-only to whoever asks.
 * Budgets: first come, first served. When nothing is left, the frames of tasks that are gone are given again, empty: whoever still
 * has one from them (by a grant) loses it. Source: L4 X.0 reference manual, "σ0".
 */
import { FLEXPAGE_WRITE, flexpage, flexpageBase, flexpageLog2Size, Unmap } from "#kernel/abi/flexpage.ts";
import { ANY, NIL, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { InfoPage } from "#kernel/abi/info-page.ts";
import { PAGE_LOG2, PAGE_SIZE } from "#kernel/abi/page.ts";
import { type Message, type NativeContext, NO_FAULTS, type Op, receive, replyAndWait } from "#kernel/native.ts";
import { Sigma0Request } from "./abi/sigma0.ts";

const SUPERPAGE_LOG2 = 22;

const REFUSAL: Message = { words: [0] };

/** Word 0 and the low byte of word 1 of the X.0 request for the kernel info page. */
const INFO_PAGE = 1;

/** Page addresses below; 4 MB pages are asked for at their address plus this. */
const SUPERPAGE_BASE = 0x4000_0000;
const SUPERPAGE_END = 0xc000_0000;

export function* sigma0(context: NativeContext): Op<void> {
  const info = context.memory.page(0, "read");
  const memoryEnd = new DataView(info.buffer, info.byteOffset, PAGE_SIZE).getUint32(InfoPage.MAIN_MEMORY_HIGH, true);
  const frames = new Frames(context, memoryEnd / PAGE_SIZE);
  let request = yield* receive(ANY, NO_FAULTS);
  for (;;) {
    const reply = request.error === 0 ? answer(frames, request.from, request.words) : REFUSAL;
    request = yield* replyAndWait(request.from, reply, NO_FAULTS);
  }
}

function answer(frames: Frames, client: ThreadId, words: readonly number[]): Message {
  const [what = 0, detail = 0, size = 0] = words;
  if (what === Sigma0Request.ANY) {
    if (size === 0) return frames.giveAny(client, PAGE_LOG2);
    const log2 = flexpageLog2Size(size);
    return log2 < PAGE_LOG2 || log2 > 32 ? REFUSAL : frames.giveAny(client, log2);
  }
  if (what === INFO_PAGE)
    return (detail & 0xff) === 1 ? { words: [flexpage(0, PAGE_LOG2)], pages: [{ hotSpot: 0, fpage: flexpage(0, PAGE_LOG2) }] } : REFUSAL;
  if ((what & 3) !== 0) return REFUSAL;
  if (what < SUPERPAGE_BASE) return frames.give(client, flexpageBase(what), PAGE_LOG2);
  return what < SUPERPAGE_END ? frames.give(client, flexpageBase(what - SUPERPAGE_BASE), SUPERPAGE_LOG2) : REFUSAL;
}

/** Who has which frame. */
class Frames {
  private readonly owners: ThreadId[];
  private readonly context: NativeContext;

  constructor(context: NativeContext, count: number) {
    this.context = context;
    this.owners = Array.from({ length: count }, () => NIL);
  }

  /** A given aligned block, unless some of it does not exist or is another task's. */
  give(client: ThreadId, address: number, log2: number): Message {
    const first = address / PAGE_SIZE;
    const count = 2 ** (log2 - PAGE_LOG2);
    const task = taskOf(client);
    if (first === 0 || first % count !== 0 || first + count > this.owners.length) return REFUSAL;
    const isOthers = (owner: ThreadId): boolean => owner !== NIL && owner !== task;
    if (this.owners.slice(first, first + count).some((owner) => isOthers(owner) && this.context.kernel.exists(owner))) return REFUSAL;
    for (let frame = first; frame < first + count; frame++) if (isOthers(this.owners[frame]!)) this.takeBack(frame);
    this.owners.fill(task, first, first + count);
    return { words: [flexpage(address, log2)], pages: [{ hotSpot: address, fpage: flexpage(address, log2, FLEXPAGE_WRITE) }] };
  }

  /** The lowest free aligned block of a size. */
  giveAny(client: ThreadId, log2: number): Message {
    const count = 2 ** (log2 - PAGE_LOG2);
    let first = this.findFree(count);
    if (first === 0 && this.takeBackAll()) first = this.findFree(count);
    return first === 0 ? REFUSAL : this.give(client, first * PAGE_SIZE, log2);
  }

  /** The first frame of a free block, or 0. Frame 0 is the info page's. */
  private findFree(count: number): number {
    for (let first = count === 1 ? 1 : count; first + count <= this.owners.length; first += count)
      if (this.isFree(first, count)) return first;
    return 0;
  }

  /** Takes the frames of all tasks that are gone. @returns whether there were any */
  private takeBackAll(): boolean {
    const { kernel } = this.context;
    const gone = new Set([...new Set(this.owners)].filter((owner) => owner !== NIL && !kernel.exists(owner)));
    if (gone.size === 0) return false;
    for (let frame = 0; frame < this.owners.length; frame++) if (gone.has(this.owners[frame]!)) this.takeBack(frame);
    return true;
  }

  /** Takes a frame from all who have it, and empties it. */
  private takeBack(frame: number): void {
    const address = frame * PAGE_SIZE;
    this.context.kernel.unmap(flexpage(address, PAGE_LOG2), Unmap.FLUSH);
    this.context.memory.page(address, "write").fill(0);
    this.owners[frame] = NIL;
  }

  private isFree(first: number, count: number): boolean {
    for (let frame = first; frame < first + count; frame++) if (this.owners[frame] !== NIL) return false;
    return true;
  }
}
