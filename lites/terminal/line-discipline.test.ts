/**
 * The line discipline as a table: what is typed, what is read, what is shown, which signals come.
 */
import { describe, expect, it } from "vitest";
import { SIGINT, SIGQUIT, SIGTSTP } from "../abi/signals.ts";
import * as T from "../abi/termios.ts";
import { INPUT_CAPACITY, LineDiscipline } from "./line-discipline.ts";

const DEFAULT_LFLAG = T.defaultTermios().c_lflag;
const DEFAULT_IFLAG = T.defaultTermios().c_iflag;
const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const raw = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

function discipline(settings: Partial<T.Termios> = {}, characters: Record<number, number> = {}) {
  const seen = { echo: "", signals: [] as number[], flushes: 0, stopped: false };
  const line = new LineDiscipline({
    echo: (bytes) => (seen.echo += latin(bytes)),
    signal: (signal) => seen.signals.push(signal),
    flushOutput: () => seen.flushes++,
    setStopped: (stopped) => (seen.stopped = stopped),
  });
  const termios = { ...T.defaultTermios(), ...settings };
  for (const [place, value] of Object.entries(characters)) termios.c_cc[Number(place)] = value;
  line.setTermios(termios);
  /** All that readers would get, one string per read. */
  const reads = () => {
    const all: string[] = [];
    while (line.readable(1)) all.push(latin(line.take(4096)));
    return all;
  };
  return { line, seen, reads, type: (text: string) => line.input(raw(text)) };
}

interface Row {
  name: string;
  lflag?: number;
  iflag?: number;
  oflag?: number;
  cc?: Record<number, number>;
  typed: string;
  reads: string[];
  echo: string;
  signals?: number[];
}

