/**
 * Page faults as IPC: from the region to its manager and back (kernel/abi/page-fault.ts).
 *
 * Faults come from user code, from the kernel's own access to a trap frame or a parameter block, and
 * from the transfer of messages; a Resumption says what goes on when the page is there.
 */
import { PAGE_MASK } from "#machine/ram.ts";
import { Right } from "./abi/calls.ts";
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "./abi/page-fault.ts";
import type { AddressSpace } from "./address-space.ts";
import { nearestThread, redirection } from "./clans.ts";
import { type Access, Exchange, type Failure } from "./exchange.ts";
import { mapItemsClipped } from "./flexpage-mapping.ts";
import type { Forgetting } from "./forgetting.ts";
import type { MappingDatabase } from "./mapping-database.ts";
import type { PageItem } from "./native.ts";
import type { Region } from "./regions.ts";
import type { TaskTable } from "./task.ts";
import type { Thread } from "./thread.ts";
import type { Observers } from "./trace.ts";
import type { UserMemory } from "./user-memory.ts";
import type { Waits } from "./waits.ts";

/** Replies in a row that may be useless before the client gets an exception. */
const USELESS_REPLIES = 3;

/** How long a manager that may be anybody can take: to take the fault message, and to answer it. */
export const UNTRUSTED_US = 10_000_000;

/** A page fault that ends without the page. @see FaultRefusal */
export interface RefusedAccess extends Access {
  readonly reason: number;
}

/** What goes on in a thread that needed a page. */
export interface Resumption {
  /** The access is possible now, or to be tried again. */
  resume(client: Thread): void;
  /** It will not be. */
  refuse(client: Thread, access: RefusedAccess): void;
  /** ex_regs wants the client: it becomes ready. */
  cancel(client: Thread): void;
  /** The client is deleted. */
  abandon(client: Thread): void;
}

/** Where a fault leads: who is asked for which page, or why nobody is. */
interface Route {
  addressee: Thread | undefined;
  named: ThreadId;
  condition: number;
  limitUs: number;
  ds: number;
  /** Offset of the page in the data space. */
  offset: number;
  /** Refusal when nobody can be asked, or all has failed. */
  reason: number;
}

export class Fault extends Exchange implements Access {
  readonly kind = "fault";
  readonly address: number;
  readonly write: boolean;
  readonly eip: number;
  readonly ds: number;
  readonly offset: number;
  readonly reason: number;
  readonly resumption: Resumption;
  private readonly faults: PageFaults;

  constructor(faults: PageFaults, client: Thread, address: number, write: boolean, route: Route, resumption: Resumption) {
    super(client, route.addressee, route.named, route.condition, route.limitUs, true);
    this.faults = faults;
    this.address = address;
    this.write = write;
    this.eip = client.context!.eip;
    this.ds = route.ds;
    this.offset = route.offset;
    this.reason = route.reason;
    this.resumption = resumption;
  }

  words(): number[] {
    return [(this.offset | (this.write ? FAULT_WRITE : 0)) >>> 0, this.ds, (this.address & ~PAGE_MASK) >>> 0, this.eip >>> 0];
  }

  override began(isDelivered: boolean): void {
    this.faults.began(this, isDelivered);
  }

  answered(words: readonly number[], mapped: boolean): void {
    this.faults.answered(this, words, mapped);
  }

  failed(why: Failure): void {
    if (why === "undelivered") this.faults.useless(this);
    else this.faults.refuse(this, this.reason);
  }

  cancelled(): void {
    this.resumption.cancel(this.client);
  }

  override abandoned(): void {
    this.resumption.abandon(this.client);
  }

  override access(): Access {
    return this;
  }

  override map(items: readonly PageItem[], source: AddressSpace): boolean {
    return this.faults.map(this, items, source);
  }
}

export class PageFaults {
  private readonly tasks: TaskTable;
  private readonly memory: UserMemory;
  private readonly mappings: MappingDatabase;
  private readonly waits: Waits;
  private readonly observers: Observers;
  private readonly forgetting: Forgetting | undefined;

  constructor(
    tasks: TaskTable,
    memory: UserMemory,
    mappings: MappingDatabase,
    waits: Waits,
    observers: Observers,
    forgetting: Forgetting | undefined,
  ) {
    this.tasks = tasks;
    this.memory = memory;
    this.mappings = mappings;
    this.waits = waits;
    this.observers = observers;
    this.forgetting = forgetting;
  }

