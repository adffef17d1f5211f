/**
 * Types that follow from the system-call table: what a handler of each row receives.
 */
import type { Op } from "./activation.ts";
import { EFAULT } from "./abi/errno.ts";
import type { emulatorCalls, Kind, systemCalls } from "./abi/system-calls.ts";
import type { Process, Thread } from "./process/process.ts";

/** Memory of the process that a handler fills: assign `data`. */
export class OutBuffer {
  /** Bytes that can be stored; with more the call ends with EFAULT. */
  readonly capacity: number;
  /** Bytes that the process has asked for: more than `capacity` where its memory is bad. */
  readonly wanted: number;
  data: Uint8Array | undefined;

  constructor(capacity: number, wanted = capacity) {
    this.capacity = capacity;
    this.wanted = wanted;
  }
}

/**
 * In place of memory of the process that cannot be read: whatever is done with it throws EFAULT. So handlers can check descriptors and
 * values first, as Linux does, and need not ask.
 */
export const UNREADABLE: Uint8Array = unreadable(new Uint8Array(0));
export const UNREADABLE_STRINGS: readonly string[] = unreadable([]);

function unreadable<T extends object>(empty: T): T {
  return new Proxy(empty, {
    get() {
      throw EFAULT;
    },
  });
}

/** Memory that is read and may be overwritten. */
export class InOutBuffer extends OutBuffer {
  readonly input: Uint8Array;

  constructor(input: Uint8Array, capacity: number, wanted = capacity) {
    super(capacity, wanted);
    this.input = input;
  }
}

/** The third argument of ioctl and fcntl. */
export interface CommandArgument {
  /** The register value. */
  value: number;
  /** Present when the command's row says "in" or "inout". */
  input: Uint8Array | undefined;
  /** Present when the command's row says "out" or "inout". */
  output: OutBuffer | undefined;
}

/** TypeScript type of an argument after decoding. Integers: int, fd, pid, signal are signed; the others unsigned. */
export type ArgumentOf<K extends Kind> = K extends { kind: "path" | "string" }
  ? string
  : K extends { kind: "optionalPath" }
    ? string | undefined
    : K extends { kind: "stringArray" }
      ? readonly string[]
      : K extends { kind: "in"; optional: infer O }
        ? O extends true
          ? Uint8Array | undefined
          : Uint8Array
        : K extends { kind: "out"; optional: infer O }
          ? O extends true
            ? OutBuffer | undefined
            : OutBuffer
          : K extends { kind: "inout"; optional: infer O }
            ? O extends true
              ? InOutBuffer | undefined
              : InOutBuffer
            : K extends { kind: "inBytes" | "inVector" }
              ? Uint8Array
              : K extends { kind: "outBytes" | "outVector" }
                ? OutBuffer
                : K extends { kind: "inoutBytes" }
                  ? InOutBuffer
                  : K extends { kind: "command" }
                    ? CommandArgument
                    : number;

export type ArgumentsOf<R extends { args: Readonly<Record<string, Kind>> }> = {
  [A in keyof R["args"]]: ArgumentOf<R["args"][A]>;
};

type Rows = typeof systemCalls & typeof emulatorCalls;

/** Returns the result (≥ 0) or throws a UnixError. A generator result may sleep. */
export type Handler<N extends keyof Rows> = (process: Process, args: ArgumentsOf<Rows[N]>, thread: Thread) => number | Op<number>;

export type Handlers = { [N in keyof Rows]?: Handler<N> };
