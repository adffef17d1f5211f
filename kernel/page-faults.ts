/**
 * Page faults as IPC: from the region to its manager and back (kernel/abi/page-fault.ts).
 *
 * Faults come from user code, from the kernel's own access to a trap frame or a parameter block, and
 * from the transfer of messages; Fault.resume says what goes on when the page is there.
 */
import { PageFaultError, Vector } from "#machine/exit.ts";
import { PAGE_MASK } from "#machine/ram.ts";
import { Right } from "./abi/calls.ts";
import { FaultRefusal } from "./abi/page-fault.ts";
import type { AddressSpace } from "./address-space.ts";
import { nearestThread, redirection } from "./clans.ts";
import type { Core } from "./core.ts";
import { mapItemsClipped } from "./flexpage-mapping.ts";
import type { PageItem } from "./native.ts";
import type { Region } from "./regions.ts";
import { READY, type Fault, type Thread } from "./thread.ts";

/** Replies in a row that may be useless before the client gets an exception. */
const USELESS_REPLIES = 3;

/** How long a manager that may be anybody can take: to take the fault message, and to answer it. */
const UNTRUSTED_US = 10_000_000;

export class PageFaults {
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  /**
   * Asks for a page in the name of an emulated thread.
   * @param timeoutUs limit for reaching the manager, and for its answer
   */
  raise(thread: Thread, address: number, write: boolean, resume: Fault["resume"], timeoutUs: number): void {
    const { core } = this;
    const region = thread.task.regions.find(address);
    thread.task.statistics.faults++;
    core.forgetting?.faulted(thread, address);
    const eip = thread.context!.eip;
    const refused = { address, write, resume };
    if (region === undefined) return this.refuse(thread, refused, FaultRefusal.NO_REGION);
    if (region.rights === 0 || (write && (region.rights & Right.WRITE) === 0)) return this.refuse(thread, refused, FaultRefusal.RIGHTS);
    const manager = this.reach(thread, region);
    if (manager === undefined || manager === thread) return this.refuse(thread, refused, FaultRefusal.MANAGER);
    const offset = region.offset + ((address & ~PAGE_MASK) >>> 0) - region.base;
    core.trace?.({ kind: "fault", thread: thread.id, address, write, eip: eip >>> 0, manager: manager.id, ds: region.ds, offset });
    // Time 0 is too short for any manager.
    const limitUs = region.untrusted ? Math.min(timeoutUs, UNTRUSTED_US) : timeoutUs;
    if (!(limitUs > 0)) return this.refuse(thread, refused, FaultRefusal.MANAGER);
    const named = region.manager;
    const condition = manager.id === named ? 0 : redirection(thread.task, manager.task);
    const fault: Fault = { address, write, eip, manager, named, condition, ds: region.ds, offset, sent: false, timeoutUs: limitUs, resume };
    const reachable = core.ipc.waitsFor(manager, thread.id);
    core.ipc.block(thread, { kind: "faulting", fault });
    if (reachable) {
      manager.disarm();
      core.transfers.begin(thread, "fault", manager, "message");
    } else {
      manager.addSender(thread);
      core.ipc.arm(thread, limitUs);
    }
    core.probe?.raised(thread.id, manager.id, reachable);
  }

  /** Who gets a fault message: the manager, when a chief has bound the region; else who is nearest, as for every message. */
  private reach(thread: Thread, region: Region): Thread | undefined {
    const manager = this.core.tasks.thread(region.manager);
    return manager === undefined || region.byChief ? manager : nearestThread(thread.task, manager);
  }

  /** The manager has the message: the client waits for the answer. */
  sent(client: Thread, fault: Fault): void {
    fault.sent = true;
    this.core.ipc.block(client, { kind: "faulting", fault });
    this.core.ipc.arm(client, fault.timeoutUs);
    this.core.ipc.awaitReply(client);
  }

  /** Maps what a manager's answer brings, as far as the client's region is (still) the manager's. False when memory for tables ran out. */
  mapReply(client: Thread, fault: Fault, items: readonly PageItem[], source: AddressSpace): boolean {
    const region = client.task.regions.find(fault.address);
    if (region === undefined || region.manager !== fault.named) return true;
    const { mappings } = this.core;
    return mapItemsClipped(mappings, source, items, client.task.space, region.base, region.end, (region.rights & Right.WRITE) !== 0);
  }

  /** The manager answered. */
  replied(client: Thread, fault: Fault, words: readonly number[], mapped: boolean): void {
    if (this.core.memory.permits(client.task.space.table, fault.address, fault.write)) {
      client.uselessReplies = 0;
      this.resume(client, fault);
    } else {
      const reason = words[0] ?? 0;
      if (!mapped && reason >= FaultRefusal.NO_REGION && reason <= FaultRefusal.MANAGER) this.refuse(client, fault, reason);
      else this.useless(client, fault);
    }
  }

  /** An answer that does not help: the access is tried again, but not for ever. */
  useless(client: Thread, fault: Fault): void {
    client.uselessReplies++;
    if (client.uselessReplies < USELESS_REPLIES) this.resume(client, fault);
    else this.refuse(client, fault, FaultRefusal.MANAGER);
  }

  managerGone(client: Thread, fault: Fault): void {
    this.refuse(client, fault, FaultRefusal.MANAGER);
  }

  /** The manager took too long: it may be anybody, or the page is needed for a transfer with a limit. */
  expire(client: Thread, fault: Fault): void {
    this.refuse(client, fault, FaultRefusal.MANAGER);
  }

  /** ex_regs wants the client: the access is given up, or tried again later. */
  cancel(client: Thread, fault: Fault): void {
    if (typeof fault.resume === "object") this.core.transfers.abort(fault.resume, client);
    else this.core.ipc.wake(client);
  }

  private resume(client: Thread, fault: Fault): void {
    const { core } = this;
    core.trace?.({ kind: "faultEnd", thread: client.id, address: fault.address, reason: 0 });
    core.probe?.served(client.id);
    client.disarm();
    client.state = typeof fault.resume === "object" ? { kind: "transferring", transfer: fault.resume } : READY;
    core.scheduler.enqueue(client);
  }

  private refuse(client: Thread, fault: Pick<Fault, "address" | "write" | "resume">, reason: number): void {
    const { core } = this;
    const { address, write, resume } = fault;
    core.trace?.({ kind: "faultEnd", thread: client.id, address, reason });
    client.uselessReplies = 0;
    if (typeof resume === "object") {
      core.transfers.fail(resume, client, address);
      return;
    }
    const present = core.memory.permits(client.task.space.table, address, false);
    const errorCode = PageFaultError.USER | (write ? PageFaultError.WRITE : 0) | (present ? PageFaultError.PROTECTION : 0);
    const trap = { vector: Vector.PAGE_FAULT, errorCode, address, reason };
    core.ipc.wake(client);
    if (resume === "trap") core.traps.stop(client, client.pendingTrap ?? trap);
    else core.traps.deliver(client, trap);
  }
}
