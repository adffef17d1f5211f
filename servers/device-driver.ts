/**
 * What drivers of devices that belong to somebody have in common: the loop that takes interrupts and requests, serves the tasks made
 * at boot alone, and removes pages that came with what is not acted upon. Layer beneath: the kernel's native interface.
 */
import { ANY } from "#kernel/abi/identifiers.ts";
import { type Message, type NativeContext, NO_FAULTS, type Op, type Received, receive, replyAndWait } from "#kernel/native.ts";
import { DENIAL, mayUseDrivers } from "./driver-clients.ts";
import type { InterruptSource } from "./interrupt-source.ts";
import type { PageWindows } from "./page-windows.ts";

export interface DeviceDriver {
  readonly windows: PageWindows;
  /** The answer to a request, or undefined when it waits. */
  request(request: Received): Op<Message | undefined>;
  /** @returns whether the device had raised its line */
  interrupt(): Op<boolean>;
}

/** Serves for ever. */
export function* driveDevice(context: NativeContext, interrupts: InterruptSource, driver: DeviceDriver): Op<void> {
  const { windows } = driver;
  let next = yield* receive(ANY, NO_FAULTS, windows.open);
  for (;;) {
    let answer: Message | undefined;
    if (next.error === 0) {
      if (interrupts.is(next)) answer = interrupts.answer(yield* driver.interrupt());
      else if (mayUseDrivers(context, next.from)) answer = yield* driver.request(next);
      else {
        windows.clear();
        answer = DENIAL;
      }
    } else windows.clear();
    const window = windows.open;
    next = answer ? yield* replyAndWait(next.from, answer, NO_FAULTS, window) : yield* receive(ANY, NO_FAULTS, window);
  }
}
