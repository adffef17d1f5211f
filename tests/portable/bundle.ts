/**
 * Bundles a module for a bare JavaScript context: nothing of Node's may be imported, but for what memfs imports, in whose place npm's
 * polyfills come.
 */
import { builtinModules } from "node:module";
import { build, type Plugin } from "esbuild";
import { projectRoot } from "../support/command.ts";

/** Node's modules that memfs imports, and npm's packages in their place. A slash at the end says that the package is meant, not Node's module. */
const POLYFILLS: Readonly<Record<string, string>> = {
  buffer: "buffer/",
  events: "events/",
  path: "path-browserify",
  process: "process/browser.js",
  stream: "readable-stream",
  string_decoder: "string_decoder/",
  url: "url/",
};

const withoutNode: Plugin = {
  name: "without-node",
  setup(context) {
    context.onResolve({ filter: /^[^./#]/ }, ({ path, importer, resolveDir, kind }) => {
      const name = path.replace(/^node:/, "");
      if (!builtinModules.includes(name)) return undefined;
      const polyfill = importer.includes("/node_modules/") ? POLYFILLS[name] : undefined;
      if (polyfill === undefined) return { errors: [{ text: `${path} is Node's` }] };
      return context.resolve(polyfill, { importer, resolveDir, kind });
    });
  },
};

/** @returns a script that sets the global `name` to what the module exports. @throws Error when it needs Node */
export async function portableBundle(entry: string, name: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: name,
    target: "es2022",
    logLevel: "silent",
    // Its form for browsers expects their AbortController.
    alias: { "abort-controller": "abort-controller/dist/abort-controller.js" },
    plugins: [withoutNode],
  });
  return outputFiles[0]!.text;
}
