/**
 * thread_schedule: priority, time slice and external preempter of threads of the own task and the clans below it, and what a
 * thread is doing. Source: L4 X.0 manual, thread_schedule.
 *
 * Parameter word: slice mantissa 8 | slice exponent 4 | state 4 | 0 (8) | priority 8.
 */
import { VIRTUAL_NS_PER_INSTRUCTION } from "#machine/clock.ts";
import { INVALID, NIL, type ThreadId } from "./abi/identifiers.ts";
import { isInferior } from "./clans.ts";
import type { Exchange } from "./exchange.ts";
import { Preemption } from "./preemption.ts";
import type { Scheduler } from "./scheduler.ts";
import { queueOf, type Thread } from "./thread.ts";

const UNCHANGED = -1;

/** State field of the answer. */
const State = {
  READY: 0,
  READY_FAULT: 1,
  INTERNAL_PREEMPTION: 2,
  EXTERNAL_PREEMPTION: 3,
  SENDING: 4,
  RECEIVING: 8,
  WAITING: 12,
  PENDING: 13,
  DEAD: 15,
} as const;

const INSTRUCTIONS_PER_US = 1000 / VIRTUAL_NS_PER_INSTRUCTION;
const SHORTEST_SLICE = 1000;

export interface Schedule {
  param: number;
  /** Processor time used, in microseconds. */
  timeLow: number;
  timeHigh: number;
  partner: ThreadId;
  /** The external preempter. */
  preempter: ThreadId;
}

export function schedule(scheduler: Scheduler, caller: Thread, target: Thread | undefined, param: number, preempter: ThreadId): Schedule {
  if (target === undefined || !mayControl(caller, target))
    return { param: UNCHANGED, timeLow: 0, timeHigh: 0, partner: NIL, preempter: NIL };
  const us = Math.floor(target.instructions / INSTRUCTIONS_PER_US);
  const old: Schedule = {
    param: encodeSlice(target.sliceInstructions) | (stateOf(target) << 16) | target.priority,
    timeLow: us >>> 0,
    timeHigh: Math.floor(us / 2 ** 32),
    partner: partnerOf(target),
    preempter: target.preempters.external?.id ?? NIL,
  };
  if (preempter !== INVALID)
    target.preempters.external = preempter === NIL ? undefined : { id: preempter, byChief: target.task !== caller.task };
  const priority = param & 0xff;
  if (param !== UNCHANGED && priority <= caller.task.maximumControlledPriority) {
    scheduler.setPriority(target, priority);
    const exponent = (param >>> 20) & 0xf;
    const mantissa = param >>> 24;
    if (exponent !== 0 && mantissa !== 0) {
      target.sliceInstructions = Math.max(SHORTEST_SLICE, mantissa * 4 ** (15 - exponent) * INSTRUCTIONS_PER_US);
      target.sliceLeft = Math.min(target.sliceLeft, target.sliceInstructions);
    }
  }
  return old;
}

function mayControl(caller: Thread, target: Thread): boolean {
  const own = target.task === caller.task || isInferior(target.task, caller.task);
  return own && target.priority <= caller.task.maximumControlledPriority;
}

function encodeSlice(instructions: number): number {
  let us = instructions / INSTRUCTIONS_PER_US;
  let exponent = 15;
  while (us > 255 && exponent > 1) {
    us /= 4;
    exponent--;
  }
  return (Math.ceil(us) << 24) | (exponent << 20);
}

function stateOf(thread: Thread): number {
  const { state } = thread;
  switch (state.kind) {
    case "ready":
      return State.READY;
    case "sending":
      return State.PENDING;
    case "receiving":
      return State.WAITING;
    case "transferring":
      return state.transfer.sender === thread ? State.SENDING : State.RECEIVING;
    case "asking":
      return stateOfExchange(state.exchange);
    default:
      return State.DEAD;
  }
}

function stateOfExchange(exchange: Exchange): number {
  if (exchange instanceof Preemption) return exchange.preempter === "internal" ? State.INTERNAL_PREEMPTION : State.EXTERNAL_PREEMPTION;
  // A stopped thread does not run before somebody else starts it.
  return exchange.expectsAnswer ? State.READY_FAULT : State.DEAD;
}

function partnerOf(thread: Thread): ThreadId {
  const { state } = thread;
  if (state.kind === "receiving") return state.from;
  if (state.kind === "transferring") return (state.transfer.sender === thread ? state.transfer.receiver : state.transfer.sender).id;
  return queueOf(thread)?.id ?? INVALID;
}
