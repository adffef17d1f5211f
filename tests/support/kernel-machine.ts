/**
 * For tests: a machine with a kernel and a processor that runs scripts in place of i386 code.
 */
import { type Clock, VirtualClock } from "#machine/clock.ts";
import { type Context, FXSAVE_SIZE } from "#machine/context.ts";
import type { Exit } from "#machine/exit.ts";
import { InterruptController } from "#machine/interrupts.ts";
import type { Processor } from "#machine/processor.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import type { TranslationTable } from "#machine/translation-table.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { ForgetOptions } from "#kernel/forgetting.ts";
import { Kernel } from "#kernel/kernel.ts";
import type { NativeBody } from "#kernel/lifecycle.ts";
import type { NativeContext, Op } from "#kernel/native.ts";

/** What a script's step does: changes registers and says why the processor stops. */
export type ScriptStep = (context: Context, table: TranslationTable) => Partial<Exit> & { kind: Exit["kind"]; instructions?: number };

/** Runs, in place of code, the script of the context's EIP. */
export class ScriptProcessor implements Processor {
  instructions = 0;
  readonly exit: Exit = { kind: "slice", vector: 0, errorCode: 0, address: 0 };
  /** By address of code. */
  readonly scripts = new Map<number, ScriptStep>();
  readonly invalidated: number[] = [];

  run(context: Context, table: TranslationTable, budget: number): Exit {
    const script = this.scripts.get(context.eip >>> 0);
    if (script === undefined) throw new Error(`no script at 0x${(context.eip >>> 0).toString(16)}`);
    const { instructions = 1, ...exit } = script(context, table);
    this.instructions += exit.kind === "slice" ? Math.min(instructions, budget) : instructions;
    return Object.assign(this.exit, { vector: 0, errorCode: 0, address: 0 }, exit);
  }

  flushFloatingPoint(): void {}

  copyFloatingPoint(_source: Context, target: Context): void {
    target.floatingPoint = new Uint8Array(FXSAVE_SIZE);
  }

  invalidateFrame(frame: number): void {
    this.invalidated.push(frame);
  }

  release(): void {}
}

const TURN_INSTRUCTIONS = 50_000;
const MAX_TURNS = 2_000;

export class TestMachine {
  readonly ram: Ram;
  readonly processor: Processor;
  readonly clock: Clock;
  readonly interrupts = new InterruptController();
  readonly kernel: Kernel;

  constructor(
    options: { frames?: number; processor?: (ram: Ram) => Processor; clock?: (processor: Processor) => Clock; forget?: ForgetOptions } = {},
  ) {
    this.ram = new Ram((options.frames ?? 256) * PAGE_SIZE, 8 << 20);
    this.processor = options.processor?.(this.ram) ?? new ScriptProcessor();
    this.clock = options.clock?.(this.processor) ?? new VirtualClock(0n, () => this.processor.instructions);
    const { ram, processor, clock, interrupts } = this;
    this.kernel = new Kernel({ ram, processor, clock, interrupts, ...(options.forget === undefined ? {} : { forget: options.forget }) });
  }

  boot(name: string, body: NativeBody, priority = 100, taskNumber?: number): ThreadId {
    return this.kernel.bootTask({ name, priority, ...(taskNumber === undefined ? {} : { taskNumber }) }, body);
  }

  /** Runs until nothing can happen any more, or `isDone`. */
  settle(isDone: () => boolean = () => false): void {
    for (let turns = 0; !isDone(); turns++) {
      if (turns > MAX_TURNS) throw new Error("the machine does not settle");
      const { state, nextEventNs } = this.kernel.run(TURN_INSTRUCTIONS);
      if (state === "halted") return;
      if (state === "running") continue;
      if (nextEventNs === Number.POSITIVE_INFINITY) return;
      if (!isDone()) this.clock.idleUntil(nextEventNs);
    }
  }

  /** Runs a body as a native task until it ends. @returns what it returns */
  runBody<T>(body: (context: NativeContext) => Op<T>, priority = 100): T {
    let result: { value: T } | undefined;
    this.boot(
      "test",
      function* (context) {
        result = { value: yield* body(context) };
      },
      priority,
    );
    this.settle(() => result !== undefined);
    if (result === undefined) throw new Error("the test's thread never ended");
    return result.value;
  }
}
