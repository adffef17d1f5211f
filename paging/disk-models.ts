/**
 * Disk models on the command line: fixed:100us, seek, seek:seek=8ms:rotation=8.3ms, ssd:read=80us:channels=4.
 *
 * Layer beneath: measurement.ts, which says what the values mean.
 */
import { OptionError } from "#node/options.ts";
import type { DiskModel } from "./measurement.ts";
import { parseNamed, parseNumber } from "./named-settings.ts";

const UNITS: Readonly<Record<string, number>> = { ns: 0.001, us: 1, µs: 1, ms: 1000, s: 1_000_000 };

/** A time as 100us or 8.5ms, in microseconds. */
export function parseTime(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) throw new OptionError(`not a time: '${text}' (form: 100us, 8.5ms)`);
  return Number(digits) * UNITS[unit]!;
}

const count = (text: string): number => {
  const value = parseNumber(text, "a number of the disk");
  if (!Number.isInteger(value) || value < 1) throw new OptionError(`not a positive whole number: '${text}'`);
  return value;
};

/** The settings of a model: key on the command line, field, how it is read, default. */
type Setting = readonly [key: string, field: string, read: (text: string) => number, value: number];

/** A disk of 7200 turns a minute with 150 MB/s; an SSD at the end of a SATA cable. */
const MODELS: Readonly<Record<DiskModel["kind"], readonly Setting[]>> = {
  fixed: [["time", "us", parseTime, 100]],
  seek: [
    ["track", "trackUs", parseTime, 1000],
    ["seek", "seekUs", parseTime, 15_000],
    ["rotation", "rotationUs", parseTime, 8333],
    ["transfer", "transferUs", parseTime, 27],
    ["pages", "pagesPerTrack", count, 256],
  ],
  ssd: [
    ["read", "readUs", parseTime, 80],
    ["write", "writeUs", parseTime, 200],
    ["channels", "channels", count, 4],
  ],
};

/** A disk model from its text form. Throws OptionError. */
export function parseDisk(text: string): DiskModel {
  // fixed:100us is short for fixed:time=100us.
  const { name, settings } = parseNamed(text.replace(/^fixed:(?=[^=]*$)/, "fixed:time="));
  if (!Object.hasOwn(MODELS, name)) throw new OptionError(`unknown disk model '${name}' (known: ${Object.keys(MODELS).join(", ")})`);
  const rows = MODELS[name as DiskModel["kind"]];
  for (const key of Object.keys(settings)) {
    if (!rows.some(([known]) => known === key)) {
      throw new OptionError(`disk model ${name} has no setting '${key}' (known: ${rows.map(([known]) => known).join(", ")})`);
    }
  }
  const fields = rows.map(([key, field, read, value]) => [field, settings[key] === undefined ? value : read(settings[key])]);
  return { kind: name, ...Object.fromEntries(fields) } as DiskModel;
}

/** A model in the form that parseDisk reads, without the settings that have their defaults. */
export function diskText(model: DiskModel): string {
  if (model.kind === "fixed") return `fixed:${timeText(model.us)}`;
  const values = model as unknown as Readonly<Record<string, number>>;
  const settings = MODELS[model.kind].flatMap(([key, field, read, value]) =>
    values[field] === value ? [] : [`:${key}=${read === parseTime ? timeText(values[field]!) : values[field]}`],
  );
  return model.kind + settings.join("");
}

const timeText = (us: number): string => (us >= 1000 && us % 100 === 0 ? `${us / 1000}ms` : `${us}us`);
