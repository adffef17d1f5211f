import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LineCutter } from "./byte-lines.ts";
import { nextUses } from "./next-use.ts";
import { replay } from "./replay.ts";
import { seededRandom } from "./seeded-random.ts";
import { RecordKind, type Trace, TraceBuilder } from "./trace.ts";
import { readTrace, type TraceFileOptions } from "./trace-file.ts";
import { TraceSpool, loaded } from "./trace-spool.ts";
import { partOf, TraceWriter } from "./trace-text.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lites-trace-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const LETTERS = ["r", "w", "x", "d"];

/** Records as [letter, page, time, task]. */
function records(trace: Trace): [string, number, number, number][] {
  return trace.pieces
    .map(loaded)
    .flatMap(({ length, pages, times, marks }) =>
      Array.from({ length }, (_, at): [string, number, number, number] => [
        LETTERS[marks[at]! & 3]!,
        trace.pages[pages[at]!]!,
        times[at]!,
        marks[at]! >>> 2,
      ]),
    );
}

/** Records in one line, with pages in hexadecimal: kind, page, time, task. */
const told = (trace: Trace): string =>
  records(trace)
    .map(([letter, page, time, task]) => `${letter} ${page.toString(16)} ${time} ${task}`)
    .join(", ");

function write(path: string, trace: Trace): void {
  const writer = new TraceWriter(path);
  for (const [task, name] of trace.tasks.entries()) if (name !== "") writer.task(task, name);
  for (const [letter, page, time, task] of records(trace)) {
    const kind = LETTERS.indexOf(letter);
    if (kind === RecordKind.DROP) writer.dropped(time, page);
    else writer.reference(time, task, page, kind === RecordKind.WRITE, kind === RecordKind.FETCH);
  }
  writer.close();
}

async function read(text: string | Uint8Array, options?: TraceFileOptions): Promise<Trace> {
  const path = join(folder, "read.trace");
  writeFileSync(path, text);
  return readTrace(path, options);
}

/** A long trace with several tasks and drops. */
function longTrace(length: number, spool?: TraceSpool): TraceBuilder {
  const random = seededRandom("long");
  const below = (limit: number): number => Math.floor(random() * limit);
  const trace = new TraceBuilder(4096, spool);
  trace.task(0, "first program");
  trace.task(5, "sixth");
  let time = 3;
  for (let index = 0; index < length; index++) {
    time += below(3) === 0 ? below(1e6) : 1;
    const kind = below(50) === 0 ? RecordKind.DROP : below(3);
    const page = below(20) === 0 ? 2 ** 40 + below(9) : below(3000);
    trace.append(time, kind === RecordKind.DROP ? 0 : below(3) * 5, page, kind);
  }
  return trace;
}

