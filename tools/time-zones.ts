/**
 * The time zones of the image: each as a file of RFC 8536 (version 2), all in one archive with an index of names, in the form that
 * Android has for its `tzdata`. One file costs the start of the system nothing; hundreds would. The data are those of the tz database,
 * which the library brings as tables of changes up to 2037; what holds afterwards is found in the last of them.
 */
import moment from "moment-timezone";

interface ZoneType {
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly isDst: boolean;
  readonly name: string;
}

/** A type, and when it begins, in seconds since 1970. */
interface Change {
  readonly time: number;
  readonly type: ZoneType;
}

interface Zone {
  readonly first: ZoneType;
  readonly changes: readonly Change[];
}

const YEAR = 366 * 86_400;
/** Years of which the tables are complete and whose changes tell the rule. */
const RULE_YEARS = { first: 2030, last: 2036 };

/** Where clocks go forward for less than a year, it is summer time. The tables say only what clocks show. */
function readZone(name: string): Zone {
  const table = moment.tz.zone(name);
  if (!table) throw new Error(`no time zone '${name}'`);
  const offsets = table.offsets.map((minutesWest) => Math.round(-minutesWest * 60));
  const starts = [Number.NEGATIVE_INFINITY, ...table.untils.slice(0, -1).map((until) => Math.round(until / 1000))];
  const types = offsets.map((offset, index): ZoneType => {
    const length = (starts[index + 1] ?? Number.POSITIVE_INFINITY) - (starts[index] as number);
    const isDst = length < YEAR && index > 0 && offset > (offsets[index - 1] as number) && offset > (offsets[index + 1] ?? offset);
    return { offset, isDst, name: table.abbrs[index] as string };
  });
  const changes = types.map((type, index): Change => ({ time: starts[index] as number, type })).slice(1);
  return { first: types[0] as ZoneType, changes };
}

