/**
 * Driver of the entropy device: READ returns as many bytes as asked for, at once.
 *
 * Speaks the Generic Driver Protocol (abi/generic-driver.ts), unit 0.
 * Layer beneath: the kernel's native interface, and the device's registers given at boot.
 */
import { ANY } from "#kernel/abi/identifiers.ts";
import { type Message, type NativeContext, type Op, type Received, receive, replyAndWait } from "#kernel/native.ts";
import { DriverClass, DriverRequest, DriverStatus } from "./abi/generic-driver.ts";

export interface EntropyRegisters {
  fill(bytes: Uint8Array): void;
}

/** Bytes that one READ returns at most. */
const MAX_READ_BYTES = 64 << 10;

function answer(source: EntropyRegisters, request: Received): Message {
  const [operation, unit, , count = 0] = request.words;
  if (unit !== 0) return { words: [DriverStatus.NO_SUCH_UNIT] };
  switch (operation) {
    case DriverRequest.IDENTIFY:
      return { words: [DriverStatus.OK, DriverClass.ENTROPY, 0, 0] };
    case DriverRequest.OPEN:
    case DriverRequest.CLOSE:
      return { words: [DriverStatus.OK] };
    case DriverRequest.READ: {
      const bytes = new Uint8Array(Math.min(count, MAX_READ_BYTES));
      source.fill(bytes);
      return { words: [DriverStatus.OK, bytes.length], strings: [bytes] };
    }
    default:
      return { words: [DriverStatus.BAD_ARGUMENT] };
  }
}

export function entropyDriver(options: { source: EntropyRegisters }): (context: NativeContext) => Op<void> {
  return function* () {
    let next = yield* receive(ANY);
    for (;;) {
      if (next.error === 0) next = yield* replyAndWait(next.from, answer(options.source, next));
      else next = yield* receive(ANY);
    }
  };
}
