/**
 * Driver of the entropy device: random bytes by string, by mapped page, or one word.
 *
 * Speaks the Generic Driver Protocol (abi/generic-driver.ts), unit 0, and serves everybody at once. The device has no interrupt: its
 * register always has a next byte. Layer beneath: the kernel's native interface, and the device's register given at boot.
 */
import { ANY } from "#kernel/abi/identifiers.ts";
import { PAGE_SIZE } from "#kernel/abi/page.ts";
import { type Message, type NativeContext, type Op, type Received, receive, replyAndWait } from "#kernel/native.ts";
import { DriverClass, DriverRequest, DriverStatus, RandomControl } from "./abi/generic-driver.ts";
import { TRUSTED_FAULTS } from "./driver-clients.ts";
import { PageWindows } from "./page-windows.ts";

/** The register of the entropy device. */
export interface EntropyRegister {
  /** Fills the array with the next bytes. */
  fill(bytes: Uint8Array): void;
}

/** Bytes that one READ returns at most. */
export const MAX_RANDOM_BYTES = 64 << 10;

const WINDOW = 0x90000000;

const status = (code: number, ...words: number[]): Message => ({ words: [code, ...words] });

class RandomDriver {
  readonly windows: PageWindows;
  private readonly entropy: EntropyRegister;
  private readonly context: NativeContext;

  constructor(context: NativeContext, entropy: EntropyRegister) {
    this.context = context;
    this.entropy = entropy;
    this.windows = new PageWindows(context, WINDOW, 1);
  }

  request(request: Received): Message {
    const window = this.windows.take(request);
    const answer = this.perform(request.words, window);
    if (window !== undefined) this.windows.release(window);
    return answer;
  }

  private perform([operation, unit, code, count = 0]: readonly number[], window: number | undefined): Message {
    if (unit !== 0) return status(DriverStatus.NO_SUCH_UNIT);
    switch (operation) {
      case DriverRequest.IDENTIFY:
        return status(DriverStatus.OK, DriverClass.RANDOM, 0, 0);
      case DriverRequest.OPEN:
        return status(DriverStatus.OK, unit);
      case DriverRequest.CLOSE:
        return status(DriverStatus.OK);
      case DriverRequest.READ: {
        const bytes = this.bytes(Math.min(count, MAX_RANDOM_BYTES));
        return { words: [DriverStatus.OK, bytes.length], strings: [bytes] };
      }
      case DriverRequest.READ_PAGE:
        if (window === undefined || count > PAGE_SIZE || !this.windows.permits(window, "write")) return status(DriverStatus.BAD_ARGUMENT);
        this.entropy.fill(this.context.memory.page(window, "write").subarray(0, count));
        return status(DriverStatus.OK, count);
      case DriverRequest.CONTROL:
        if (code !== RandomControl.WORD) return status(DriverStatus.BAD_ARGUMENT);
        return status(DriverStatus.OK, new DataView(this.bytes(4).buffer).getUint32(0, true));
      default:
        return status(DriverStatus.NOT_SUPPORTED);
    }
  }

  private bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    this.entropy.fill(bytes);
    return bytes;
  }
}

export function randomDriver(entropy: EntropyRegister): (context: NativeContext) => Op<void> {
  return function* (context) {
    const driver = new RandomDriver(context, entropy);
    let next = yield* receive(ANY, TRUSTED_FAULTS, driver.windows.open);
    for (;;) {
      if (next.error !== 0) {
        driver.windows.clear();
        next = yield* receive(ANY, TRUSTED_FAULTS, driver.windows.open);
      } else {
        const answer = driver.request(next);
        next = yield* replyAndWait(next.from, answer, TRUSTED_FAULTS, driver.windows.open);
      }
    }
  };
}
