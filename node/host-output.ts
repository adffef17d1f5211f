/**
 * The host's standard streams as a run's: what a descriptor is, and where output goes.
 *
 * Output to a file or a device is written at once, so that the program that wrote it gets the host's error. Output to a pipe, a socket or a
 * terminal goes through Node's stream.
 */
import { createReadStream, fstatSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { isatty } from "node:tty";
import { unixErrorOf } from "#lites/filesystems/node-interface.ts";
import type { OutputSink } from "./port-streams.ts";
import type { DescriptorKind } from "./program-options.ts";

/** Descriptors that were closed when the command was started, as bin/lites tells: Node opens /dev/null in their place. */
const CLOSED_VARIABLE = "LITES_CLOSED_DESCRIPTORS";

/** Which of 0, 1, 2 the caller has closed. The variable is not for children. */
export function closedDescriptors(environment: NodeJS.ProcessEnv): ReadonlySet<number> {
  const text = environment[CLOSED_VARIABLE] ?? "";
  delete environment[CLOSED_VARIABLE];
  return new Set([...text].map(Number));
}

export type DescriptorKinds = readonly [DescriptorKind, DescriptorKind, DescriptorKind];

/**
 * Keys are read one by one only from somebody who sees the echo. Otherwise the host's terminal keeps its modes, which it may share with other
 * programs of a pipeline, and its lines come in like those of a file.
 */
export function descriptorKinds(closed: ReadonlySet<number>): DescriptorKinds {
  const kind = (fd: number): DescriptorKind => (closed.has(fd) ? "closed" : isatty(fd) ? "terminal" : "stream");
  const [input, output, errors] = [kind(0), kind(1), kind(2)];
  return [input === "terminal" && output !== "terminal" ? "stream" : input, output, errors];
}

/** Writes to a descriptor at once. */
const sinkTo =
  (fd: number): OutputSink =>
  (bytes) => {
    let taken = 0;
    try {
      while (taken < bytes.length) taken += writeSync(fd, bytes, taken);
      return undefined;
    } catch (error) {
      return { error: unixErrorOf(error).errno, taken };
    }
  };

/** The sink of a descriptor that is neither a terminal nor has a reader at its other end. */
export function sinkOf(fd: number, kind: DescriptorKind): OutputSink | undefined {
  if (kind !== "stream") return undefined;
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket() ? undefined : sinkTo(fd);
}

/** Standard input; Node's own stream of it hides that a file or directory cannot be read. */
export function inputStream(): Readable {
  const stat = fstatSync(0);
  return stat.isFIFO() || stat.isSocket() || isatty(0) ? process.stdin : createReadStream("", { fd: 0, autoClose: false });
}

/** Copies a stream of the program to one of the host; a closed host stream hangs the guest's up. */
export function handThrough(from: Readable, to: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    to.on("error", () => {
      from.destroy();
      resolve();
    });
    from.on("data", (chunk: Buffer) => {
      if (!to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.once("end", () => resolve());
    from.once("close", () => resolve());
  });
}

/** Text of the command itself that could not be written. */
export class OutputError extends Error {
  /** Name of the error: "ENOSPC". */
  readonly code: string;

  constructor(what: string, error: unknown) {
    const { name, message } = unixErrorOf(error);
    super(`cannot write ${what}: ${message}`);
    this.code = name;
  }
}

/** Writes text of the command itself. @throws OutputError */
export function writeText(fd: number, what: string, text: string, closed: ReadonlySet<number>): void {
  const bytes = Buffer.from(text);
  try {
    if (closed.has(fd)) throw Object.assign(new Error("closed"), { code: "EBADF" });
    for (let taken = 0; taken < bytes.length; ) taken += writeSync(fd, bytes, taken);
  } catch (error) {
    throw new OutputError(what, error);
  }
}
