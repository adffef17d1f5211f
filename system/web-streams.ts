/**
 * A port as web streams, for hosts that have them. Source: WHATWG, Streams Standard.
 */
import type { Guest } from "./guest.ts";
import type { Port } from "./port.ts";

export interface WebPort {
  readonly port: Port;
  /** Input of the guest. Closing it is the end of input; after an abort the guest reads an error. */
  readonly writable: WritableStream<Uint8Array>;
  /** Output of the guest. Cancelling it hangs the port up. */
  readonly readable: ReadableStream<Uint8Array>;
}

/** Bytes of input in a port, beyond which a writer has to wait. */
const INPUT_HIGH_WATER = 64 << 10;
/** EIO: why input that was aborted cannot be had. */
const EIO = 5;

/** Opens a port with streams. */
export function openWebPort(guest: Guest): WebPort {
  let output!: ReadableStreamDefaultController<Uint8Array>;
  let isEnded = false;
  let resumeWriter: (() => void) | undefined;
  const releaseWriter = (): void => {
    resumeWriter?.();
    resumeWriter = undefined;
  };
  const port = guest.openPort({
    data(bytes) {
      output.enqueue(bytes);
      return (output.desiredSize ?? 0) > 0;
    },
    end() {
      if (!isEnded) output.close();
      isEnded = true;
      releaseWriter();
    },
    wanted: releaseWriter,
  });
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => {
      output = controller;
    },
    pull: () => port.resume(),
    cancel: () => {
      isEnded = true;
      port.hangUp();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    write: (bytes) => {
      port.write(bytes);
      if (port.buffered < INPUT_HIGH_WATER || isEnded) return undefined;
      return new Promise<void>((resolve) => {
        resumeWriter = resolve;
      });
    },
    close: () => port.end(),
    abort: () => port.fail(EIO),
  });
  return { port, writable, readable };
}
