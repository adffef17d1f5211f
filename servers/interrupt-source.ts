/**
 * Where a driver's interrupts come from: the interrupt server (abi/interrupt-server.ts), or the kernel when the driver has the line to
 * itself. Drivers see no difference: they ask whether a message is an interrupt, and answer it.
 */
import { interruptId, sameTask, type ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Message, type Op, type Received, receive } from "#kernel/native.ts";
import { Claim, InterruptRequest, InterruptStatus } from "./abi/interrupt-server.ts";

const CLAIMED: Message = { words: [Claim.CLAIMED] };
const NOT_MINE: Message = { words: [Claim.NOT_MINE] };

export interface InterruptOptions {
  interruptLine: number;
  /** undefined: the driver attaches the line itself. */
  interruptServer?: ThreadId | undefined;
}

export class InterruptSource {
  private readonly interrupt: ThreadId;
  private readonly server: ThreadId | undefined;

  private constructor(interrupt: ThreadId, server: ThreadId | undefined) {
    this.interrupt = interrupt;
    this.server = server;
  }

  /** Attaches the line to the calling thread, or registers the thread. @throws Error when it cannot be done: the machine is put together wrongly */
  static *open({ interruptLine, interruptServer }: InterruptOptions): Op<InterruptSource> {
    const interrupt = interruptId(interruptLine);
    if (interruptServer === undefined) {
      // What was pending before the first request is of no use to the driver, so it does not matter if it is taken here.
      yield* receive(interrupt, { receiveUs: 0 });
    } else {
      const answer = yield* call(interruptServer, { words: [InterruptRequest.REGISTER, interruptLine, 0] });
      if (answer.words[0] !== InterruptStatus.OK) throw new Error(`interrupt line ${interruptLine}: refused by the interrupt server`);
    }
    return new InterruptSource(interrupt, interruptServer);
  }

  is({ from, words }: Received): boolean {
    if (this.server === undefined) return from === this.interrupt;
    return sameTask(from, this.server) && words[0] === InterruptRequest.QUESTION;
  }

  /** The answer to an interrupt; undefined when it needs none. */
  answer(claimed: boolean): Message | undefined {
    if (this.server === undefined) return undefined;
    return claimed ? CLAIMED : NOT_MINE;
  }
}
