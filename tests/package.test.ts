/**
 * The package as its users get it: packed, unpacked into a project of its own with nothing but Node's types beside it, compiled against
 * and run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDeclarations } from "#tools/declarations.ts";
import { projectRoot } from "./support/command.ts";

const MOST_BYTES = 25e6;

let project: string;
let installed: string;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "lites-consumer-"));
  installed = join(project, "node_modules", "lites-l3");
  mkdirSync(installed, { recursive: true });
  await buildDeclarations();
  // Its scripts would build again, under the feet of other tests.
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  await extract({ file: join(project, packed.trim()), cwd: installed, strip: 1 });
  symlinkSync(join(projectRoot, "node_modules", "@types"), join(project, "node_modules", "@types"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const manifest = () =>
  JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    exports: Record<string, { types: string; default: string }>;
  };

/** What the compiler says of a file in a strict project that checks libraries, too. */
function compile(name: string, text: string): string {
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, name), text);
  const flags = ["--strict", "--noEmit", "--skipLibCheck", "false", "--target", "es2022", "--module", "nodenext", name];
  return spawnSync(process.execPath, [join(projectRoot, "node_modules", "typescript", "bin", "tsc"), ...flags], {
    cwd: project,
    encoding: "utf8",
  }).stdout;
}

const node = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8", input: "" });
  return { status, stdout, stderr };
};

test("types resolve, and tell right from wrong", () => {
  const text = `
    import { boot, OptionError, type Program, type RunResult, SpawnError, type System, TimeoutError } from "lites-l3";
    const system: System = await boot({ memory: 64 << 20, engine: "auto", mounts: [{ source: ".", target: "/src", readOnly: true }] });
    const bytes: Buffer = (await system.run(["true"])).stdout;
    const text: string = (await system.run([Buffer.from("true")], { encoding: "utf8", timeout: 1000, signal: new AbortController().signal })).stdout;
    const both: RunResult<Buffer | string> = await system.run(["true"], {});
    const program: Program = system.spawn(["sh"], { tty: { rows: 24, columns: 80 }, env: { A: new Uint8Array(1) } });
    const content: string = system.fs.readFileSync("/etc/passwd", "utf8");
    const codes = (error: unknown): unknown =>
      error instanceof SpawnError ? [error.program, error.code, error.cause.syscall]
      : error instanceof OptionError ? [error.option, error.value]
      : error instanceof TimeoutError ? error.result : undefined;
    // @ts-expect-error no such engine
    await boot({ engine: "bogus" });
    // @ts-expect-error not a size
    await boot({ memory: "64M" });
    // @ts-expect-error no such option
    await boot({ memmory: 1 });
    // @ts-expect-error no such encoding
    await system.run(["true"], { encoding: "utf7" });
    // @ts-expect-error the output is bytes
    const wrong: string = (await system.run(["true"])).stdout;
    export { both, bytes, codes, content, program, text, wrong };
  `;
  expect(compile("consumer.ts", text)).toBe("");
});

test("types of managers resolve", () => {
  const text = `
    import { type ManagerFactory, Pager } from "lites-l3/manager";
    const factory: ManagerFactory = (options) => {
      const frames: number = options.frames;
      // @ts-expect-error no such option
      options.pages;
      return function* () { void frames; };
    };
    export { factory, Pager };
  `;
  expect(compile("manager.ts", text)).toBe("");
});

test("each export has one declaration, without imports but Node's", () => {
  for (const { types } of Object.values(manifest().exports)) {
    const imports = [...readFileSync(join(installed, types), "utf8").matchAll(/(?:from |import\()['"]([^'"]+)/g)].map((match) => match[1]!);
    expect(imports.filter((name) => !name.startsWith("node:"))).toEqual([]);
  }
  const declarations = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".d.ts"));
  expect(declarations.sort()).toEqual(
    Object.values(manifest().exports)
      .map(({ types }) => types.slice(2))
      .sort(),
  );
});

test("it is small, and needs nothing else", () => {
  expect(Object.keys(manifest().dependencies)).toEqual(["@types/node"]);
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  const types = ["node", "../undici-types"].flatMap((folder) => {
    const path = join(projectRoot, "node_modules", "@types", folder);
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
  });
  const bytes = [...files.map((name) => join(installed, name)), ...types].reduce((sum, path) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(files.filter((name) => name.endsWith(".map"))).toEqual([]);
});

test("the library and the command run", () => {
  writeFileSync(
    join(project, "run.mjs"),
    `import { boot, OptionError, SpawnError } from "lites-l3";
    const refused = await boot({ memory: 1 }).catch((error) => error);
    const system = await boot();
    const missing = await system.run(["/no/such"]).catch((error) => error);
    console.log(refused instanceof OptionError, missing instanceof SpawnError, (await system.run(["echo", "hi"], { encoding: "utf8" })).stdout);
    await system.halt();`,
  );
  expect(node("run.mjs")).toEqual({ status: 0, stdout: "true true hi\n\n", stderr: "" });
  expect(node(join(installed, "bin", "lites"), "-c", "echo hi")).toEqual({ status: 0, stdout: "hi\n", stderr: "" });
});

test("large packages of some commands are asked for by name", () => {
  writeFileSync(join(project, "manager.mjs"), "export default () => function* () {};");
  const paging = (...args: string[]) => node(join(installed, "bin", "lites"), "paging", "--quiet", ...args, "--", "true");
  expect(paging("--svg", join(project, "plots"))).toEqual({
    status: 2,
    stdout: "",
    stderr: "lites paging: --svg needs more packages: npm install vega vega-lite\n",
  });
  expect(paging("--manager", join(project, "manager.mjs"))).toEqual({
    status: 2,
    stdout: "",
    stderr: "lites paging: a manager's module needs more packages: npm install esbuild\n",
  });
});
