/**
 * Processor time of tasks with emulated threads: of their own code, and of what kernel, servers and their trap handlers do meanwhile.
 *
 * With a virtual clock both follow from the instructions: those of trap handlers are the system's. With a real clock the time is
 * measured, but not at each entry, for that would cost a reading of the host's clock: the main loop reads it every few dispatches anyway, and what
 * has passed since the last reading is divided among the tasks that ran. The sum is exact; how it is split into user and system follows
 * from the speed of the last long run of code alone.
 */
import { type Clock, VIRTUAL_NS_PER_INSTRUCTION } from "#machine/clock.ts";
import type { Task } from "./task.ts";
import { SLICE_INSTRUCTIONS } from "./thread.ts";
import type { TaskTimes, TimeAccount } from "./time-account.ts";

/** Until the first long run: about what the interpreter takes. */
const FIRST_NS_PER_INSTRUCTION = 20;

export class ProcessorTime {
  private readonly clock: Clock;
  /** When the clock was last read; NaN while nothing runs. */
  private since = Number.NaN;
  /** Of the tasks that ran since then. */
  private readonly recent: TimeAccount[] = [];
  /** For whom servers work that go on without it. */
  private last: TimeAccount | undefined;
  private nsPerInstruction = FIRST_NS_PER_INSTRUCTION;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** A thread of an account's task has run, in its handler or not. */
  ran(time: TimeAccount, instructions: number, inHandler: boolean): void {
    if (inHandler) time.handlerInstructions += instructions;
    else time.instructions += instructions;
    if (time.runs++ === 0) this.recent.push(time);
  }

  /** The machine goes on after a pause. */
  start(): void {
    this.since = this.clock.now();
  }

  /** The machine pauses. What it does first when it goes on is for nobody. */
  stop(): void {
    this.settle(this.clock.now());
    this.since = Number.NaN;
    this.last = undefined;
  }

  /** Divides the time since the clock was last read. */
  settle(now: number): void {
    const elapsed = now - this.since;
    this.since = now;
    const { recent } = this;
    if (recent.length === 0) {
      if (this.last !== undefined && elapsed > 0) this.last.systemNs += elapsed;
      return;
    }
    if (recent.length === 1) this.charge(recent[0]!, elapsed);
    else this.divide(elapsed);
    this.last = recent[recent.length - 1]!;
    recent.length = 0;
  }

  /** One task alone has run: by far the most frequent case. */
  private charge(time: TimeAccount, elapsed: number): void {
    const user = this.userPart(time.instructions, elapsed);
    time.userNs += user;
    if (elapsed > user) time.systemNs += elapsed - user;
    time.instructions = 0;
    time.runs = 0;
  }

  private divide(elapsed: number): void {
    let instructions = 0;
    let runs = 0;
    for (const time of this.recent) {
      instructions += time.instructions;
      runs += time.runs;
    }
    const user = this.userPart(instructions, elapsed);
    const system = elapsed > user ? elapsed - user : 0;
    for (const time of this.recent) {
      if (instructions > 0) time.userNs += (user * time.instructions) / instructions;
      time.systemNs += (system * time.runs) / runs;
      time.instructions = 0;
      time.runs = 0;
    }
  }

  /** What of the time was spent on so many instructions; a long run of code says how long one takes. */
  private userPart(instructions: number, elapsed: number): number {
    if (!(elapsed > 0)) return 0;
    if (instructions >= SLICE_INSTRUCTIONS) this.nsPerInstruction = elapsed / instructions;
    return Math.min(elapsed, instructions * this.nsPerInstruction);
  }

  /** Of a task up to now. */
  of({ time, statistics }: Task): TaskTimes {
    if (this.clock.virtual) {
      const { handlerInstructions } = time;
      return {
        userNs: (statistics.instructions - handlerInstructions) * VIRTUAL_NS_PER_INSTRUCTION,
        systemNs: handlerInstructions * VIRTUAL_NS_PER_INSTRUCTION,
      };
    }
    this.settle(this.clock.now());
    const { userNs, systemNs } = time;
    return { userNs, systemNs };
  }
}
