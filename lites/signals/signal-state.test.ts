import { describe, expect, test } from "vitest";
import { EAGAIN } from "../abi/errno.ts";
import {
  SA_NOCLDWAIT,
  SIG_DFL,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGSEGV,
  SIGSTOP,
  SIGTERM,
  SIGTSTP,
  SIGUSR1,
  SIGWINCH,
} from "../abi/signals.ts";
import { kernelInfo } from "./signal-info.ts";
import { SignalSet } from "./signal-set.ts";
import { SignalState } from "./signal-state.ts";

const HANDLER = 0x08049000;
const action = (handler: number, flags = 0, mask = 0n) => ({ handler, flags, restorer: 0, mask });
const post = (state: SignalState, ...signals: number[]) => signals.map((signal) => state.add(kernelInfo(signal)));
const REAL_TIME = 40;

test("sets", () => {
  const set = SignalSet.of(1, 32, 33, 64);
  expect([1, 2, 32, 33, 64].map((signal) => SignalSet.has(set, signal))).toEqual([true, false, true, true, true]);
  expect([...SignalSet.toBytes(set)]).toEqual([1, 0, 0, 0x80, 1, 0, 0, 0x80]);
  expect(SignalSet.fromBytes(SignalSet.toBytes(set))).toBe(set);
});

test("default dispositions", () => {
  const state = new SignalState();
  expect([SIGHUP, SIGSEGV, SIGCHLD, SIGWINCH, SIGCONT, SIGTSTP, SIGKILL, REAL_TIME].map((signal) => state.disposition(signal))).toEqual([
    "terminate",
    "terminate",
    "ignore",
    "ignore",
    "ignore",
    "stop",
    "terminate",
    "terminate",
  ]);
});

describe("pending", () => {
  test("ignored signals are not kept, unless they are blocked", () => {
    const state = new SignalState();
    expect(post(state, SIGCHLD)).toEqual([false]);
    state.setBlocked(SignalSet.of(SIGCHLD));
    expect(post(state, SIGCHLD)).toEqual([true]);
    state.process.setAction(SIGCHLD, action(HANDLER));
    state.setBlocked(0n);
    expect(state.takeUnblocked()?.signal).toBe(SIGCHLD);
  });

  test("standard signals are pending once, real-time signals queue", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGUSR1, REAL_TIME));
    post(state, SIGUSR1, SIGUSR1, REAL_TIME, REAL_TIME, REAL_TIME);
    state.setBlocked(0n);
    const taken: (number | undefined)[] = [];
    for (let i = 0; i < 5; i++) taken.push(state.takeUnblocked()?.signal);
    expect(taken).toEqual([SIGUSR1, REAL_TIME, REAL_TIME, REAL_TIME, undefined]);
  });

  test("the queue has a limit", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(REAL_TIME));
    state.add(kernelInfo(REAL_TIME), 1);
    expect(() => state.add(kernelInfo(REAL_TIME), 1)).toThrow(EAGAIN as unknown as Error);
  });

  test("the program's own faults come first, then low numbers", () => {
    const state = new SignalState();
    for (const signal of [SIGHUP, SIGTERM, SIGSEGV]) state.process.setAction(signal, action(HANDLER));
    post(state, SIGTERM, SIGHUP, SIGSEGV);
    expect([1, 2, 3].map(() => state.takeUnblocked()?.signal)).toEqual([SIGSEGV, SIGHUP, SIGTERM]);
  });

  test("stop signals and SIGCONT cancel each other", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGTSTP, SIGCONT));
    post(state, SIGTSTP);
    post(state, SIGCONT);
    expect(state.pendingSet).toBe(SignalSet.of(SIGCONT));
    post(state, SIGTSTP);
    expect(state.pendingSet).toBe(SignalSet.of(SIGTSTP));
  });

  test("ignoring a pending signal drops it", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGINT));
    post(state, SIGINT);
    state.process.setAction(SIGINT, action(SIG_IGN));
    state.process.setAction(SIGINT, action(SIG_DFL));
    expect(state.pendingSet).toBe(0n);
  });

  test("deliverable follows mask and actions", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGINT));
    post(state, SIGINT);
    expect(state.deliverable).toBe(false);
    state.setBlocked(0n);
    expect(state.deliverable).toBe(true);
    state.takeUnblocked();
    expect(state.deliverable).toBe(false);
  });
});