describe("the text form", () => {
  it("gives back what was written, compressed or not", async () => {
    const trace = longTrace(200_000);
    for (const name of ["long.trace", "long.trace.gz"]) {
      const path = join(folder, name);
      write(path, trace);
      const again = await readTrace(path);
      expect(records(again)).toEqual(records(trace));
      expect(again.tasks).toEqual(["first program", "", "", "", "", "sixth", "", "", "", "", ""]);
      expect([again.pageSize, again.records, again.references]).toEqual([4096, trace.records, trace.references]);
    }
    const head = readFileSync(join(folder, "long.trace")).subarray(0, 100);
    expect(gunzipSync(readFileSync(join(folder, "long.trace.gz"))).subarray(0, 100)).toEqual(head);
  });

  it("is the same with most of it in a file as in memory", () => {
    const trace = longTrace(2_200_000);
    const again = longTrace(2_200_000, new TraceSpool(folder, 1));
    expect(again.pieces.map((piece) => "times" in piece)).toEqual([true, false, true]);
    // A deep comparison of millions of records would take minutes.
    for (const [number, stored] of again.pieces.entries()) {
      const [one, other] = [loaded(stored), loaded(trace.pieces[number]!)];
      expect(one.length).toBe(other.length);
      for (const column of ["times", "marks"] as const) {
        const part = ({ length, [column]: values }: typeof one): Buffer => Buffer.from(values.slice(0, length).buffer);
        expect(part(one).equals(part(other))).toBe(true);
      }
    }
    expect([again.pages, again.begin, again.end]).toEqual([trace.pages, trace.begin, trace.end]);
    const fifo = (each: Trace): unknown =>
      replay(each, { name: "fifo", parameters: {} }, { frames: 500, scope: "global", readAhead: 0, seed: "1" });
    expect(fifo(again)).toEqual(fifo(trace));
    for (const [number, next] of nextUses(again).entries())
      expect(Buffer.from(next.buffer).equals(Buffer.from(nextUses(trace)[number]!.buffer))).toBe(true);
  });

  it("is written while references come", () => {
    const path = join(folder, "stream.trace");
    const writer = new TraceWriter(path);
    writer.task(1, "cat  of\nlines");
    writer.reference(1000, 1, 12, true, false);
    writer.reference(1001, 1, 7, false, false);
    writer.reference(1002, 1, 7, false, false);
    writer.reference(1020, 1, 7, false, true);
    writer.placed(1, 7, 1048576);
    writer.dropped(1044, 12);
    writer.reference(1044, 0, 7, false, false);
    writer.displaced(1048576);
    // Nobody takes half of a trace for the whole.
    expect([existsSync(path), existsSync(partOf(path))]).toEqual([false, true]);
    writer.close();
    expect([existsSync(path), existsSync(partOf(path))]).toEqual([true, false]);
    const text =
      "lites-trace 1\npage-size 4096\ntask 1 cat of lines\nw 12 1000 1\nr 7\nx 7 1020\nplace 1048576 7 1\nd 12 1044\nr 7 1044 0\nplace 1048576\n";
    expect(readFileSync(path, "latin1")).toBe(text);
  });

  it("is written through a link, which stays one", () => {
    const [path, link] = [join(folder, "target.trace"), join(folder, "link.trace")];
    symlinkSync(path, link);
    const writer = new TraceWriter(link);
    writer.reference(0, 0, 1, false, false);
    writer.close();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, "latin1")).toBe("lites-trace 1\npage-size 4096\nr 1\n");
    expect(existsSync(partOf(link))).toBe(false);
  });

  it("fills in times and tasks", async () => {
    const text = "# a comment\nlites-trace 1\npage-size 512\n\nr 1\n w\t2\r\nx 3 10 4\nr 1 10\nd 2\nr 1\ntask 4 x y";
    const trace = await read(text);
    expect(told(trace)).toBe("r 1 0 0, w 2 1 0, x 3 10 4, r 1 10 4, d 2 11 0, r 1 12 4");
    expect([trace.pageSize, trace.tasks[4]]).toEqual([512, "x y"]);
  });

  it("tells places of pages", async () => {
    const { placements, pages } = await read("lites-trace 1\nr 8\nplace 100 8 2\nr 9\nplace 101 9 2\nplace 100\n");
    expect(pages).toEqual([8, 9]);
    expect(placements).toEqual([
      { position: 1, task: 2, page: 0, place: 100 },
      { position: 2, task: 2, page: 1, place: 101 },
      { position: 2, task: 0, page: undefined, place: 100 },
    ]);
  });

  it.each([
    ["", /^the file is empty$/],
    ["lites-trace 2\nr 1", "line 1: only version 1 of the form is known"],
    ["lites-trace 1\n", /^there is no reference in the file$/],
    ["lites-trace 1\nr 1 5\nr 2 4", "line 3: time goes backwards"],
    ["lites-trace 1\nr 1 x", "line 2: the third field must be a time"],
    ["lites-trace 1\nr 1 1e3", "line 2: the third field must be a time"],
    ["lites-trace 1\nr 1e3", "line 2: the second field must be a page number"],
    ["lites-trace 1\nr 1 3 4x", "line 2: the fourth field must be a task number below 16384"],
    ["lites-trace 1\nr one", "line 2: the second field must be a page number"],
    ["lites-trace 1\nr 99999999999999999999", "line 2: the second field must be a page number"],
    ["lites-trace 1\nr 1 1 16384", "line 2: the fourth field must be a task number below 16384"],
    ["lites-trace 1\nr 1 1 1 1", "line 2: there are more than four fields"],
    ["lites-trace 1\nq 1", "line 2: 'q 1' is no record and no directive"],
    ["lites-trace 1\nread 1", "line 2: 'read 1' is no record and no directive"],
    ["lites-trace 1\npage-size 100", "line 2: the page size must be a power of two"],
    ["lites-trace 1\nr 1\npage-size 512", "line 3: the page size must come before tasks and records"],
    ["lites-trace 1\nr 1\nplace 5 x 1", "line 3: a place needs a number, and the numbers of a page and a task, or neither"],
    ["lites-trace 1\nr 1\nplace", "line 3: a place needs a number, and the numbers of a page and a task, or neither"],
    ["lites-trace 1\nr 1\nplace 5 1 2 3", "line 3: a place needs a number, and the numbers of a page and a task, or neither"],
    ["lites-trace 1\nr 1\nplace 5 1", "line 3: a place needs a task number below 16384"],
    ["lites-trace 1\ntask x sh", "line 2: a task needs a number below 16384"],
  ])("refuses %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("refuses a damaged compressed file and a missing one", async () => {
    await expect(read(gzipSync("lites-trace 1\nr 1\n").subarray(0, 20))).rejects.toThrow("unexpected end of file");
    await expect(readTrace(join(folder, "missing"))).rejects.toThrow("ENOENT");
  });
});

