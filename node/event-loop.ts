/**
 * Node's event loop as scheduler.
 */
import { LONGEST_DELAY_MS, type Scheduler } from "#system/scheduler.ts";

export const eventLoop: Scheduler = {
  soon(callback) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
  later(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  keepAlive() {
    const timer = setInterval(() => {}, LONGEST_DELAY_MS);
    return () => clearInterval(timer);
  },
};
