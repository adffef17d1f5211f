/**
 * Random bytes for programs: taken from the random driver in blocks, because a message for a few bytes would cost more than they do.
 *
 * Layer beneath: the random driver (servers/abi/generic-driver.ts), which answers at once.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call } from "#kernel/native.ts";
import { DriverRequest, DriverStatus } from "#servers/abi/generic-driver.ts";
import { EIO } from "./abi/errno.ts";
import type { Op } from "./activation.ts";

/** Bytes that are asked for at once. */
const BLOCK_BYTES = 4096;

/** @returns so many random bytes; throws EIO when the driver fails */
export type RandomSource = (count: number) => Op<Uint8Array>;

export function randomPool(driver: ThreadId): RandomSource {
  let block: Uint8Array = new Uint8Array(0);

  function* read(count: number): Op<Uint8Array> {
    const answer = yield* call(driver, { words: [DriverRequest.READ, 0, 0, count] });
    const bytes = answer.strings[0];
    if (answer.error !== 0 || answer.words[0] !== DriverStatus.OK || bytes === undefined || bytes.length === 0) throw EIO;
    return bytes;
  }

  return function* (count) {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      // Nobody gets bytes twice: what is taken is cut off before anything else can run.
      if (block.length === 0) block = yield* read(Math.max(count - filled, BLOCK_BYTES));
      const part = block.subarray(0, count - filled);
      block = block.subarray(part.length);
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  };
}
