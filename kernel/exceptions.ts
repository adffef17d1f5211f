/**
 * Exceptions as IPC: a thread that cannot take a trap itself stops, and its chief is told (layout: kernel/abi/trap-frame.ts). No answer is
 * expected: the chief starts the thread again by lthread_ex_regs, or deletes it.
 */
import { NIL } from "./abi/identifiers.ts";
import { NEVER } from "./abi/ipc.ts";
import { EXCEPTION_LABEL } from "./abi/trap-frame.ts";
import { Exchange } from "./exchange.ts";
import type { Thread, Trap } from "./thread.ts";
import type { Waits } from "./waits.ts";

export class ExceptionReport extends Exchange {
  readonly kind = "exception";
  readonly trap: Trap;
  private readonly waits: Waits;

  constructor(waits: Waits, client: Thread, chief: Thread | undefined, trap: Trap) {
    super(client, chief, chief?.id ?? NIL, 0, NEVER, false);
    this.waits = waits;
    this.trap = trap;
  }

  words(): number[] {
    const { trap } = this;
    return [EXCEPTION_LABEL, trap.vector >>> 0, this.client.context!.eip >>> 0, trap.address >>> 0, trap.reason];
  }

  /** There is nobody to tell any more: the thread remains stopped. */
  failed(): void {
    this.waits.told(this);
  }

  answered(): void {}

  cancelled(): void {
    this.waits.wake(this.client);
  }
}
