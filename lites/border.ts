/**
 * The border of the processes' clan: the Unix server is their chief, so what they send to the tasks made at boot comes here. The
 * superuser's messages pass, as he may do everything; others are refused. Layer beneath: the chief.
 */
import type { NativeContext } from "#kernel/native.ts";
import { chief } from "./confinement/chief.ts";
import type { ProcessTable } from "./process/process-table.ts";

/** Thread numbers, above those of the helper threads. */
export const FIRST_BORDER_THREAD = 120;
const OUTER = 121;
const FIRST_DELIVERER = 122;
const LAST_DELIVERER = 127;
/** Patience with a process's pages, in microseconds: processes that send to servers wait for each other. */
const PATIENCE = { faultUs: 2e6, untrustedFaultUs: 2e3 } as const;
/** How long a server may be busy. */
const SEND_US = 1e5;
/** No status of any server's protocol. */
const REFUSED: readonly number[] = [0xffffffff];

/** Starts the threads at the border. */
export function guardBorder({ kernel }: NativeContext, processes: ProcessTable): void {
  kernel.nativeThreadNew({ lthread: FIRST_BORDER_THREAD }, (context) =>
    chief(context, {
      policy: {
        rules: [
          { direction: "in", verdict: "pass" },
          { applies: ({ from }) => processes.ofTask(from)?.credentials.uid === 0, verdict: "pass" },
        ],
        otherwise: REFUSED,
      },
      refusal: REFUSED,
      inner: FIRST_BORDER_THREAD,
      outer: OUTER,
      firstDeliverer: FIRST_DELIVERER,
      lastDeliverer: LAST_DELIVERER,
      patience: PATIENCE,
      sendUs: SEND_US,
    }),
  );
}
