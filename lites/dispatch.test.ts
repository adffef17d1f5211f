import { describe, expect, test } from "vitest";
import { EFAULT, EINVAL, ENAMETOOLONG, EPROBE, UnixError } from "./abi/errno.ts";
import { emulatorCalls, MemoryFlag, type SystemCallRow, systemCalls, TRANSFER_LIMIT } from "./abi/system-calls.ts";
import { AT_REMOVEDIR } from "./abi/open-flags.ts";
import { type CommandArgument, InOutBuffer, OutBuffer } from "./arguments.ts";
import { checkPath } from "./bad-path.ts";
import { decodeCall, Dispatcher, encodeOutputs, errnoOf, fit } from "./dispatch.ts";
import { byteStringOf } from "./text.ts";
import { randomNumbers } from "../tests/support/random.ts";

const rows: Record<string, SystemCallRow> = { ...systemCalls, ...emulatorCalls };
const dispatcher = new Dispatcher();
const bytes = (text: string) => new TextEncoder().encode(text);

function decode(name: string, words: number[], strings: Uint8Array[] = [], offers: number[] = []) {
  return decodeCall(dispatcher.find(rows[name]!.nr)!, { words: [rows[name]!.nr, ...words], strings, offers });
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("decoding", () => {
  test("numbers by kind", () => {
    expect(decode("lseek", [0xffffffff, 0xfffffffe, 2]).args).toEqual({ fd: -1, offset: -2, whence: 2 });
    expect(decode("mmap2", [0xb0000000, 0xffffffff, 3, 34, 0xffffffff, 0]).args).toMatchObject({
      address: 0xb0000000,
      length: 0xffffffff,
      fd: -1,
    });
  });

  test("strings and paths", () => {
    expect(decode("rename", [1, 2], [bytes("from"), bytes("tö")]).args).toEqual({ from: "from", to: byteStringOf("tö") });
    expect(decode("chdir", [1], [bytes("")]).args.path).toBe("");
    expect(errorOf(() => decode("chdir", [1], [bytes("a\0b")]))).toBe(EINVAL);
  });

  test("bad paths, which fail when they are used", () => {
    const error = (...path: Parameters<typeof decode>) => errorOf(() => checkPath(decode(...path).args.to as string));
    expect(error("rename", [1, 2], [bytes("from")])).toBe(EFAULT);
    expect(error("rename", [1, 0], [bytes("from"), bytes("")])).toBe(EFAULT);
    expect(error("rename", [1, 2], [bytes("from"), new Uint8Array(4096).fill(65)])).toBe(ENAMETOOLONG);
    expect(error("rename", [1, 2], [bytes("from"), new Uint8Array(4095).fill(65)])).toBeUndefined();
  });

  test("values that the row refuses", () => {
    const unlink = (flags: number) => errorOf(() => decode("unlinkat", [5, 1, flags], [bytes("x")]));
    expect([unlink(0), unlink(AT_REMOVEDIR), unlink(0x40000000), unlink(AT_REMOVEDIR | 1)]).toEqual([undefined, undefined, EINVAL, EINVAL]);
    const truncate = (length: number) => errorOf(() => decode("truncate", [1, length], [bytes("x")]));
    expect([truncate(0), truncate(0x7fffffff), truncate(0x80000000)]).toEqual([undefined, undefined, EINVAL]);
    const link = (size: number) => errorOf(() => decode("readlink", [1, 2, size], [bytes("x")], [size]));
    expect([link(1), link(0), link(0xffffffff)]).toEqual([undefined, EINVAL, EINVAL]);
    // A word that is missing is 0.
    expect(errorOf(() => decode("readlink", [1, 2], [bytes("x")]))).toBe(EINVAL);
  });

  test("buffers", () => {
    const read = decode("read", [3, 0x1000, 100], [], [100]);
    expect((read.args.buffer as OutBuffer).capacity).toBe(100);
    expect((decode("read", [3, 0x1000, 0xffffffff], [], [64]).args.buffer as OutBuffer).capacity).toBe(64);
    expect((decode("read", [3, 0x1000, 0xffffffff], [], [0xffffffff]).args.buffer as OutBuffer).capacity).toBe(TRANSFER_LIMIT);
    expect(decode("write", [1, 0x1000, 5], [bytes("hello")]).args.buffer).toEqual(bytes("hello"));
  });

  test("memory that cannot be read or written", () => {
    // What may be transferred in part is handed over as far as it goes.
    expect(decode("write", [1, 0x1000, 6], [bytes("hello")]).args).toMatchObject({ buffer: bytes("hello"), count: 6 });
    expect(decode("write", [1, 0x1000, 6], []).args.buffer).toEqual(new Uint8Array(0));
    expect(decode("read", [1, 0x1000, 6], [], [5]).args.buffer).toMatchObject({ capacity: 5, wanted: 6 });
    // The rest fails when it is touched.
    const short = decode("rt_sigaction", [10, 0x1000, 0, 8], [bytes("short")], [0]).args.action as Uint8Array;
    expect(errorOf(() => short.length)).toBe(EFAULT);
    expect(fit(decode("uname", [0], [], [0]).outputs)).toBe(true);
    const answer = decode("uname", [0x1000], [], [100]);
    (answer.args.buffer as OutBuffer).data = new Uint8Array(390);
    expect(fit(answer.outputs)).toBe(false);
    const bad = [rows.symlink!.nr, 0x1000, 0x1000, 0, 0, 0, 0, MemoryFlag.BAD_ARGUMENT << 1];
    const { args } = decodeCall(dispatcher.find(rows.symlink!.nr)!, { words: bad, strings: [bytes("a"), bytes("")], offers: [] });
    expect(errorOf(() => checkPath(args.path as string))).toBe(EFAULT);
    const exec = [rows.execve!.nr, 0x1000, 0x1000, 0, 0, 0, 0, MemoryFlag.BAD_ARGUMENT << 1];
    const { argv, envp } = decodeCall(dispatcher.find(rows.execve!.nr)!, {
      words: exec,
      strings: [bytes("a"), bytes(""), bytes("")],
      offers: [],
    }).args as { argv: string[]; envp: string[] };
    expect([errorOf(() => argv.length), envp]).toEqual([EFAULT, []]);
  });

  test("buffers that may be bad are asked for once", () => {
    const memory = { isWritable: (start: number, end: number) => start >= 0x1000 && end <= 0x2000 };
    const read = (words: number[], offer: number) =>
      decodeCall(dispatcher.find(rows.read!.nr)!, { words: [rows.read!.nr, 3, ...words], strings: [], offers: [offer] }, memory);
    expect((read([0x1ff0, 16], 16).args.buffer as OutBuffer).capacity).toBe(16);
    expect(errorOf(() => read([0x1ff0, 17], 17))).toBe(EPROBE);
    expect((read([0x1ff0, 17, 0, 0, 0, MemoryFlag.PROBED], 17).args.buffer as OutBuffer).capacity).toBe(17);
    expect((read([0x1ff0, 17], 16).args.buffer as OutBuffer).capacity).toBe(16);
  });

  test("structures, optional ones too", () => {
    const action = new Uint8Array(20).fill(1);
    const call = decode("rt_sigaction", [10, 0x1000, 0x2000, 8], [action], [20]);
    expect(call.args.action).toEqual(action);
    expect((call.args.old as OutBuffer).capacity).toBe(20);
    const none = decode("rt_sigaction", [10, 0, 0, 8], [new Uint8Array(0)], [0]);
    expect([none.args.action, none.args.old, none.outputs.length]).toEqual([undefined, undefined, 1]);
  });

  test("in and out at once", () => {
    const call = decode("poll", [0x1000, 2, 0], [new Uint8Array(16)], [16]);
    expect(call.args.fds).toBeInstanceOf(InOutBuffer);
    expect(decode("poll", [0x1000, 2, 0], [new Uint8Array(16)], [8]).args.fds).toMatchObject({ capacity: 8, wanted: 16 });
  });

  test("commands by their table", () => {
    const get = decode("ioctl", [0, 0x5401, 0x1000], [], [36]).args.argument as CommandArgument;
    expect([get.value, get.input, get.output?.capacity]).toEqual([0x1000, undefined, 36]);
    const set = decode("ioctl", [0, 0x5402, 0x1000], [new Uint8Array(36)]).args.argument as CommandArgument;
    expect([set.input?.length, set.output]).toEqual([36, undefined]);
    expect(decode("fcntl64", [0, 2, 1]).args.argument).toEqual({ value: 1, input: undefined, output: undefined });
    expect(decode("ioctl", [0, 0x12345, 7]).args.argument).toEqual({ value: 7, input: undefined, output: undefined });
  });

  test("arrays of strings", () => {
    const call = decode("execve", [1, 2, 3], [bytes("/bin/x"), bytes("x\0\0y\0"), new Uint8Array(0)]);
    expect([call.args.argv, call.args.envp]).toEqual([["x", "", "y"], []]);
    expect(errorOf(() => decode("execve", [1, 2, 3], [bytes("/bin/x"), bytes("no end"), new Uint8Array(0)]))).toBe(EINVAL);
  });
});

test("answers never exceed the room for them", () => {
  const small = new OutBuffer(2);
  small.data = bytes("long");
  expect([fit([small]), encodeOutputs([small, new OutBuffer(5)])]).toEqual([false, [new Uint8Array(0), new Uint8Array(0)]]);
});

test("10 000 random messages never do anything but throw an errno", () => {
  const random = randomNumbers(1);
  const word = () => [0, 1, 0xffffffff, 0x7fffffff, random(100), random(0x7fffffff)][random(6)]!;
  const names = Object.keys(rows);
  const sizes = [0, 1, 4, 8, 16, 20, 64, 96, 128, 4096, 5000];
  let errors = 0;
  for (let round = 0; round < 10_000; round++) {
    const name = names[random(names.length)]!;
    const words = Array.from({ length: random(8) }, word);
    const strings = Array.from({ length: random(4) }, () => new Uint8Array(sizes[random(sizes.length)]!).map(() => random(256)));
    const offers = Array.from({ length: random(4) }, () => [0, 8, 4096, 0xffffffff][random(4)]!);
    try {
      const { outputs } = decodeCall(dispatcher.find(rows[name]!.nr)!, { words, strings, offers });
      for (const output of outputs) expect(output.capacity).toBeLessThanOrEqual(1 << 20);
    } catch (error) {
      expect(error).toBeInstanceOf(UnixError);
      errors++;
    }
  }
  expect(errors).toBeGreaterThan(300);
});

describe("dispatcher", () => {
  test("finds rows by number, handled or not", () => {
    const dispatcher = new Dispatcher({ getpgid: () => 5 }, { getpgid: () => 7 });
    const entry = dispatcher.find(systemCalls.getpgid.nr);
    expect(entry?.name).toBe("getpgid");
    expect(entry?.handler?.(undefined as never, {}, undefined as never)).toBe(7);
    expect(dispatcher.find(systemCalls.read.nr)?.handler).toBeUndefined();
    expect(dispatcher.find(9999)).toBeUndefined();
    expect(dispatcher.unhandled()).toContain("stat64");
    expect(dispatcher.unhandled()).not.toContain("getpid");
  });

  test("errnos are results, other exceptions are bugs", () => {
    expect(errnoOf(EINVAL)).toBe(-22);
    expect(errnoOf(new Error("bug"))).toBeUndefined();
  });
});