  /**
   * Asks for a page in the name of an emulated thread.
   * @param timeoutUs limit for reaching the manager, and for its answer
   */
  raise(thread: Thread, address: number, write: boolean, resumption: Resumption, timeoutUs: number): void {
    thread.task.statistics.faults++;
    this.forgetting?.faulted(thread, address);
    const fault = new Fault(this, thread, address, write, this.route(thread, address, write, timeoutUs), resumption);
    const { addressee, ds, offset } = fault;
    if (addressee !== undefined) {
      this.observers.trace?.({ kind: "fault", thread: thread.id, address, write, eip: fault.eip >>> 0, manager: addressee.id, ds, offset });
    }
    this.waits.ask(fault);
  }

  /** Who gets a fault message: the manager, when a chief has bound the region; else who is nearest, as for every message. */
  private route(thread: Thread, address: number, write: boolean, timeoutUs: number): Route {
    const route: Route = {
      addressee: undefined,
      named: NIL,
      condition: 0,
      limitUs: timeoutUs,
      ds: 0,
      offset: 0,
      reason: FaultRefusal.MANAGER,
    };
    const region = thread.task.regions.find(address);
    if (region === undefined) route.reason = FaultRefusal.NO_REGION;
    else if (region.rights === 0 || (write && (region.rights & Right.WRITE) === 0)) route.reason = FaultRefusal.RIGHTS;
    else {
      const addressee = this.reach(thread, region);
      route.named = region.manager;
      route.ds = region.ds;
      route.offset = region.offset + ((address & ~PAGE_MASK) >>> 0) - region.base;
      if (region.untrusted) route.limitUs = Math.min(timeoutUs, UNTRUSTED_US);
      // Time 0 is too short for any manager.
      if (addressee !== undefined && addressee !== thread && route.limitUs > 0) {
        route.addressee = addressee;
        route.condition = addressee.id === region.manager ? 0 : redirection(thread.task, addressee.task);
      }
    }
    return route;
  }

  private reach(thread: Thread, region: Region): Thread | undefined {
    const manager = this.tasks.thread(region.manager);
    return manager === undefined || region.byChief ? manager : nearestThread(thread.task, manager);
  }

  /** The manager has been asked. */
  began({ client, addressee }: Fault, isDelivered: boolean): void {
    this.observers.probe?.raised(client.id, addressee!.id, isDelivered);
  }

  /** Maps what a manager's answer brings, as far as the client's region is (still) the manager's. False when memory for tables ran out. */
  map(fault: Fault, items: readonly PageItem[], source: AddressSpace): boolean {
    const { client } = fault;
    const region = client.task.regions.find(fault.address);
    if (region === undefined || region.manager !== fault.named) return true;
    return mapItemsClipped(this.mappings, source, items, client.task.space, region.base, region.end, (region.rights & Right.WRITE) !== 0);
  }

  /** The manager answered. */
  answered(fault: Fault, words: readonly number[], mapped: boolean): void {
    const { client } = fault;
    if (this.memory.permits(client.task.space.table, fault.address, fault.write)) {
      client.uselessReplies = 0;
      this.resume(fault);
    } else {
      const reason = words[0] ?? 0;
      if (!mapped && reason >= FaultRefusal.NO_REGION && reason <= FaultRefusal.MANAGER) this.refuse(fault, reason);
      else this.useless(fault);
    }
  }

  /** An answer that does not help: the access is tried again, but not for ever. */
  useless(fault: Fault): void {
    const { client } = fault;
    client.uselessReplies++;
    if (client.uselessReplies < USELESS_REPLIES) this.resume(fault);
    else this.refuse(fault, FaultRefusal.MANAGER);
  }

  refuse({ client, address, write, resumption }: Fault, reason: number): void {
    this.observers.trace?.({ kind: "faultEnd", thread: client.id, address, reason });
    client.uselessReplies = 0;
    resumption.refuse(client, { address, write, reason });
  }

  private resume({ client, address, resumption }: Fault): void {
    this.observers.trace?.({ kind: "faultEnd", thread: client.id, address, reason: 0 });
    this.observers.probe?.served(client.id);
    resumption.resume(client);
  }
}