const timeText = (seconds: number): string => {
  const parts = [Math.trunc(Math.abs(seconds) / 3600), Math.trunc(Math.abs(seconds) / 60) % 60, Math.abs(seconds) % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return (seconds < 0 ? "-" : "") + parts.map((part, index) => (index > 0 ? String(part).padStart(2, "0") : part)).join(":");
};
const nameText = (name: string): string => (/^[A-Za-z]+$/.test(name) ? name : `<${name}>`);
const typeText = (type: ZoneType): string => nameText(type.name) + timeText(-type.offset);

/** A day of the year as "Mmonth.week.day/time", if that describes all of these local times (seconds); week 5 is the last. */
function dayRule(locals: readonly number[]): string | undefined {
  const dates = locals.map((local) => new Date(local * 1000));
  for (const shift of [0, -1]) {
    // A time beyond midnight belongs to the day before: Saturday 24:00 is a Saturday each year, the Sunday is not.
    const days = dates.map((date) => new Date(date.getTime() + shift * 86_400_000));
    const seconds = new Set(dates.map((date) => ((date.getTime() / 1000) % 86_400) - shift * 86_400));
    const months = new Set(days.map((day) => day.getUTCMonth() + 1));
    const weekdays = new Set(days.map((day) => day.getUTCDay()));
    if (seconds.size > 1 || months.size > 1 || weekdays.size > 1) continue;
    const weeks = new Set(days.map((day) => Math.ceil(day.getUTCDate() / 7)));
    const isLast = days.every((day) => new Date(day.getTime() + 7 * 86_400_000).getUTCMonth() !== day.getUTCMonth());
    if (!isLast && weeks.size > 1) continue;
    return `M${[...months][0]}.${isLast ? 5 : [...weeks][0]}.${[...weekdays][0]}/${timeText([...seconds][0] as number)}`;
  }
  return undefined;
}

/** The rule that holds after the table, in POSIX's form; undefined where the last changes follow none. */
function ruleOf({ first, changes }: Zone): string | undefined {
  const yearOf = (time: number) => new Date(time * 1000).getUTCFullYear();
  const last = changes.at(-1)?.type ?? first;
  const recent = changes
    .map((change, index) => ({ ...change, before: changes[index - 1]?.type ?? first }))
    .filter(({ time }) => yearOf(time) >= RULE_YEARS.first && yearOf(time) <= RULE_YEARS.last);
  if (recent.length === 0) return typeText(last);
  const years = RULE_YEARS.last - RULE_YEARS.first + 1;
  const begins = recent.filter(({ type }) => type.isDst);
  const ends = recent.filter(({ type }) => !type.isDst);
  if (begins.length !== years || ends.length !== years) return undefined;
  const [summer, standard] = [begins[0]?.type as ZoneType, ends[0]?.type as ZoneType];
  const begin = dayRule(begins.map(({ time, before }) => time + before.offset));
  const end = dayRule(ends.map(({ time, before }) => time + before.offset));
  return begin && end ? `${typeText(standard)}${typeText(summer)},${begin},${end}` : undefined;
}

function header(changeCount: number, typeCount: number, nameBytes: number): Buffer {
  const result = Buffer.alloc(44);
  result.write("TZif2");
  result.writeUInt32BE(changeCount, 32);
  result.writeUInt32BE(typeCount, 36);
  result.writeUInt32BE(nameBytes, 40);
  return result;
}

/** The file of a zone: no part of version 1, changes with 64 bits up to where the rule holds, and the rule. */
function zoneFile(zone: Zone): Buffer {
  const rule = ruleOf(zone);
  const end = Date.UTC(RULE_YEARS.first, 0) / 1000;
  const changes = rule === undefined ? zone.changes : zone.changes.filter(({ time }) => time < end);
  const types: ZoneType[] = [];
  let names = "";
  const indexOf = (type: ZoneType): number => {
    const found = types.findIndex((known) => known.offset === type.offset && known.isDst === type.isDst && known.name === type.name);
    if (found < 0 && !`\0${names}`.includes(`\0${type.name}\0`)) names += `${type.name}\0`;
    return found < 0 ? types.push(type) - 1 : found;
  };
  indexOf(zone.first);
  const kinds = Buffer.from(changes.map(({ type }) => indexOf(type)));
  const times = Buffer.alloc(changes.length * 8);
  for (const [index, { time }] of changes.entries()) times.writeBigInt64BE(BigInt(time), index * 8);
  const typeBytes = Buffer.alloc(types.length * 6);
  for (const [index, type] of types.entries()) {
    typeBytes.writeInt32BE(type.offset, index * 6);
    typeBytes.writeUInt8(Number(type.isDst), index * 6 + 4);
    typeBytes.writeUInt8(`\0${names}`.indexOf(`\0${type.name}\0`), index * 6 + 5);
  }
  return Buffer.concat([
    header(0, 1, 1),
    Buffer.alloc(7),
    header(changes.length, types.length, names.length),
    times,
    kinds,
    typeBytes,
    Buffer.from(names, "latin1"),
    Buffer.from(`\n${rule ?? ""}\n`),
  ]);
}

/** The archive of all zones; names of the same zone share its file. */
export function timeZoneArchive(): Buffer {
  const NAME = 40;
  const ENTRY = NAME + 12;
  const HEADER = 24;
  const names = moment.tz.names().sort();
  const places = new Map<string, number>();
  const files: Buffer[] = [];
  let size = 0;
  const index = Buffer.alloc(names.length * ENTRY);
  for (const [number, name] of names.entries()) {
    const file = zoneFile(readZone(name));
    const key = file.toString("latin1");
    const start = places.get(key) ?? size;
    if (start === size) {
      places.set(key, start);
      files.push(file);
      size += file.length;
    }
    index.write(name, number * ENTRY, NAME, "latin1");
    index.writeUInt32BE(start, number * ENTRY + NAME);
    index.writeUInt32BE(file.length, number * ENTRY + NAME + 4);
  }
  const start = Buffer.alloc(HEADER);
  start.write(`tzdata${moment.tz.dataVersion}`, 0, 11, "latin1");
  start.writeUInt32BE(HEADER, 12);
  start.writeUInt32BE(HEADER + index.length, 16);
  start.writeUInt32BE(HEADER + index.length + size, 20);
  return Buffer.concat([start, index, ...files]);
}
