/**
 * Task numbers of the servers that are made at boot, so that programs find them without a name service. Their thread 0 serves.
 */
import { threadId, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";

export const WellKnownServer = {
  SIGMA0: WellKnownTask.SIGMA0,
  INTERRUPTS: 3,
  DISK: 4,
  CHANNELS: 5,
  CLOCK: 6,
  RANDOM: 7,
  MEMORY: 8,
  UNIX: 9,
  /** A memory manager of the user's own, when the system is booted with one. */
  MANAGER: 10,
} as const;

/** The first task in a slot has this version; servers made at boot are never replaced. */
const FIRST_VERSION = 1;

/** The id of such a server. */
export const serverId = (number: (typeof WellKnownServer)[keyof typeof WellKnownServer]): ThreadId => threadId(number, 0, FIRST_VERSION);