// biome-ignore format: table
const rows: Row[] = [
  { name: "a line", typed: "ls\r", reads: ["ls\n"], echo: "ls\r\n" },
  { name: "an incomplete line", typed: "ls", reads: [], echo: "ls" },
  { name: "two lines", typed: "a\rb\r", reads: ["a\n", "b\n"], echo: "a\r\nb\r\n" },
  { name: "erase", typed: "ab\x7fc\r", reads: ["ac\n"], echo: "ab\b \bc\r\n" },
  { name: "erase at the start", typed: "\x7f\x7fa\r", reads: ["a\n"], echo: "a\r\n" },
  { name: "erase of a control character", typed: "a\x01\x7f\r", reads: ["a\n"], echo: "a^A\b \b\b \b\r\n" },
  { name: "erase of a UTF-8 character", typed: "\xc3\xa4\x7fx\r", reads: ["x\n"], echo: "\xc3\xa4\b \bx\r\n" },
  { name: "erase of one byte without IUTF8", iflag: DEFAULT_IFLAG & ~T.IUTF8, typed: "\xc3\xa4\x7fx\r", reads: ["\xc3x\n"], echo: "\xc3\xa4\b \bx\r\n" },
  { name: "erase of a tab", typed: "ab\t\x7fc\r", reads: ["abc\n"], echo: "ab\t\b\b\b\b\b\bc\r\n" },
  { name: "erase without ECHOE", lflag: DEFAULT_LFLAG & ~T.ECHOE, typed: "ab\x7f\r", reads: ["a\n"], echo: "ab^?\r\n" },
  { name: "kill", typed: "abc\x15d\r", reads: ["d\n"], echo: "abc\b \b\b \b\b \bd\r\n" },
  { name: "kill without ECHOKE", lflag: DEFAULT_LFLAG & ~T.ECHOKE, typed: "abc\x15d\r", reads: ["d\n"], echo: "abc^U\r\nd\r\n" },
  { name: "word erase", typed: "foo  bar \x17x\r", reads: ["foo  x\n"], echo: `foo  bar ${"\b \b".repeat(4)}x\r\n` },
  { name: "word erase of a path", typed: "a/bc\x17\r", reads: ["a/\n"], echo: `a/bc${"\b \b".repeat(2)}\r\n` },
  { name: "word erase of everything", typed: " x\x17\x17\r", reads: ["\n"], echo: ` x${"\b \b".repeat(2)}\r\n` },
  { name: "reprint", typed: "ab\x12c\r", reads: ["abc\n"], echo: "ab^R\r\nabc\r\n" },
  { name: "literal next", typed: "\x16\x03\r", reads: ["\x03\n"], echo: "^\b^C\r\n" },
  { name: "literal return", typed: "\x16\r\r", reads: ["\r\n"], echo: "^\b^M\r\n" },
  { name: "end of file", typed: "\x04", reads: [""], echo: "" },
  { name: "end of file after text", typed: "ab\x04c\r", reads: ["ab", "c\n"], echo: "abc\r\n" },
  { name: "EOL character", cc: { [T.VEOL]: 0x3b }, typed: "a;b\r", reads: ["a;", "b\n"], echo: "a;b\r\n" },
  { name: "EOL2 character", cc: { [T.VEOL2]: 0x21 }, typed: "a!\r", reads: ["a!", "\n"], echo: "a!\r\n" },
  { name: "a disabled character", cc: { [T.VINTR]: 0 }, typed: "\0\x03\r", reads: ["\0\x03\n"], echo: "^@^C\r\n" },
  { name: "no echo", lflag: DEFAULT_LFLAG & ~T.ECHO, typed: "pw\x7f\x15s\r", reads: ["s\n"], echo: "" },
  { name: "no echo but newline", lflag: (DEFAULT_LFLAG & ~T.ECHO) | T.ECHONL, typed: "pw\r", reads: ["pw\n"], echo: "\r\n" },
  { name: "control characters without ECHOCTL", lflag: DEFAULT_LFLAG & ~T.ECHOCTL, typed: "\x01\r", reads: ["\x01\n"], echo: "\x01\r\n" },
  { name: "IGNCR", iflag: T.IGNCR | T.ICRNL, typed: "a\r\n", reads: ["a\n"], echo: "a\r\n" },
  { name: "no ICRNL", iflag: 0, typed: "a\r\n", reads: ["a\r\n"], echo: "a^M\r\n" },
  { name: "INLCR", iflag: T.INLCR, typed: "\n\x04", reads: ["\r"], echo: "^M" },
  { name: "ISTRIP", iflag: T.ISTRIP | T.ICRNL, typed: "\xe1\r", reads: ["a\n"], echo: "a\r\n" },
  { name: "interrupt drops input and unsent echo", typed: "ab\x03c\r", reads: ["c\n"], echo: "^Cc\r\n", signals: [SIGINT] },
  { name: "quit and suspend", typed: "\x1c\x1a", reads: [], echo: "^\\^Z", signals: [SIGQUIT, SIGTSTP] },
  { name: "interrupt with NOFLSH", lflag: DEFAULT_LFLAG | T.NOFLSH, typed: "ab\x03c\r", reads: ["abc\n"], echo: "ab^Cc\r\n", signals: [SIGINT] },
  { name: "no ISIG", lflag: DEFAULT_LFLAG & ~T.ISIG, typed: "\x03\r", reads: ["\x03\n"], echo: "^C\r\n" },
  { name: "no IEXTEN", lflag: DEFAULT_LFLAG & ~T.IEXTEN, typed: "a\x17\x16\r", reads: ["a\x17\x16\n"], echo: "a^W^V\r\n" },
  { name: "raw", lflag: 0, iflag: 0, typed: "a\r\x03\x7f", reads: ["a\r\x03\x7f"], echo: "" },
  { name: "raw with echo", lflag: T.ECHO, typed: "a\r", reads: ["a\n"], echo: "a\r\n" },
  { name: "raw with signals", lflag: T.ISIG, typed: "a\x03b", reads: ["b"], echo: "", signals: [SIGINT] },
  { name: "echo without OPOST", oflag: 0, typed: "a\r", reads: ["a\n"], echo: "a\n" },
];