test("SIGKILL and SIGSTOP cannot be blocked", () => {
  const state = new SignalState();
  state.setBlocked((1n << 64n) - 1n);
  expect([state.isBlocked(SIGKILL), state.isBlocked(SIGSTOP), state.isBlocked(SIGTERM)]).toEqual([false, false, true]);
});

describe("forced signals", () => {
  test("end a process that blocks or ignores them", () => {
    const state = new SignalState();
    state.process.setAction(SIGSEGV, action(HANDLER));
    state.setBlocked(SignalSet.of(SIGSEGV));
    state.force(kernelInfo(SIGSEGV));
    expect([state.disposition(SIGSEGV), state.deliverable]).toEqual(["terminate", true]);
    state.process.setAction(SIGSEGV, action(SIG_IGN));
    state.force(kernelInfo(SIGSEGV));
    expect(state.disposition(SIGSEGV)).toBe("terminate");
  });

  test("run a handler that is not blocked", () => {
    const state = new SignalState();
    state.process.setAction(SIGSEGV, action(HANDLER));
    state.force(kernelInfo(SIGSEGV));
    expect([state.disposition(SIGSEGV), state.takeUnblocked()?.signal]).toEqual(["handle", SIGSEGV]);
  });
});

describe("masks around handlers", () => {
  test("the signal and the action's mask are blocked; the old mask is to be restored", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGHUP));
    state.process.setAction(SIGUSR1, action(HANDLER, 0, SignalSet.of(SIGTERM, SIGKILL)));
    expect(state.enterHandler(SIGUSR1, false)).toBe(SignalSet.of(SIGHUP));
    expect(state.blocked).toBe(SignalSet.of(SIGHUP, SIGUSR1, SIGTERM));
  });

  test("SA_NODEFER leaves the signal itself open", () => {
    const state = new SignalState();
    state.process.setAction(SIGUSR1, action(HANDLER));
    state.enterHandler(SIGUSR1, true);
    expect(state.blocked).toBe(0n);
  });

  test("a handler during sigsuspend restores the mask from before it", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGUSR1));
    state.setTemporaryMask(0n);
    state.process.setAction(SIGUSR1, action(HANDLER));
    expect(state.enterHandler(SIGUSR1, false)).toBe(SignalSet.of(SIGUSR1));
    state.setBlocked(0n);
    state.restoreMask();
    expect(state.blocked).toBe(0n);
  });

  test("without a handler the mask comes back by itself", () => {
    const state = new SignalState();
    state.setBlocked(SignalSet.of(SIGINT));
    state.setTemporaryMask(SignalSet.of(SIGTERM));
    state.setTemporaryMask(0n);
    state.restoreMask();
    expect(state.blocked).toBe(SignalSet.of(SIGINT));
  });
});

test("fork copies actions and mask, not what is pending", () => {
  const state = new SignalState();
  state.process.setAction(SIGUSR1, action(HANDLER));
  state.setBlocked(SignalSet.of(SIGTERM));
  post(state, SIGTERM);
  const child = state.forked();
  child.process.setAction(SIGUSR1, action(SIG_IGN));
  expect([child.pendingSet, child.blocked, state.action(SIGUSR1).handler]).toEqual([0n, SignalSet.of(SIGTERM), HANDLER]);
});

test("exec keeps what is ignored, blocked and pending", () => {
  const state = new SignalState();
  state.process.setAction(SIGUSR1, action(HANDLER));
  state.process.setAction(SIGINT, action(SIG_IGN, SA_NOCLDWAIT));
  state.setBlocked(SignalSet.of(SIGTERM));
  post(state, SIGTERM);
  state.alternateStack = { base: 4096, size: 8192, flags: 0 };
  state.executed();
  expect([state.action(SIGUSR1).handler, state.action(SIGINT).handler, state.action(SIGINT).flags]).toEqual([SIG_DFL, SIG_IGN, 0]);
  expect([state.pendingSet, state.blocked, state.alternateStack.size]).toEqual([SignalSet.of(SIGTERM), SignalSet.of(SIGTERM), 0]);
});

test("who does not wait for children", () => {
  const state = new SignalState();
  expect(state.process.discardsChildren).toBe(false);
  state.process.setAction(SIGCHLD, action(SIG_DFL, SA_NOCLDWAIT));
  expect(state.process.discardsChildren).toBe(true);
  state.process.setAction(SIGCHLD, action(SIG_IGN));
  expect(state.process.discardsChildren).toBe(true);
});
