/**
 * Builds the C library and the programs for i386, with gcc or clang and nothing installed for 32 bits but the compiler
 * itself. Every output remembers a hash of all that went into it, so that only what changed is compiled.
 * Run directly (`npx tsx tools/userland.ts [DIR]`) or through buildUserland.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError, findCompiler, generatedHeaders, libraryHeaders, linkFlags } from "./c-compiler.ts";
import { layoutChecks, libcHeaders } from "./c-headers/libc.ts";
import { libl3Header } from "./c-headers/libl3.ts";

/** The C sources. */
const here = join(dirname(dirname(fileURLToPath(import.meta.url))), "userland");

export interface Program {
  readonly name: string;
  readonly path: string;
}

const hashOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

const filesUnder = (folder: string, extension: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name))
    .sort();

/** A generated file, written if it is not there or says something else. */
function bringUpToDate(path: string, text: string): string {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporaryName(path), text);
    renameSync(temporaryName(path), path);
  }
  return path;
}

/** All public headers, after those that are generated were brought up to date. */
function publicHeaders(): string[] {
  for (const [name, text] of Object.entries({ "l3/abi.h": libl3Header(), ...libcHeaders() }))
    bringUpToDate(join(generatedHeaders, name), text);
  return [join(here, "include"), libraryHeaders, generatedHeaders].flatMap((folder) => filesUnder(folder, ".h"));
}

/** A file to make: its command runs only if `hash` differs from the remembered one. */
interface Step {
  readonly output: string;
  readonly hash: string;
  readonly command: (output: string) => readonly string[];
}

/**
 * Several processes may build into one directory at once (test files do): a file is made under a name of its own and then
 * renamed, so that others see it complete or not at all.
 */
const temporaryName = (path: string): string => `${path}.${process.pid}`;

/** Hashes of the outputs of the last build, kept beside them. */
class Memory {
  readonly #path: string;
  readonly #hashes: Record<string, string>;

  constructor(path: string) {
    this.#path = path;
    this.#hashes = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, string>) : {};
  }

  isCurrent(step: Step): boolean {
    return this.#hashes[basename(step.output)] === step.hash && existsSync(step.output);
  }

  remember(step: Step): void {
    this.#hashes[basename(step.output)] = step.hash;
  }

  save(): void {
    const temporary = temporaryName(this.#path);
    writeFileSync(temporary, JSON.stringify(this.#hashes, undefined, 1));
    renameSync(temporary, this.#path);
  }
}

function execute(command: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const [file = "", ...args] = command;
    const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
    let messages = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages += text;
    });
    child.on("error", fail);
    child.on("close", (status) => {
      if (status === 0) done(messages);
      else fail(new BuildError(`${command.join(" ")}\n${messages}`));
    });
  });
}

/**
 * Runs the steps that are not current, a few at a time; warnings of the compiler go to stderr. A step that fails does not
 * stop the others: its error is added to `errors`.
 */
async function perform(steps: readonly Step[], memory: Memory, errors: BuildError[]): Promise<void> {
  const waiting = steps.filter((step) => !memory.isCurrent(step));
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      try {
        const temporary = temporaryName(step.output);
        process.stderr.write(await execute(step.command(temporary)));
        renameSync(temporary, step.output);
        memory.remember(step);
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, cpus().length) }, work));
  memory.save();
}

