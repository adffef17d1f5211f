/**
 * A worker thread of the memory manager: fetches pages of backing managers, one at a time.
 *
 * It reports to the manager's main thread and gets the next job as the answer. To the backing manager
 * it is an ordinary client with a page fault (kernel/abi/page-fault.ts).
 */
import { flexpage } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { Condition, IpcError } from "#kernel/abi/ipc.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { call, type NativeContext, type Op, type Received } from "#kernel/native.ts";
import type { Fetch } from "./backing-cache.ts";

/** How long a backing manager may take; then it is never asked again, because a late answer could be taken for a later one. */
const PATIENCE_US = 60_000_000;

/** Report of a worker that waited too long (beside 0 and FaultRefusal). */
export const TIMED_OUT = 0x100;

/** Job of a worker: words of the main thread's answer. */
export const jobWords = (fetch: Fetch): number[] => [fetch.manager, fetch.dataSpace, fetch.offset, fetch.address];

/** A useful answer maps a page; a short one says why not. */
function outcome(answer: Received): number {
  if (answer.error === IpcError.RECEIVE_TIMEOUT || answer.error === IpcError.SEND_TIMEOUT) return TIMED_OUT;
  if (answer.error !== 0) return FaultRefusal.MANAGER;
  if (answer.condition & Condition.MAPPED) return 0;
  const reason = answer.words[0] ?? 0;
  return reason >= FaultRefusal.NO_REGION && reason <= FaultRefusal.MANAGER ? reason : FaultRefusal.MANAGER;
}

/** @param main the thread to report to: word 0 = 0, a FaultRefusal, or TIMED_OUT */
export function backingWorker(main: ThreadId): (context: NativeContext) => Op<void> {
  const timeouts = { sendUs: PATIENCE_US, receiveUs: PATIENCE_US };
  return function* () {
    let report = 0;
    for (;;) {
      const job = yield* call(main, { words: [report] });
      const [manager = 0, dataSpace = 0, offset = 0, address = 0] = job.words;
      const fault = { words: [offset, dataSpace, address, 0] };
      report = outcome(yield* call(manager, fault, timeouts, flexpage(address, 12)));
    }
  };
}
