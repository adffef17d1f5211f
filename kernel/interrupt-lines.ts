/**
 * Interrupts as IPC: a line belongs to at most one thread, which receives from interruptId(line).
 *
 * Source: L4 X.0 manual. Associate: closed receive with timeout 0 (succeeds with "receive timeout");
 * detach: receive from NIL with timeout 0. A line stays masked from its delivery until its thread
 * waits again, because only a waiting thread takes it.
 */
import { INTERRUPT_LINES, type InterruptController } from "#machine/interrupts.ts";
import { ANY, interruptId, type ThreadId } from "./abi/identifiers.ts";
import type { Thread } from "./thread.ts";
import type { Waits } from "./waits.ts";

export class InterruptLines {
  private readonly waits: Waits;
  private readonly controller: InterruptController;
  private readonly owners: (Thread | undefined)[] = Array.from<Thread | undefined>({ length: INTERRUPT_LINES });
  /** Bit n: line n has an owner. */
  private owned = 0;

  constructor(waits: Waits, controller: InterruptController) {
    this.waits = waits;
    this.controller = controller;
  }

  /** Hands raised lines to those of their threads that wait for them. */
  deliver(): void {
    const pending = this.controller.pending & this.owned;
    if (pending === 0) return;
    for (let line = 0; line < INTERRUPT_LINES; line++) {
      if ((pending & (1 << line)) === 0) continue;
      const owner = this.owners[line]!;
      const state = owner.state;
      if (state.kind !== "receiving" || !(state.from === ANY || state.from === interruptId(line))) continue;
      this.controller.clear(line);
      this.waits.completeInterrupt(owner, interruptId(line));
    }
  }

  /** Takes a raised line of a thread that is about to wait. @returns its id, or 0 */
  take(thread: Thread): ThreadId {
    const line = thread.interruptLine;
    if (line < 0 || (this.controller.pending & (1 << line)) === 0) return 0;
    this.controller.clear(line);
    return interruptId(line);
  }

  /** Makes a thread the owner of a line in place of its old one. False when the line is taken or does not exist. */
  associate(thread: Thread, id: ThreadId): boolean {
    const line = id - 1;
    if (line >= INTERRUPT_LINES) return false;
    const owner = this.owners[line];
    if (owner === thread) return true;
    if (owner !== undefined) return false;
    this.detach(thread);
    this.owners[line] = thread;
    this.owned |= 1 << line;
    thread.interruptLine = line;
    return true;
  }

  detach(thread: Thread): void {
    const line = thread.interruptLine;
    if (line < 0) return;
    this.owners[line] = undefined;
    this.owned &= ~(1 << line);
    thread.interruptLine = -1;
  }
}
