/**
 * The interrupt server: owns all interrupt lines from boot on and asks the registered drivers around (abi/interrupt-server.ts).
 *
 * The kernel knows one thread per line and asks for no right to it; who may have a line is decided here. A thread for each line
 * waits for its interrupt, thread 0 takes requests; they share the state, and nothing else runs between two yields.
 *
 * No driver can take a line from the others. A claim counts when the line has fallen: it is believed, but the line is looked at
 * (lines are level-triggered), and while it is raised the next driver is asked. True claims move to the front of the order, false
 * ones and silence to the end, so a liar soon costs nobody anything. A line that nobody gets to fall is left alone for a while.
 * Layer beneath: the kernel's native interface.
 */
import { ANY, interruptId, NIL, sameTask, siblingOf, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { IpcError } from "#kernel/abi/ipc.ts";
import { call, type Message, type NativeContext, NO_FAULTS, type Op, receive, replyAndWait, send } from "#kernel/native.ts";
import {
  ANSWER_US,
  Claim,
  InterruptRequest,
  InterruptStatus,
  MAX_DRIVERS,
  MAX_DRIVERS_OF_TASK,
  SILENCE_LIMIT,
} from "./abi/interrupt-server.ts";

/**
 * Rounds of questions after which a line that is still raised is left alone, and for how long: the pause doubles, but stays so short
 * that devices with good drivers are served on a line that another one holds.
 */
const PATIENT_ROUNDS = 16;
const FIRST_PAUSE_US = 1_000;
const LONGEST_PAUSE_US = 10_000;

interface Driver {
  readonly thread: ThreadId;
  /** Questions in a row that it left unanswered. */
  silences: number;
}

class Line {
  readonly number: number;
  /** The thread that waits for the line. */
  readonly thread: ThreadId;
  /** In the order in which they are asked. */
  drivers: Driver[] = [];
  /** Waits for a message of thread 0 rather than for the interrupt. */
  resting = false;
  claimed = 0;
  unclaimed = 0;
  falseClaims = 0;
  silences = 0;
  private readonly context: NativeContext;

  constructor(context: NativeContext, number: number) {
    this.context = context;
    this.number = number;
    this.thread = siblingOf(context.id, number + 1);
  }

  /** The line's thread. */
  *run(): Op<void> {
    const interrupt = interruptId(this.number);
    let raised = (yield* receive(interrupt, { receiveUs: 0 })).error === 0;
    for (let rounds = 0; ; ) {
      if (this.drivers.length === 0) yield* this.rest(Number.POSITIVE_INFINITY);
      if (!raised) yield* receive(interrupt);
      raised = yield* this.askAround(interrupt);
      rounds = raised ? rounds + 1 : 0;
      if (rounds >= PATIENT_ROUNDS) yield* this.rest(Math.min(FIRST_PAUSE_US * 2 ** (rounds - PATIENT_ROUNDS), LONGEST_PAUSE_US));
    }
  }

  /** Asks each driver until the line falls. @returns whether it is still raised */
  private *askAround(interrupt: ThreadId): Op<boolean> {
    let raised = true;
    let claims = 0;
    for (const driver of [...this.drivers]) {
      if (!this.drivers.includes(driver) || !(yield* this.ask(driver))) continue;
      claims++;
      raised = (yield* receive(interrupt, { receiveUs: 0 })).error === 0;
      if (!raised) {
        this.claimed++;
        this.move(driver, "front");
        return false;
      }
      this.falseClaims++;
      this.move(driver, "end");
    }
    if (claims > 0) return raised;
    this.unclaimed++;
    return (yield* receive(interrupt, { receiveUs: 0 })).error === 0;
  }

  /** Asks one driver. @returns whether it claims the interrupt */
  private *ask(driver: Driver): Op<boolean> {
    const timeouts = { ...NO_FAULTS, sendUs: ANSWER_US, receiveUs: ANSWER_US };
    const answer = yield* call(driver.thread, { words: [InterruptRequest.QUESTION, this.number] }, timeouts);
    if (answer.error === IpcError.OK) {
      driver.silences = 0;
      return answer.words[0] === Claim.CLAIMED;
    }
    this.silences++;
    driver.silences++;
    this.move(driver, "end");
    if (driver.silences >= SILENCE_LIMIT || !this.context.kernel.exists(driver.thread)) this.remove(driver.thread);
    return false;
  }

  private move(driver: Driver, to: "front" | "end"): void {
    if (!this.drivers.includes(driver)) return;
    const others = this.drivers.filter((other) => other !== driver);
    this.drivers = to === "front" ? [driver, ...others] : [...others, driver];
  }

  private *rest(us: number): Op<void> {
    this.resting = true;
    // Only thread 0 can wake the line: nobody else is listened to.
    yield* receive(taskOf(this.context.id), { receiveUs: us });
    this.resting = false;
  }

  /** @returns an InterruptStatus */
  add(thread: ThreadId): number {
    this.drivers = this.drivers.filter((driver) => this.context.kernel.exists(driver.thread));
    if (this.drivers.some((driver) => driver.thread === thread)) return InterruptStatus.ALREADY_REGISTERED;
    const ofTask = this.drivers.filter((driver) => sameTask(driver.thread, thread)).length;
    if (this.drivers.length >= MAX_DRIVERS || ofTask >= MAX_DRIVERS_OF_TASK) return InterruptStatus.FULL;
    this.drivers.push({ thread, silences: 0 });
    return InterruptStatus.OK;
  }

  /** @returns whether the thread was registered */
  remove(thread: ThreadId): boolean {
    const before = this.drivers.length;
    this.drivers = this.drivers.filter((driver) => driver.thread !== thread);
    return this.drivers.length < before;
  }
}

class InterruptServer {
  private readonly context: NativeContext;
  private readonly lines: Line[] = [];

  constructor(context: NativeContext, lines: number) {
    this.context = context;
    for (let number = 0; number < lines; number++) {
      const line = new Line(context, number);
      this.lines.push(line);
      context.kernel.nativeThreadNew({ lthread: number + 1 }, () => line.run());
    }
  }

  *serve(sender: ThreadId, words: readonly number[]): Op<Message> {
    const [operation, number = 0, thread = NIL] = words;
    const line = this.lines[number];
    if (line === undefined) return { words: [InterruptStatus.NO_SUCH_LINE] };
    switch (operation) {
      case InterruptRequest.REGISTER: {
        const status = line.add(sender);
        if (status === InterruptStatus.OK && line.resting) yield* send(line.thread, { words: [] }, { sendUs: 0 });
        return { words: [status, line.thread] };
      }
      case InterruptRequest.UNREGISTER:
        return { words: [this.unregister(line, sender, thread === NIL ? sender : thread)] };
      case InterruptRequest.STATISTICS: {
        const { claimed, unclaimed, falseClaims, silences, drivers } = line;
        return { words: [InterruptStatus.OK, claimed, unclaimed, falseClaims, silences, drivers.length] };
      }
      default:
        return { words: [InterruptStatus.BAD_REQUEST] };
    }
  }

  private unregister(line: Line, sender: ThreadId, thread: ThreadId): number {
    const mayDo = sameTask(sender, thread) || this.context.kernel.chief(thread) === taskOf(sender);
    if (!mayDo) return InterruptStatus.DENIED;
    return line.remove(thread) ? InterruptStatus.OK : InterruptStatus.NOT_REGISTERED;
  }
}

/** @param lines number of lines of the machine */
export function interruptServer(lines: number): (context: NativeContext) => Op<void> {
  return function* (context) {
    const server = new InterruptServer(context, lines);
    let next = yield* receive(ANY, NO_FAULTS);
    for (;;) {
      const answer: Message | undefined = next.error === 0 ? yield* server.serve(next.from, next.words) : undefined;
      next = answer ? yield* replyAndWait(next.from, answer, NO_FAULTS) : yield* receive(ANY, NO_FAULTS);
    }
  };
}
