/**
 * Lists of whole numbers on the command line: 32,48,64 or 32..128x2 (times two) or 32..128+16 (in steps of 16), mixed as one likes.
 *
 * Layer beneath: none.
 */
import { OptionError } from "#node/options.ts";

/** More sizes than anybody waits for: a slip of the finger. */
const MOST = 10_000;

function range(text: string): number[] {
  const [, from, to, sign, by] = /^(\d+)(?:\.\.(\d+)(?:([x+])(\d+(?:\.\d+)?))?)?$/.exec(text) ?? [];
  if (from === undefined) throw new OptionError(`not a size or a range: '${text}' (forms: 64, 32..128x2, 32..128+16)`);
  if (to === undefined) return [Number(from)];
  const [first, last] = [Number(from), Number(to)];
  const times = sign === "x" || sign === undefined;
  const step = by === undefined ? 2 : Number(by);
  if (last < first) throw new OptionError(`a range that ends before it begins: '${text}'`);
  if (times ? first === 0 || step <= 1 : step < 1) throw new OptionError(`a range without end: '${text}'`);
  const values: number[] = [];
  for (let value = first; value <= last && values.length <= MOST; value = times ? value * step : value + step)
    values.push(Math.round(value));
  return values;
}

/** The sizes in rising order, each once. Throws OptionError for what is not a list of sizes. */
export function parseSizes(text: string): number[] {
  const sizes = [...new Set(text.split(",").flatMap(range))].sort((a, b) => a - b);
  if (sizes.length > MOST) throw new OptionError(`too many sizes: '${text}'`);
  return sizes;
}
