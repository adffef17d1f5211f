/**
 * Where drivers let clients map pages: a row of places of one size, one of them open for the next message.
 *
 * Pages that came with a message stay in their place until the request is done; what came with a message that is not acted upon is
 * removed, so that nobody finds it there.
 */
import { flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import { Condition } from "#kernel/abi/ipc.ts";
import { PAGE_LOG2 } from "#kernel/abi/page.ts";
import type { NativeContext, Received } from "#kernel/native.ts";

export class PageWindows {
  private readonly free: number[] = [];
  private readonly context: NativeContext;
  private readonly log2: number;

  /**
   * @param base address of the first of `count` places in the driver's space
   * @param log2 of the bytes of a place; default: one page
   */
  constructor(context: NativeContext, base: number, count: number, log2 = PAGE_LOG2) {
    this.context = context;
    this.log2 = log2;
    for (let i = 0; i < count; i++) this.free.push(base + i * 2 ** log2);
  }

  /** Where the next message may map pages, as a flexpage; 0 when all places are in use. */
  get open(): number {
    const address = this.free.at(-1);
    return address === undefined ? 0 : flexpage(address, this.log2);
  }

  /** The address of the place whose pages came with a message; to be released. undefined: none came. */
  take(received: Received): number | undefined {
    return (received.condition & Condition.MAPPED) === 0 ? undefined : this.free.pop();
  }

  /** Whether the client's page is (still) there for an access. */
  permits(address: number, access: "read" | "write"): boolean {
    return this.context.memory.frame(address, access) >= 0;
  }

  release(address: number): void {
    this.context.kernel.unmap(flexpage(address, this.log2), Unmap.FLUSH | Unmap.OWN);
    this.free.push(address);
  }

  /** Removes what came with a message that is not acted upon. */
  clear(): void {
    if (this.open !== 0) this.context.kernel.unmap(this.open, Unmap.FLUSH | Unmap.OWN);
  }
}
