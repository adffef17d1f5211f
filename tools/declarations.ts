/**
 * Builds the type declarations of the package: one file for each export of package.json, which needs nothing but Node's types.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Sources of the exports. */
const ENTRIES: Readonly<Record<string, string>> = { ".": "node/index.ts", "./manager": "servers/pager.ts" };
/** Projects need not name types of their own. */
const BANNER = '/// <reference types="node" />';

interface Manifest {
  exports: Record<string, { types: string }>;
}

/** Writes the files that package.json names. */
export async function buildDeclarations(): Promise<void> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  for (const [name, { types }] of Object.entries(exports)) {
    const bundle = await rollup({
      input: join(root, ENTRIES[name]!),
      external: /^node:/,
      plugins: [dts({ tsconfig: join(root, "tsconfig.json"), compilerOptions: { stripInternal: true } })],
    });
    await bundle.write({ file: join(root, types), format: "es", banner: BANNER });
    await bundle.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDeclarations();
