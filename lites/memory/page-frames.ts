/**
 * The pager's own frames, taken from σ0 (servers/abi/sigma0.ts) and found in the server's address space at the
 * addresses that σ0 gives (idempotent).
 */
import { flexpage, flexpageBase, flexpageSize, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { IpcError } from "#kernel/abi/ipc.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { PAGE_LOG2 } from "#kernel/abi/page.ts";
import { call, type NativeContext, type Op as NativeOp } from "#kernel/native.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { PAGE_SIZE } from "../abi/memory-flags.ts";

/** Frames are asked for in blocks of up to this size. */
const BLOCK_LOG2 = 20;

export class PageFrames {
  private readonly context: NativeContext;
  private readonly free: number[] = [];
  total = 0;

  constructor(context: NativeContext) {
    this.context = context;
  }

  /** Takes up to `count` frames. What σ0 does not have is not missed here: see `total`. */
  *takeFrom(sigma0: ThreadId, count: number): NativeOp<void> {
    let log2 = BLOCK_LOG2;
    while (this.total < count && log2 >= PAGE_LOG2) {
      if ((count - this.total) * PAGE_SIZE < 2 ** log2) {
        log2--;
        continue;
      }
      const request = { words: [Sigma0Request.ANY, 0, flexpage(0, log2)] };
      const reply = yield* call(sigma0, request, { receiveUs: 1e6 }, WHOLE_SPACE);
      const given = reply.words[0] ?? 0;
      if (reply.error !== IpcError.OK || given === 0) {
        log2--;
        continue;
      }
      for (let offset = 0; offset < flexpageSize(given); offset += PAGE_SIZE) this.free.push(flexpageBase(given) + offset);
      this.total += flexpageSize(given) / PAGE_SIZE;
    }
    this.free.reverse();
  }

  get freeCount(): number {
    return this.free.length;
  }

  /** Address of a frame with undefined content, or undefined. */
  allocate(): number | undefined {
    return this.free.pop();
  }

  /** Gives back a frame that no client has mapped any more. */
  release(address: number): void {
    this.free.push(address);
  }

  /** Live view of a frame, valid until the next kernel call. */
  view(address: number, access: "read" | "write"): Uint8Array {
    return this.context.memory.page(address, access);
  }

  /** fpage_unmap of one frame. */
  unmap(address: number, mask: number): number {
    return this.context.kernel.unmap(flexpage(address, PAGE_LOG2), mask);
  }
}
