/**
 * The form in which the command line names a thing with parameters: NAME or NAME:KEY=VALUE:KEY=VALUE.
 *
 * Layer beneath: none.
 */
import { OptionError } from "#node/options.ts";

export interface ParameterRow {
  readonly default: number;
  readonly text: string;
}

export interface NamedSettings {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Takes the text apart. Throws OptionError when a part is not KEY=VALUE. */
export function parseNamed(text: string): NamedSettings {
  const [name = "", ...parts] = text.split(":");
  const settings: Record<string, string> = {};
  for (const part of parts) {
    const at = part.indexOf("=");
    if (at <= 0) throw new OptionError(`'${part}' in '${text}' is not a setting (form: ${name}:key=value:key=value)`);
    settings[part.slice(0, at)] = part.slice(at + 1);
  }
  return { name, settings };
}

/** A number that is not negative, or OptionError. */
export function parseNumber(text: string, what: string): number {
  const value = text === "" ? NaN : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new OptionError(`${what} is not a number: '${text}'`);
  return value;
}

/**
 * The parameters given, as numbers. Throws OptionError for one that is not in the rows.
 * @param what what they belong to, for messages
 */
export function parseParameters(
  settings: Readonly<Record<string, string>>,
  rows: Readonly<Record<string, ParameterRow>>,
  what: string,
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [key, text] of Object.entries(settings)) {
    if (!Object.hasOwn(rows, key)) {
      const known = Object.keys(rows).join(", ");
      throw new OptionError(`${what} has no parameter '${key}' (${known === "" ? "it has none" : `known: ${known}`})`);
    }
    values[key] = parseNumber(text, `parameter '${key}' of ${what}`);
  }
  return values;
}

/** The text form of a name and parameters, as parseNamed reads it. */
export const namedText = (name: string, parameters: Readonly<Record<string, number>>): string =>
  [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(":");

/** The row of this name. Throws OptionError with the names that there are. */
export function rowOf<Row extends { readonly name: string }>(rows: readonly Row[], name: string, what: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new OptionError(`unknown ${what} '${name}' (known: ${rows.map((known) => known.name).join(", ")})`);
  return row;
}
