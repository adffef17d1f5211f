/**
 * FIFO: the page that came first goes first. The worked example of docs/managers.md in TypeScript:
 * `lites paging --manager paging/managers/fifo.ts`.
 */
import { type FaultAnswer, FaultRefusal, type ManagerOptions, type NativeContext, type Op, type PageFault, Pager } from "lites-l3/manager";

/** A page of a program. Its place on the disk is its own for ever; `stored`: there is something in it. */
interface Page {
  readonly block: number;
  stored: boolean;
  address: number | undefined;
}

export default (options: ManagerOptions) =>
  function* fifo(context: NativeContext): Op<void> {
    const pager = new Pager(context, options);
    const free = yield* pager.takeFrames();
    const pages = new Map<string, Page>();
    const queue: Page[] = [];

    /** The page of a fault, made when it is asked for first; undefined when the disk has no block left. */
    function find({ task, dataSpace, page }: PageFault): Page | undefined {
      const key = `${task}:${dataSpace}:${page}`;
      let found = pages.get(key);
      if (found === undefined && pages.size < options.blocks) {
        found = { block: pages.size, stored: false, address: undefined };
        pages.set(key, found);
      }
      return found;
    }

    /** An address to put a page at: a free one, or that of the first in the queue. Undefined: the disk failed. */
    function* room(): Op<number | undefined> {
      const address = free.pop();
      if (address !== undefined) return address;
      const victim = queue.shift();
      if (victim?.address === undefined) return undefined;
      const { dirty } = pager.flush(victim.address);
      if (dirty) {
        if (!(yield* pager.pageOut(victim.block, victim.address))) return undefined;
        victim.stored = true;
      }
      const { address: freed } = victim;
      victim.address = undefined;
      return freed;
    }

    function* serve(fault: PageFault): Op<FaultAnswer> {
      const page = find(fault);
      if (page === undefined) return { refuse: FaultRefusal.NO_MEMORY };
      if (page.address === undefined) {
        const address = yield* room();
        if (address === undefined) return { refuse: FaultRefusal.IO };
        if (!page.stored) pager.zeroFill(address);
        else if (!(yield* pager.pageIn(page.block, address))) return { refuse: FaultRefusal.IO };
        page.address = address;
        queue.push(page);
      }
      return { map: page.address, writable: true };
    }

    yield* pager.serve(serve);
  };
