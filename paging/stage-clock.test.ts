import { expect, test } from "vitest";
import { threadId } from "#kernel/abi/identifiers.ts";
import { Context } from "#machine/context.ts";
import type { ClockedProcessor } from "#machine/engine.ts";
import { type Exit, Vector } from "#machine/exit.ts";
import type { TranslationTable } from "#machine/translation-table.ts";
import { WellKnownServer } from "#servers/abi/well-known-servers.ts";
import { idleProcessor } from "../tests/support/server-system.ts";
import { StageClock } from "./stage-clock.ts";

const MANAGER = threadId(WellKnownServer.MEMORY, 0, 1);
const CLIENT = threadId(40, 0, 1);

/** A watch on a clock that the test moves, and a processor that takes a time and leaves as it is told. */
function setup() {
  let now = 0;
  const watch = new StageClock(() => now);
  const after = (us: number): void => {
    now += us / 1000;
  };
  const exit: Exit = { kind: "slice", vector: 0, errorCode: 0, address: 0 };
  const processor: ClockedProcessor = {
    ...idleProcessor(),
    clock: { now: () => 0 },
    run: () => {
      after(1000);
      return exit;
    },
  };
  const timed = watch.timed(processor);
  const run = (kind: Exit["kind"], vector: number): void => {
    Object.assign(exit, { kind, vector });
    timed.run(new Context(), {} as TranslationTable, 1);
  };
  const fault = (): void => run("exception", Vector.PAGE_FAULT);
  return { watch, after, run, fault };
}

test("each stage of a fault has its time, programs' instructions none", () => {
  const { watch, after, run, fault } = setup();
  after(500);
  for (let round = 0; round < 2; round++) {
    fault();
    after(1);
    watch.raised(CLIENT, MANAGER, true);
    after(2);
    watch.manager("manager");
    after(4);
    watch.manager("policy");
    after(8);
    watch.manager("manager");
    after(16);
    watch.manager("disk");
    after(32);
    // Another program runs meanwhile, and makes a system call.
    run("software", 0x80);
    after(64);
    watch.manager("manager");
    after(128);
    watch.manager("reply");
    after(256);
    watch.served(CLIENT);
    after(512);
    run("slice", 0);
    after(10_000);
  }
  const means = Object.entries(watch.means(2)).map(([stage, ns]) => [stage, Math.round(ns)]);
  expect(means).toEqual([
    ["fault", 1000],
    ["ipc", 2000],
    ["manager", 148_000],
    ["policy", 8000],
    ["disk", 96_000],
    ["reply", 256_000],
    ["resume", 512_000],
  ]);
});

test("a fault that must wait for the manager is not its time", () => {
  const { watch, after, run, fault } = setup();
  fault();
  after(3);
  watch.raised(CLIENT, MANAGER, false);
  after(1000);
  run("slice", 0);
  after(1000);
  const { fault: ns, ipc } = watch.means(1);
  expect([Math.round(ns), ipc]).toEqual([3000, 0]);
});

test("faults of other managers take no time", () => {
  const { watch, after, run, fault } = setup();
  fault();
  after(3);
  watch.raised(CLIENT, threadId(WellKnownServer.MEMORY + 1, 0, 1), true);
  after(5);
  watch.served(CLIENT);
  after(7);
  run("slice", 0);
  expect(Object.values(watch.means(1)).every((ns) => ns === 0)).toBe(true);
});

test("without faults there is nothing to divide", () => {
  const { watch } = setup();
  expect(Object.values(watch.means(0)).every((ns) => ns === 0)).toBe(true);
});
