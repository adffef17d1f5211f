/**
 * Waits under another signal mask: pselect, ppoll, epoll_pwait.
 */
import { EINTR, ERESTARTNOHAND } from "../abi/errno.ts";
import type { Op } from "../activation.ts";
import type { Thread } from "../process/process.ts";
import type { FileServices } from "./file-services.ts";

/** When a signal ends the wait, the mask stays until the signal was taken. @param mask undefined: none */
export function* maskedWait<T>(services: FileServices, thread: Thread, mask: Uint8Array | undefined, wait: Op<T>): Op<T> {
  if (mask === undefined) return yield* wait;
  services.setTemporaryMask(thread, mask);
  try {
    const result = yield* wait;
    services.restoreMask(thread);
    return result;
  } catch (error) {
    if (error !== ERESTARTNOHAND && error !== EINTR) services.restoreMask(thread);
    throw error;
  }
}
