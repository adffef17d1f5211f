/**
 * The system without a host: a bundle of system/ with nothing of Node's in it runs the shell in a bare JavaScript context, which has text
 * encoders, and a scheduler that is handed in.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import type { EmulatorEntries } from "#lites/core.ts";
import { eventLoop } from "#node/event-loop.ts";
import type { Cancel, Scheduler } from "#system/scheduler.ts";
import { projectRoot } from "../support/command.ts";
import { portableBundle } from "./bundle.ts";
import type * as Portable from "./run-line.ts";

let code: string;
beforeAll(async () => {
  code = await portableBundle("tests/portable/run-line.ts", "portable");
});

/** A context with the language, WebAssembly, and these globals; and the module in it. */
function bareContext(globals: object): typeof Portable {
  const context = createContext({ ...globals });
  runInContext(code, context);
  return (context as unknown as { portable: typeof Portable }).portable;
}

function bufferOf(name: string): ArrayBuffer {
  const bytes = readFileSync(join(projectRoot, "dist", name));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

const given = (engine: Portable.Given["engine"], over: Partial<Portable.Given> = {}): Portable.Given => ({
  root: bufferOf("root.tar"),
  emulator: {
    image: bufferOf("emulib.bin"),
    entries: JSON.parse(readFileSync(join(projectRoot, "dist", "emulib.json"), "utf8")) as EmulatorEntries,
  },
  engine,
  time: "virtual",
  scheduler: eventLoop,
  ...over,
});

const encoders = { TextEncoder, TextDecoder };

describe.each(["interpreter", "auto"] as const)("engine %s", (engine) => {
  test("runs the shell, with text encoders alone", async () => {
    const { runLine } = bareContext(encoders);
    expect(await runLine(given(engine), "ls / | wc -l")).toEqual({ code: 0, signal: undefined, output: "11\n", diagnostics: [] });
  });

  test("hands input through, and the status", async () => {
    const { runLine } = bareContext(encoders);
    const run = await runLine(given(engine), 'sort; echo "ä" >/tmp/f; cat /tmp/f; seq 20000 | tail -n 1; kill -9 $$', "pear\nfig\n");
    expect(run).toEqual({ code: 137, signal: 9, output: "fig\npear\nä\n20000\n", diagnostics: [] });
  });
});

test("with a real clock it waits by the scheduler, and lets it go at the end", async () => {
  const calls: string[] = [];
  let open = 0;
  const counted = (name: string, cancel: Cancel): Cancel => {
    calls.push(name);
    open++;
    return () => {
      open--;
      cancel();
    };
  };
  const scheduler: Scheduler = {
    soon: (callback) => eventLoop.soon(callback),
    later: (callback, ms) => {
      calls.push("later");
      return eventLoop.later(callback, ms);
    },
    keepAlive: () => counted("keepAlive", eventLoop.keepAlive()),
  };
  const time = { epochNs: 86_400_000_000_000n, monotonicNs: () => performance.now() * 1e6 };
  const { runLine } = bareContext(encoders);
  const { output } = await runLine(given("auto", { scheduler, time }), "sleep 0.1; date -u +%F");
  expect(output).toBe("1970-01-02\n");
  expect(calls).toContain("later");
  expect(calls.filter((name) => name === "keepAlive")).toHaveLength(1);
  expect(open).toBe(0);
});

test("web streams: more than ports hold goes through, and comes back", async () => {
  const { runLineByStreams } = bareContext({ ...encoders, ReadableStream, WritableStream });
  const chunk = new Uint8Array(100_000).map((_, index) => (index % 95) + 32);
  const received: number[] = [];
  const status = await runLineByStreams(given("auto"), "cat; exit 3", async ({ readable, writable }) => {
    const feed = async (): Promise<void> => {
      const writer = writable.getWriter();
      for (let round = 0; round < 5; round++) await writer.write(chunk);
      await writer.close();
    };
    const drain = async (): Promise<void> => {
      for await (const bytes of readable) received.push(...bytes);
    };
    await Promise.all([feed(), drain()]);
  });
  expect(status).toEqual({ code: 3, signal: undefined });
  expect(received.length).toBe(500_000);
  expect(received.every((byte, index) => byte === chunk[index % chunk.length])).toBe(true);
});

test("web streams: a cancelled reader is a broken pipe, an aborted writer an input error", async () => {
  const { runLineByStreams } = bareContext({ ...encoders, ReadableStream, WritableStream });
  const cancelled = await runLineByStreams(given("auto"), "exec cat /dev/zero", ({ readable }) => readable.cancel());
  expect(cancelled).toEqual({ code: 141, signal: 13 });
  let said = "";
  const aborted = await runLineByStreams(given("auto"), "cat", async ({ readable, writable }) => {
    await writable.abort();
    const decoder = new TextDecoder();
    for await (const bytes of readable) said += decoder.decode(bytes, { stream: true });
  });
  expect(aborted).toEqual({ code: 1, signal: undefined });
  expect(said).toBe("cat: -: Input/output error\n");
});

test("what needs Node is refused", async () => {
  await expect(portableBundle("node/boot.ts", "portable")).rejects.toThrow("node:fs is Node's");
});
