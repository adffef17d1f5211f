import { describe, expect, test } from "vitest";
import { decode, encode } from "./struct-codec.ts";
import { type Field, fieldSizes, type Layout, structs } from "./structs.ts";
import { emulatorCalls, type Kind, systemCalls } from "./system-calls.ts";

const sizeOf = (field: Field) => fieldSizes[field.type] * (field.count ?? 1);

describe.each(Object.entries(structs) as [string, Layout][])("%s", (_name, layout) => {
  test("fields lie within the structure and do not overlap", () => {
    const fields = Object.values(layout.fields).sort((a, b) => a.offset - b.offset);
    let end = 0;
    for (const field of fields) {
      expect(field.offset).toBeGreaterThanOrEqual(end);
      end = field.offset + sizeOf(field);
    }
    expect(end).toBeLessThanOrEqual(layout.size);
  });
});

test("the call table's sizes are those of the structures", () => {
  const sizeIn = (row: { args: Record<string, Kind> }, argument: string) => (row.args[argument] as { size: number }).size;
  expect(sizeIn(emulatorCalls.take_signal, "delivery")).toBe(structs.signal_delivery.size);
  expect(sizeIn(systemCalls.rt_sigaction, "action")).toBe(structs.ksigaction.size);
  expect(sizeIn(systemCalls.sigaction, "action")).toBe(structs.old_sigaction.size);
  expect(sizeIn(systemCalls.sigaltstack, "stack")).toBe(structs.sigaltstack.size);
  expect(sizeIn(systemCalls.wait4, "usage")).toBe(structs.rusage.size);
  expect(sizeIn(systemCalls.stat64, "buffer")).toBe(structs.stat64.size);
  expect(sizeIn(systemCalls.stat, "buffer")).toBe(structs.stat.size);
  expect(sizeIn(systemCalls.statx, "buffer")).toBe(structs.statx.size);
  expect(sizeIn(systemCalls.statfs, "buffer")).toBe(structs.statfs.size);
  expect(sizeIn(systemCalls.statfs64, "buffer")).toBe(structs.statfs64.size);
  expect(sizeIn(systemCalls.uname, "buffer")).toBe(structs.utsname.size);
  expect(sizeIn(systemCalls.sysinfo, "buffer")).toBe(structs.sysinfo.size);
  expect(sizeIn(systemCalls.setitimer, "value")).toBe(structs.itimerval.size);
  expect(sizeIn(systemCalls.waitid, "info")).toBe(structs.siginfo.size);
  expect(sizeIn(systemCalls.old_mmap, "arguments")).toBe(structs.mmap_arguments.size);
});

test("encode and decode", () => {
  const bytes = encode(structs.stat64, { st_size: 2 ** 40 + 5, st_ino: 7n, st_mode: 0o100644, st_atime: 0xffffffff });
  expect(bytes).toHaveLength(96);
  const values = decode(structs.stat64, bytes);
  expect([values.st_size, values.st_ino, values.st_mode, values.st_atime, values.st_nlink]).toEqual([
    2 ** 40 + 5,
    7,
    0o100644,
    0xffffffff,
    0,
  ]);
  expect(decode(structs.timespec64, encode(structs.timespec64, { tv_sec: -3 })).tv_sec).toBe(-3);
  const mask = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  expect(decode(structs.ksigaction, encode(structs.ksigaction, { sa_mask: mask })).sa_mask).toEqual(mask);
});
