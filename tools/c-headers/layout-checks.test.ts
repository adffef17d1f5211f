/**
 * A structure of the C library that differs from the table does not compile.
 */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { structs } from "#lites/abi/structs.ts";
import { findCompiler } from "../c-compiler.ts";
import { buildUserland } from "../userland.ts";
import { assertions, header, macros, numbers, structure } from "./c-text.ts";
import { layoutChecks } from "./libc.ts";

/** What the compiler says of a text. */
function compile(text: string): { status: number | null; messages: string } {
  const { command, flags } = findCompiler();
  const { status, stderr } = spawnSync(command, [...flags, "-fsyntax-only", "-x", "c", "-"], { input: text, encoding: "utf8" });
  return { status, messages: stderr };
}

test("the library's structures have the tables' layouts", async () => {
  await buildUserland();
  expect(compile(layoutChecks())).toEqual({ status: 0, messages: "" });
}, 120_000);

test("a field at another place is found, and one of another size behind it", () => {
  const { fd, events, revents } = structs.pollfd.fields;
  const moved = { size: 8, fields: { fd, events: revents, revents: events } };
  const { status, messages } = compile(
    `#include <stddef.h>\n#include <poll.h>\n${assertions({ type: "struct pollfd", layout: moved }).join("\n")}\n`,
  );
  expect(status).not.toBe(0);
  expect(messages).toContain("struct pollfd, events");
  expect(messages).toContain("struct pollfd, revents");
});

test("generated structures have the tables' layouts, gaps included", () => {
  const names = Object.keys(structs.stat64.fields);
  const text = [
    "#include <stddef.h>\n#include <stdint.h>",
    ...structure("kernel_stat64", structs.stat64),
    ...names.map((name) => {
      const { offset } = structs.stat64.fields[name as keyof typeof structs.stat64.fields];
      return `_Static_assert(offsetof(struct kernel_stat64, ${name.slice("st_".length)}) == ${offset}, "${name}");`;
    }),
  ].join("\n");
  expect(compile(text)).toEqual({ status: 0, messages: "" });
});

test("macros: small numbers are decimal, flags hexadecimal, and names that match nothing are an error", () => {
  expect(macros({ AT_FDCWD: -100, EPERM: 1, O_CREAT: 0x40, O_APPEND: 0x400 })).toEqual([
    "#define AT_FDCWD (-100)",
    "#define EPERM 1",
    "#define O_CREAT 64",
    "#define O_APPEND 0x400",
  ]);
  expect(() => numbers({ A_ONE: 1 }, /^B_/)).toThrow("no numbers match");
  expect(header("x.ts", macros({ ONE: 1 }))).toBe("/* Generated from x.ts: change it there. */\n#pragma once\n#define ONE 1\n");
});
