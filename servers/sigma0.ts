/**
 * σ0: owns all frames at boot and hands each of them to one task (servers/abi/sigma0.ts).
 *
 * A native task whose space is idempotent: frame f at address f * 4096, as the kernel set it up. The
 * kernel info page (frame 0) tells how much memory there is; it is mapped read-only to whoever asks.
 * Budgets: first come, first served. Source: L4 X.0 reference manual, "σ0".
 */
import { FLEXPAGE_WRITE, flexpage, flexpageBase, flexpageLog2Size } from "#kernel/abi/flexpage.ts";
import { ANY, NIL, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { InfoPage } from "#kernel/abi/info-page.ts";
import { type Message, type NativeContext, NO_FAULTS, type Op, receive, replyAndWait } from "#kernel/native.ts";
import { Sigma0Request } from "./abi/sigma0.ts";

const PAGE_LOG2 = 12;
const PAGE_SIZE = 1 << PAGE_LOG2;
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
  const frames = new Frames(memoryEnd / PAGE_SIZE);
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

  constructor(count: number) {
    this.owners = Array.from({ length: count }, () => NIL);
  }

  /** A given aligned block, unless some of it does not exist or is another task's. */
  give(client: ThreadId, address: number, log2: number): Message {
    const first = address / PAGE_SIZE;
    const count = 2 ** (log2 - PAGE_LOG2);
    const task = taskOf(client);
    if (first === 0 || first % count !== 0 || first + count > this.owners.length) return REFUSAL;
    for (let frame = first; frame < first + count; frame++) {
      const owner = this.owners[frame]!;
      if (owner !== NIL && owner !== task) return REFUSAL;
    }
    this.owners.fill(task, first, first + count);
    return { words: [flexpage(address, log2)], pages: [{ hotSpot: address, fpage: flexpage(address, log2, FLEXPAGE_WRITE) }] };
  }

  /** The lowest free aligned block of a size. */
  giveAny(client: ThreadId, log2: number): Message {
    const count = 2 ** (log2 - PAGE_LOG2);
    // Frame 0 is the info page's.
    for (let first = count === 1 ? 1 : count; first + count <= this.owners.length; first += count) {
      if (this.isFree(first, count)) return this.give(client, first * PAGE_SIZE, log2);
    }
    return REFUSAL;
  }

  private isFree(first: number, count: number): boolean {
    for (let frame = first; frame < first + count; frame++) if (this.owners[frame] !== NIL) return false;
    return true;
  }
}
