/**
 * Every source file is named in a README of its layer, so that reading orders stay complete.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "./support/command.ts";

const layers = ["machine", "kernel", "servers", "lites", "emulib", "userland", "system", "node", "paging", "tools"];
const source = /\.(ts|c|S|h|ld)$/;
/** Families that a README describes by folder: headers of the C library, one program a file, one concern a file. */
const described = /^(userland\/(include|libl3\/include|libc|bin|sh)|paging\/workloads)\//;

function files(layer: string): string[] {
  return readdirSync(join(projectRoot, layer), { recursive: true, encoding: "utf8" })
    .map((name) => join(layer, name))
    .filter((name) => source.test(name) && !name.endsWith(".test.ts") && !described.test(name));
}

/** The text of all READMEs of a layer. */
function readmes(layer: string): string {
  return readdirSync(join(projectRoot, layer), { recursive: true, encoding: "utf8" })
    .filter((name) => basename(name) === "README.md")
    .map((name) => readFileSync(join(projectRoot, layer, name), "utf8"))
    .join("\n");
}

test.each(layers)("%s", (layer) => {
  const text = readmes(layer);
  // A family may be named as a whole: `abi/*.ts`.
  const named = (file: string): boolean => text.includes(basename(file)) || text.includes(`${dirname(file).slice(layer.length + 1)}/*.ts`);
  expect(files(layer).filter((file) => !named(file))).toEqual([]);
});
