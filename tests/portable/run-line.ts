/**
 * Runs in a bare context: boots a system and runs a command line in it.
 */
import type { EmulatorEntries } from "#lites/core.ts";
import type { Engine } from "#machine/engine.ts";
import { type ExitStatus, Guest } from "#system/guest.ts";
import type { HostTime } from "#system/machine-parts.ts";
import { addTar, defaultSpace, emptyRoot, rootFs } from "#system/memory-root.ts";
import type { PortReceiver } from "#system/port.ts";
import type { Scheduler } from "#system/scheduler.ts";
import { tarEntries } from "#system/tar-reader.ts";
import { openWebPort } from "#system/web-streams.ts";

/** What a host hands in. Bytes come as buffers, whose views belong to the context. */
export interface Given {
  root: ArrayBuffer;
  emulator: { image: ArrayBuffer; entries: EmulatorEntries };
  engine: Engine;
  time: HostTime | "virtual";
  scheduler: Scheduler;
}

export interface Run extends ExitStatus {
  output: string;
  diagnostics: string[];
}

/** Keeps output as text. */
function collector(): PortReceiver & { text(): string } {
  const decoder = new TextDecoder();
  let text = "";
  return {
    data(bytes) {
      text += decoder.decode(bytes, { stream: true });
      return true;
    },
    end() {},
    text: () => text,
  };
}

function boot({ root, emulator, engine, time, scheduler }: Given, diagnostics: string[]): Guest {
  const volume = emptyRoot();
  addTar(volume, tarEntries(new Uint8Array(root)), 0);
  return new Guest(
    {
      memory: 16 << 20,
      swap: 1 << 20,
      time,
      seed: "portable",
      engine,
      emulator: { image: new Uint8Array(emulator.image), entries: emulator.entries },
      root: { fs: rootFs(volume), space: defaultSpace(volume) },
      mounts: [],
      diagnostic: (line) => void diagnostics.push(line),
      isStrict: true,
    },
    scheduler,
  );
}

/** Standard output and error by plain calls, standard input from a text. */
export async function runLine(given: Given, line: string, input = ""): Promise<Run> {
  const diagnostics: string[] = [];
  const guest = boot(given, diagnostics);
  await guest.ready;
  const output = collector();
  const [stdin, stdout] = [guest.openPort({ data: () => true, end() {} }), guest.openPort(output)];
  stdin.write(new TextEncoder().encode(input));
  stdin.end();
  const descriptors = [{ port: stdin }, { port: stdout }, { port: stdout }];
  const status = await guest.spawn({ argv: ["sh", "-c", line], descriptors }).exited;
  await guest.halt({ drain: true });
  return { ...status, output: output.text(), diagnostics };
}

/** The same with web streams, for contexts that have them: what is put in must be taken as it comes out. */
export async function runLineByStreams(
  given: Given,
  line: string,
  use: (streams: ReturnType<typeof openWebPort>) => Promise<void>,
): Promise<ExitStatus> {
  const guest = boot(given, []);
  await guest.ready;
  const streams = openWebPort(guest);
  const { port } = streams;
  const { exited } = guest.spawn({ argv: ["sh", "-c", line], descriptors: [{ port }, { port }, { port }] });
  await use(streams);
  const status = await exited;
  await guest.halt();
  return status;
}
