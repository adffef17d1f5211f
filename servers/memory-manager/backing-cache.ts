/**
 * Pages of other managers that are mapped in the manager's own space, and the fetching of more.
 *
 * The window is a bounded set of slots of one page each, used again in least-recently-used order. A
 * page is named by (manager, data space, offset), so all clients of a file share one slot. The owner
 * may flush its page at any time; a slot is valid only while it is mapped.
 * Fetches are data here; worker threads (backing-worker.ts) carry them out, at most one per manager at a
 * time, so a manager that does not answer delays nobody but its own clients.
 */
import { flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeContext } from "#kernel/native.ts";

/** Beyond every frame of the idempotent part of the own space. */
const WINDOW_BASE = 0xc0000000;

const keyOf = (manager: ThreadId, dataSpace: number, offset: number): string => `${manager}:${dataSpace}:${offset}`;

/** A fault that waits for a page of another manager. */
export interface WaitingFault {
  readonly client: ThreadId;
  readonly words: readonly number[];
  /** How often it has waited. */
  attempts: number;
}

export class Fetch {
  readonly manager: ThreadId;
  readonly dataSpace: number;
  /** In bytes. */
  readonly offset: number;
  readonly waiting: WaitingFault[] = [];
  /** Address in the own space where the page shall go; 0 before the fetch is started. */
  address = 0;

  constructor(manager: ThreadId, dataSpace: number, offset: number) {
    this.manager = manager;
    this.dataSpace = dataSpace;
    this.offset = offset;
  }

  get key(): string {
    return keyOf(this.manager, this.dataSpace, this.offset);
  }
}

export class BackingCache {
  /** Key → address, least recently used first. */
  private readonly pages = new Map<string, number>();
  private readonly freeAddresses: number[] = [];
  private readonly fetches = new Map<string, Fetch>();
  /** Managers that did not answer in time. */
  private readonly distrusted = new Set<ThreadId>();
  private readonly context: NativeContext;

  /** @param slots size of the window in pages; more than there are workers */
  constructor(context: NativeContext, slots: number) {
    this.context = context;
    for (let i = slots - 1; i >= 0; i--) this.freeAddresses.push(WINDOW_BASE + i * 4096);
  }

  /** Address of a page in the own space; undefined when it must be fetched. */
  find(manager: ThreadId, dataSpace: number, offset: number): number | undefined {
    const key = keyOf(manager, dataSpace, offset);
    const address = this.pages.get(key);
    if (address === undefined) return undefined;
    this.pages.delete(key);
    if (!this.context.memory.mapped(address)) {
      this.freeAddresses.push(address);
      return undefined;
    }
    this.pages.set(key, address);
    return address;
  }

  /** The fetch of a page: the one under way, or a new one for the queue. */
  fetch(manager: ThreadId, dataSpace: number, offset: number): Fetch {
    const fetch = new Fetch(manager, dataSpace, offset);
    const present = this.fetches.get(fetch.key);
    if (present) return present;
    this.fetches.set(fetch.key, fetch);
    return fetch;
  }

  /** Takes the page from all clients if it is in the window; they fault for it again. */
  revoke(manager: ThreadId, dataSpace: number, offset: number): void {
    const address = this.pages.get(keyOf(manager, dataSpace, offset));
    if (address !== undefined) this.context.kernel.unmap(flexpage(address, 12), Unmap.FLUSH);
  }

  /** Asks a manager nothing any more; its pages stay. @returns the fetches that will not be started */
  distrust(manager: ThreadId): Fetch[] {
    this.distrusted.add(manager);
    const dropped = [...this.fetches.values()].filter((fetch) => fetch.manager === manager);
    for (const fetch of dropped) this.cancel(fetch);
    return dropped;
  }

  /** Takes a fetch out of the queue, unless it was started. */
  cancel(fetch: Fetch): void {
    if (fetch.address === 0) this.fetches.delete(fetch.key);
  }

  trusts(manager: ThreadId): boolean {
    return !this.distrusted.has(manager);
  }

  /** The next fetch that can be started, with a place in the window. */
  start(): Fetch | undefined {
    const busy = new Set<ThreadId>();
    for (const fetch of this.fetches.values()) if (fetch.address !== 0) busy.add(fetch.manager);
    for (const fetch of this.fetches.values()) {
      if (fetch.address !== 0 || busy.has(fetch.manager)) continue;
      fetch.address = this.freeAddresses.pop() ?? this.evict();
      return fetch;
    }
    return undefined;
  }

  /** Takes note that a fetch has ended, with or without a page. */
  finish(fetch: Fetch): void {
    this.fetches.delete(fetch.key);
    if (this.context.memory.mapped(fetch.address)) this.pages.set(fetch.key, fetch.address);
    else this.freeAddresses.push(fetch.address);
  }

  /** A client started another fault, so an older one of it waits no more. */
  forget(client: ThreadId): void {
    for (const fetch of this.fetches.values()) {
      const index = fetch.waiting.findIndex((fault) => fault.client === client);
      if (index >= 0) fetch.waiting.splice(index, 1);
    }
  }

  private evict(): number {
    const [key, address] = this.pages.entries().next().value!;
    this.pages.delete(key);
    this.context.kernel.unmap(flexpage(address, 12), Unmap.FLUSH | Unmap.OWN);
    return address;
  }
}
