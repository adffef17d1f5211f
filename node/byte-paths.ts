/**
 * Paths of memfs as bytes: its names are Unicode, where each byte that is no part of UTF-8 is a lone surrogate (lites/text.ts). Callers may
 * give paths as bytes, and ask for names in another encoding than UTF-8.
 */
import { byteStringOf, decodeText, unicodeOf } from "#lites/text.ts";

type AnyFunction = (...args: unknown[]) => unknown;

/** Functions whose first two arguments are paths; of the others at most the first one is. */
const twoPaths = new Set(["rename", "link", "symlink", "copyFile", "cp"]);
/** Functions that return names, in an encoding that they are told. */
const namers = new Set(["readdir", "readlink", "realpath", "mkdtemp"]);

/** A path as memfs has it; what is no path stays. */
function memoryPath(path: unknown): unknown {
  if (path instanceof Uint8Array) return unicodeOf(decodeText(path));
  return typeof path === "string" ? unicodeOf(byteStringOf(path)) : path;
}

function encoded(name: unknown, encoding: string): unknown {
  if (Array.isArray(name)) return name.map((each: unknown) => encoded(each, encoding));
  if (typeof name === "string") {
    const bytes = Buffer.from(byteStringOf(name), "latin1");
    return encoding === "buffer" ? bytes : bytes.toString(encoding as BufferEncoding);
  }
  // An entry with its type.
  if (typeof name === "object" && name !== null && "name" in name) name.name = encoded(name.name, encoding);
  return name;
}

/** The encoding that a call wants its names in, if it is not UTF-8, and its arguments without that wish. */
function withoutEncoding(args: readonly unknown[]): { encoding: string | undefined; rest: unknown[] } {
  const options = args[1];
  const encoding = typeof options === "object" && options !== null && "encoding" in options ? options.encoding : options;
  if (typeof encoding !== "string" || /^utf-?8$/i.test(encoding)) return { encoding: undefined, rest: [...args] };
  const plain = typeof options === "object" ? { ...options, encoding: "utf8" } : "utf8";
  return { encoding, rest: [args[0], plain, ...args.slice(2)] };
}

/** A function of memfs's `fs` object that takes bytes as paths. @param name as in Node's `fs` */
export function withBytePaths(name: string, work: AnyFunction): AnyFunction {
  const plainName = name.replace(/Sync$/, "");
  const paths = twoPaths.has(plainName) ? 2 : 1;
  return (...given) => {
    const args = given.map((arg, index) => (index < paths ? memoryPath(arg) : arg));
    if (!namers.has(plainName)) return work(...args);
    const { encoding, rest } = withoutEncoding(args);
    if (encoding === undefined) return work(...rest);
    const callback = rest.at(-1);
    if (typeof callback === "function") {
      rest[rest.length - 1] = (error: unknown, names: unknown) => (callback as AnyFunction)(error, encoded(names, encoding));
      return work(...rest);
    }
    const result = work(...rest);
    return result instanceof Promise ? result.then((names) => encoded(names, encoding)) : encoded(result, encoding);
  };
}
