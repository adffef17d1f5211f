/**
 * Data spaces in messages as exchanges: before a message is complete the kernel asks the manager of each for a lazy copy, in the sender's
 * name, and when the message then fails it has the copies given up, in the receiver's (protocol: abi/data-space.ts).
 *
 * Nobody waits for the giving up: a message for it stands in the manager's send queue under the receiver's name, while the receiver and the
 * sender go on with their errors. So neither of them can be held up by a manager after the other is gone.
 */
import { DATA_SPACE_TICKET_SHIFT, DATA_SPACE_TICKETS, DataSpaceLabel } from "./abi/data-space.ts";
import { NEVER } from "./abi/ipc.ts";
import { FaultRefusal } from "./abi/page-fault.ts";
import { nearestThread, redirection } from "./clans.ts";
import { Exchange } from "./exchange.ts";
import type { DataSpaceName } from "./native.ts";
import { type Resumption, UNTRUSTED_US } from "./page-faults.ts";
import type { Task, TaskTable } from "./task.ts";
import { Thread } from "./thread.ts";
import type { AskedCopy, Transfer } from "./transfer.ts";
import type { Waits } from "./waits.ts";

/** Messages that wait to be taken, in all. A manager that takes none loses what is beyond: it keeps copies that nobody knows. */
const MAX_DISCARDS = 1024;

/** Who is asked, why that one, and for how long. */
interface Route {
  readonly addressee: Thread | undefined;
  readonly condition: number;
  readonly limitUs: number;
}

/** The question for a copy. The client is the sender of the transfer, which waits for it. */
class DataSpaceCopy extends Exchange implements AskedCopy {
  readonly kind = "copy";
  readonly ticket: number;
  readonly number: number;
  private isRefused = false;
  private readonly transfer: Transfer;
  private readonly resumption: Resumption;

  constructor(t: Transfer, { manager, number }: DataSpaceName, route: Route, ticket: number, resumption: Resumption) {
    super(t.sender, route.addressee, manager, route.condition, route.limitUs, true);
    this.ticket = ticket;
    this.number = number;
    this.transfer = t;
    this.resumption = resumption;
  }

  words(): number[] {
    return [ticketWord(DataSpaceLabel.COPY, this.ticket), this.number >>> 0, this.transfer.receiver.task.id];
  }

  answered(words: readonly number[], mapped: boolean): void {
    const [refusal = FaultRefusal.MANAGER, number] = words;
    if (refusal === 0 && number !== undefined && !mapped) {
      this.transfer.copies = [...this.transfer.copies, { manager: this.named, number }];
      this.resumption.resume(this.client);
      return;
    }
    this.isRefused = true;
    this.refuse(refusal >= FaultRefusal.NO_REGION && refusal <= FaultRefusal.MANAGER && !mapped ? refusal : FaultRefusal.MANAGER);
  }

  get mayExist(): boolean {
    return this.phase === "told" && !this.isRefused;
  }

  failed(): void {
    this.refuse(FaultRefusal.MANAGER);
  }

  cancelled(): void {
    this.resumption.cancel(this.client);
  }

  override abandoned(): void {
    this.resumption.abandon(this.client);
  }

  private refuse(reason: number): void {
    this.resumption.refuse(this.client, { address: 0, write: false, reason });
  }
}

/** A copy is to be given up. The client is nobody but the name of the receiver. */
class Discard extends Exchange {
  readonly kind = "discard";
  private readonly ticket: number;
  private readonly ended: () => void;

  constructor(client: Thread, addressee: Thread, copy: AskedCopy, limitUs: number, ended: () => void) {
    const condition = addressee.id === copy.named ? 0 : redirection(client.task, addressee.task);
    super(client, addressee, copy.named, condition, limitUs, false);
    this.ticket = copy.ticket;
    this.ended = ended;
  }

  words(): number[] {
    return [ticketWord(DataSpaceLabel.DISCARD, this.ticket), 0, 0];
  }

  override arrived(): void {
    this.ended();
  }

  answered(): void {}

  failed(): void {
    this.ended();
  }

  cancelled(): void {}
}

export class DataSpaceCopies {
  private readonly tasks: TaskTable;
  private readonly waits: Waits;
  private tickets = 0;
  private discards = 0;

  constructor(tasks: TaskTable, waits: Waits) {
    this.tasks = tasks;
    this.waits = waits;
  }

  /**
   * Goes on with the data spaces of a transfer. Managers' own are passed as they are.
   * @returns whether all are there; if not, a manager is being asked
   */
  collect(t: Transfer, resumption: Resumption): boolean {
    for (let next = t.dataSpaces[t.copies.length]; next !== undefined; next = t.dataSpaces[t.copies.length]) {
      if (next.manager === t.sender.id) t.copies = [...t.copies, next];
      else {
        this.ask(t, next, resumption);
        return false;
      }
    }
    return true;
  }

  /** A transfer has failed: what was made for it is given up. */
  discard(t: Transfer): void {
    for (const copy of t.asked) if (copy.mayExist) this.giveUp(copy, t.receiver.task);
    t.asked = [];
  }

  private ask(t: Transfer, dataSpace: DataSpaceName, resumption: Resumption): void {
    const copy = new DataSpaceCopy(t, dataSpace, this.route(t, dataSpace), this.tickets, resumption);
    this.tickets = (this.tickets + 1) % DATA_SPACE_TICKETS;
    t.asked = [...t.asked, copy];
    this.waits.block(t.receiver, { kind: "transferring", transfer: t });
    this.waits.ask(copy);
  }

  /** The manager itself, when a chief has bound a region of the sender to the data space; else who is nearest, as for every message. */
  private route({ sender, receiver }: Transfer, { manager, number }: DataSpaceName): Route {
    const named = this.tasks.thread(manager);
    const { receiveFaultUs, untrustedFaultUs } = receiver.plan;
    let limitUs = receiveFaultUs;
    if (named === undefined) return { addressee: undefined, condition: 0, limitUs };
    if (!isTrusted(named)) limitUs = Math.min(limitUs, untrustedFaultUs, UNTRUSTED_US);
    const isBound = sender.task.regions.all().some((region) => region.byChief && region.manager === manager && region.ds === number >>> 0);
    const addressee = isBound ? named : nearestThread(sender.task, named);
    // Who takes part in the transfer cannot answer meanwhile, and time 0 is too short for any manager.
    if (addressee === undefined || addressee === sender || addressee === receiver || !(limitUs > 0)) {
      return { addressee: undefined, condition: 0, limitUs };
    }
    return { addressee, condition: addressee === named ? 0 : redirection(sender.task, addressee.task), limitUs };
  }

  /** The way of the question, if it went to the manager itself. */
  private giveUp(copy: AskedCopy, owner: Task): void {
    const named = this.tasks.thread(copy.named);
    if (named === undefined || this.discards >= MAX_DISCARDS) return;
    const addressee = copy.addressee === named ? named : nearestThread(owner, named);
    if (addressee === undefined) return;
    this.discards++;
    const name = new Thread(owner.id, owner, 0, named.endpoint, undefined, undefined);
    const limitUs = isTrusted(named) ? NEVER : UNTRUSTED_US;
    this.waits.ask(new Discard(name, addressee, copy, limitUs, () => this.discards--));
  }
}

const ticketWord = (label: number, ticket: number): number => (label | (ticket << DATA_SPACE_TICKET_SHIFT)) >>> 0;

/** Made at boot: it will answer. */
const isTrusted = ({ task }: Thread): boolean => task.chief === undefined;