/** Name and sources of every program: bin/NAME.c, init.c, and the folders that are one program each. */
function programSources(): { name: string; sources: string[] }[] {
  const single = [...filesUnder(join(here, "bin"), ".c"), join(here, "init.c")];
  const folders = ["find", "man", "sh"].filter((name) => existsSync(join(here, name)) && filesUnder(join(here, name), ".c").length > 0);
  return [
    ...single.map((path) => ({ name: basename(path, ".c"), sources: [path] })),
    { name: "[", sources: [join(here, "bin/test.c")] },
    ...folders.map((name) => ({ name, sources: filesUnder(join(here, name), ".c") })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const defaultOutput = resolve(here, "../build/userland/bin");

/** Where the C library of a userland built into `out` is. */
const libraryOf = (out: string): string => join(dirname(out), `${basename(out)}-objects`, "libc.a");

/** Compiles and links one more program, of one source, with the C library that buildUserland made. */
export async function buildProgram(source: string, output: string): Promise<void> {
  const compiler = findCompiler();
  const library = libraryOf(defaultOutput);
  if (!existsSync(library)) await buildUserland();
  process.stderr.write(await execute([compiler.command, ...compiler.flags, ...linkFlags, "-o", output, source, library]));
}

/**
 * Compiles and links the programs of another folder, one of each source, with the C library that buildUserland made. Only what
 * changed is compiled. Throws BuildError.
 */
export async function buildFolder(folder: string, out: string): Promise<Program[]> {
  const compiler = findCompiler();
  const library = libraryOf(defaultOutput);
  if (!existsSync(library)) await buildUserland();
  mkdirSync(out, { recursive: true });
  const memory = new Memory(join(out, "hashes.json"));
  const headers = [...filesUnder(folder, ".h"), ...publicHeaders()];
  const shared = hashOf(compiler.identity, ...[...headers, library].map((path) => readFileSync(path)));
  const programs = filesUnder(folder, ".c").map((source) => ({ name: basename(source, ".c"), source }));
  const steps = programs.map(
    ({ name, source }): Step => ({
      output: join(out, name),
      hash: hashOf(shared, readFileSync(source)),
      command: (to) => [compiler.command, ...compiler.flags, ...linkFlags, "-o", to, source, library],
    }),
  );
  const errors: BuildError[] = [];
  await perform(steps, memory, errors);
  if (errors.length > 0) throw new BuildError(errors.map((error) => error.message).join("\n"));
  return programs.map(({ name }) => ({ name, path: join(out, name) }));
}

/** Compiles what is not current and returns the programs. Throws BuildError with what the compiler said. */
export async function buildUserland(outDir = defaultOutput): Promise<Program[]> {
  const out = resolve(outDir);
  const objects = join(dirname(out), `${basename(out)}-objects`);
  mkdirSync(out, { recursive: true });
  mkdirSync(objects, { recursive: true });
  const compiler = findCompiler();
  const memory = new Memory(join(objects, "hashes.json"));
  const contents = new Map<string, Buffer>();
  const read = (path: string): Buffer => {
    const content = contents.get(path) ?? readFileSync(path);
    contents.set(path, content);
    return content;
  };
  const headers = hashOf(compiler.identity, ...publicHeaders().map(read));

  const compile = (source: string, privateHeaders: string): Step => {
    const output = join(objects, `${relative(dirname(here), source).replaceAll("/", "-").slice(0, -2)}.o`);
    return {
      output,
      hash: hashOf(headers, privateHeaders, read(source)),
      command: (to) => [compiler.command, ...compiler.flags, "-c", source, "-o", to],
    };
  };
  const privateHeaders = (folder: string) => hashOf(...filesUnder(folder, ".h").map(read));

  const libraryFolder = join(here, "libc");
  const library = [
    ...filesUnder(libraryFolder, ".c").map((source) => compile(source, privateHeaders(libraryFolder))),
    ...filesUnder(join(here, "libl3"), ".c").map((source) => compile(source, "")),
    compile(bringUpToDate(join(dirname(generatedHeaders), "layout-checks.c"), layoutChecks()), ""),
  ];
  const archive = libraryOf(out);
  const archiveStep: Step = {
    output: archive,
    hash: hashOf(...library.map((step) => step.output + step.hash)),
    command: (to) => ["ar", "rcsD", to, ...library.map((step) => step.output)],
  };
  const programs = programSources();
  const programSteps = programs.flatMap(({ sources }) =>
    sources.map((source) => compile(source, sources.length > 1 ? privateHeaders(dirname(source)) : "")),
  );
  const stepOf = new Map(programs.flatMap(({ sources }) => sources).map((source, index) => [source, programSteps[index] as Step]));
  const links = programs.map(({ name, sources }): Step => {
    const parts = sources.map((source) => stepOf.get(source) as Step);
    const output = join(out, name);
    return {
      output,
      hash: hashOf(compiler.identity, archiveStep.hash, ...parts.map((step) => step.hash)),
      command: (to) => [compiler.command, "-m32", ...linkFlags, "-o", to, ...parts.map((step) => step.output), archive],
    };
  });
  const errors: BuildError[] = [];
  await perform([...library, ...programSteps], memory, errors);
  if (library.every((step) => memory.isCurrent(step))) {
    await perform([archiveStep], memory, errors);
    const complete = links.filter((_, index) => programs[index]?.sources.every((source) => memory.isCurrent(stepOf.get(source) as Step)));
    await perform(complete, memory, errors);
  }
  if (errors.length > 0) throw new BuildError(errors.map((error) => error.message).join("\n"));
  return programs.map(({ name }) => ({ name, path: join(out, name) }));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const programs = await buildUserland(process.argv[2]);
    process.stdout.write(`${programs.length} programs in ${dirname(programs[0]?.path ?? "")}\n`);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
