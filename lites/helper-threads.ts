/**
 * Helper threads of the Unix server: native threads that wait for drivers, so that the request thread need not.
 *
 * They share the server's state. A helper that woke activations must nudge the request thread, which may be waiting for a
 * message, to run them. A `Gate` is where a helper sleeps until another part of the server has work for it.
 */
import { taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { type NativeContext, type Op as NativeOp, receive } from "#kernel/native.ts";

export interface HelperThreads {
  /** Starts a native thread of the server's task under the next free lthread number. */
  start(body: (context: NativeContext) => NativeOp<void>): void;
  /** The request thread sends this helper an empty message (send timeout 0) before it waits for requests again. */
  wake(helper: ThreadId): void;
  /** Yielded by helpers after they woke something: gets the request thread to run activations and to send its wake messages. */
  nudge(): NativeOp<void>;
}

/** One helper waits, others open. Nothing is lost: the waiter tests its condition and waits without a yield in between. */
export class Gate {
  private readonly helpers: HelperThreads;
  private waiter: ThreadId | undefined;

  constructor(helpers: HelperThreads) {
    this.helpers = helpers;
  }

  *wait(context: NativeContext): NativeOp<void> {
    this.waiter = context.id;
    // Lthread 0 is the request thread. Nobody else's messages count, nor can they hold the helper up.
    yield* receive(taskOf(context.id));
    this.waiter = undefined;
  }

  open(): void {
    if (this.waiter === undefined) return;
    this.helpers.wake(this.waiter);
    this.waiter = undefined;
  }
}