describe("traces of other programs", () => {
  it("reads Valgrind's lackey", async () => {
    const text = [
      "==42== Lackey, an example Valgrind tool",
      "==42== ",
      "I  04001000,3",
      " L 1ffeffe7e0,8",
      "I  04001003,5",
      " S 04003ffe,4",
      "I  04001008,2",
      " M 1ffeffe7e0,8",
      "==42== Counted 1 call to main()",
    ].join("\n");
    const trace = await read(text);
    expect(told(trace)).toBe("x 4001 0 0, r 1ffeffe 0 0, x 4001 1 0, w 4003 1 0, w 4004 1 0, x 4001 2 0, w 1ffeffe 2 0");
    expect(trace.tasks).toEqual(["read.trace"]);
    await expect(read("I  04001000,3\n L 12zz,8\n")).rejects.toThrow("line 2: this is no line of Valgrind's lackey");
    await expect(read("I  04001000,3\nhello\n")).rejects.toThrow("line 2: this is no line of Valgrind's lackey");
  });

  it("reads lists of addresses", async () => {
    const text = "# page 0x41f and others\n0041f7a0 R\nW 31348900\n0x3D729358\n2 408ed4\n408ed4 i\n1 408ed4\nffffffffffffe000 s\n";
    expect(told(await read(text))).toBe("r 41f 0 0, w 31348 1 0, r 3d729 2 0, x 408 3 0, w 408 5 0, w ffffffffffffe 6 0");
    expect(records(await read("10\n20\n10\n", { pageSize: 16 })).map(([, page]) => page)).toEqual([1, 2, 1]);
    await expect(read("10\nhello\n")).rejects.toThrow("line 2: this is no address");
    await expect(read("10 r r\n")).rejects.toThrow("line 1: this is no address");
    await expect(read("10\n", { pageSize: 3 })).rejects.toThrow("the page size must be a power of two, not 3");
  });

  it("takes the form that it is told", async () => {
    expect(told(await read("I  1000,3\n", { form: "lackey" }))).toBe("x 1 0 0");
    await expect(read("1000\n", { form: "lites" })).rejects.toThrow("line 1: the first line must be 'lites-trace 1'");
  });
});

describe("lines", () => {
  it("are the same however the text is cut", () => {
    const text = new TextEncoder().encode("one\n\ntwo words\nthree\nlast");
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const lines: string[] = [];
        const cutter = new LineCutter((bytes, start, end) => lines.push(new TextDecoder().decode(bytes.subarray(start, end))));
        for (const [from, to] of [
          [0, first],
          [first, second],
          [second, text.length],
        ] as const)
          cutter.piece(text.subarray(from, to));
        cutter.finish();
        expect(lines).toEqual(["one", "", "two words", "three", "last"]);
      }
    }
  });
});

describe("a trace in memory", () => {
  it("has no repetitions, and refuses what is no number of a page or task", () => {
    const trace = new TraceBuilder();
    for (const write of [false, false, true, true, false]) trace.reference(1, 0, 9, write, false);
    trace.reference(1, 1, 9, false, false);
    expect(records(trace).map(([kind, , , task]) => kind + task)).toEqual(["r0", "w0", "r0", "r1"]);
    expect(() => trace.reference(1, 0, -1, false, false)).toThrow("-1 is no page number");
    expect(() => trace.reference(1, 1 << 14, 1, false, false)).toThrow("16384 is no task number");
  });
});
