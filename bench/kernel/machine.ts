/**
 * A machine with kernel, σ0 and the processor that users have, and programs of a few instructions on it.
 */
import { createProcessor } from "#machine/engine.ts";
import { RealClock } from "#machine/clock.ts";
import { WellKnownTask } from "#kernel/abi/identifiers.ts";
import type { Op } from "#kernel/native.ts";
import { sigma0 } from "#servers/sigma0.ts";
import { Guests } from "../../tests/support/kernel-guest.ts";
import { TestMachine } from "../../tests/support/kernel-machine.ts";

const FRAMES = 2048;
/** Above the programs that are measured. */
const CONTROL_PRIORITY = 160;
const CODE_BLOCK_LOG2 = 14;

/** Runs a body that has emulated programs and a pager for them (tests/support/kernel-guest.ts). */
export function withGuests<T>(body: (guests: Guests, machine: TestMachine) => Op<T>): T {
  const machine = new TestMachine({
    frames: FRAMES,
    processor: (ram) => createProcessor("auto", ram, { now: () => 0 }),
    clock: () => new RealClock(0n, () => performance.now() * 1e6),
  });
  const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
  return machine.runBody(function* (context) {
    const guests = new Guests(context, source);
    guests.block = yield* guests.take(CODE_BLOCK_LOG2);
    return yield* body(guests, machine);
  }, CONTROL_PRIORITY);
}