describe("line discipline", () => {
  for (const { name, lflag, iflag, oflag, cc, typed, reads, echo, signals } of rows) {
    it(name, () => {
      const settings: Partial<T.Termios> = {};
      if (lflag !== undefined) settings.c_lflag = lflag;
      if (iflag !== undefined) settings.c_iflag = iflag;
      if (oflag !== undefined) settings.c_oflag = oflag;
      const test = discipline(settings, cc);
      test.type(typed);
      expect(test.seen.echo).toBe(echo);
      expect(test.reads()).toEqual(reads);
      expect(test.seen.signals).toEqual(signals ?? []);
    });
  }

  it("gives a line in parts to short reads, and swallows the end of file after its last byte", () => {
    const test = discipline();
    test.type("abcd\x04ef\r");
    expect(latin(test.line.take(2))).toBe("ab");
    expect(latin(test.line.take(2))).toBe("cd");
    expect(latin(test.line.take(2))).toBe("ef");
    expect(latin(test.line.take(2))).toBe("\n");
    expect(test.line.readable(1)).toBe(false);
  });

  it("makes typed text readable at once when canonical mode ends", () => {
    const test = discipline();
    test.type("a\rbc");
    test.line.setTermios({ ...T.defaultTermios(), c_lflag: 0 });
    expect(test.line.available).toBe(4);
    expect(latin(test.line.take(10))).toBe("a\nbc");
  });

  it("stops and starts output", () => {
    const test = discipline();
    test.type("\x13");
    expect(test.seen.stopped).toBe(true);
    test.type("a");
    expect(test.seen.stopped).toBe(true);
    test.type("\x11");
    expect(test.seen.stopped).toBe(false);
    test.line.setTermios({ ...T.defaultTermios(), c_iflag: T.IXON | T.IXANY });
    test.type("\x13");
    test.type("a");
    expect(test.seen.stopped).toBe(false);
    test.type("\x13\x03");
    expect(test.seen.stopped).toBe(false);
  });

  it("takes no more than its capacity, but always the end of an overlong line", () => {
    const test = discipline();
    expect(test.type("x".repeat(INPUT_CAPACITY + 100))).toBe(INPUT_CAPACITY + 100);
    test.type("\r");
    expect(test.reads()).toEqual([`${"x".repeat(INPUT_CAPACITY - 1)}\n`]);
    const rawTest = discipline({ c_lflag: 0 });
    expect(rawTest.type("x".repeat(INPUT_CAPACITY + 100))).toBe(INPUT_CAPACITY - 1);
    rawTest.line.take(60);
    expect(rawTest.type("y".repeat(100))).toBe(60);
  });

  it("loses nothing of pasted lines", () => {
    const test = discipline();
    const pasted = Array.from({ length: 200 }, (_, line) => `${line} ${"x".repeat(75)}\n`).join("");
    let read = "";
    for (let offset = 0; offset < pasted.length; read += test.reads().join("")) offset += test.type(pasted.slice(offset));
    expect(read).toBe(pasted);
    expect(test.seen.echo).not.toContain("\x07");
  });

  it("processes output", () => {
    const process = (oflag: number, text: string) => latin(discipline({ c_oflag: oflag }).line.output(raw(text)));
    expect(process(T.OPOST | T.ONLCR, "a\nb\r\n")).toBe("a\r\nb\r\r\n");
    expect(process(0, "a\n")).toBe("a\n");
    expect(process(T.OPOST | T.OCRNL, "a\r")).toBe("a\n");
    expect(process(T.OPOST | T.ONOCR, "\ra\r")).toBe("a\r");
    expect(process(T.OPOST | T.XTABS, "ab\tc\t")).toBe("ab      c       ");
    expect(process(T.OPOST | T.OLCUC, "aZ")).toBe("AZ");
  });
});
