/** The zones in the image, by their names, beside those of Node's own library. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boot, type System } from "#node/index.ts";

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Africa/Cairo",
  "Pacific/Apia",
  "Asia/Tehran",
  "Europe/Moscow",
  "UTC",
];
/** Past times of which the data no longer change, and one in a year that only the rules reach. */
const times = [0, 200_000_000, 500_000_000, 900_000_000, 1_111_111_111, 1_300_000_000, 1_500_000_000, 1_650_000_000];
const late = 2_900_000_000;

/** "+05:30", "-03:00"; seconds where there are some. */
function expected(zone: string, time: number): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(time * 1000);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value.slice("GMT".length);
  return offset || "+00:00";
}

describe("named time zones", () => {
  let system: System;
  beforeAll(async () => {
    system = await boot({});
  });
  afterAll(() => system.halt());

  test.each(zones)("%s", async (zone) => {
    const all = zone === "Europe/Berlin" || zone === "America/New_York" ? [...times, late] : times;
    const script = all.map((time) => `date -d @${time} +%:z`).join("\n");
    const { stdout } = await system.run(["env", `TZ=${zone}`, "sh", "-c", script]);
    expect(String(stdout).trimEnd().split("\n")).toEqual(all.map((time) => expected(zone, time)));
  });

  test("a file of the guest's own holds before the archive; a broken one is universal time", async () => {
    system.fs.mkdirSync("/usr/share/zoneinfo/Europe", { recursive: true });
    const { stdout: archive } = await system.run(["env", "TZ=Europe/Berlin", "date", "-d", "@0", "+%Z"]);
    expect(String(archive)).toBe("CET\n");
    system.fs.writeFileSync("/usr/share/zoneinfo/Europe/Berlin", "TZif2 but no more");
    const { stdout: broken } = await system.run(["env", "TZ=Europe/Berlin", "date", "-d", "@0", "+%:z"]);
    expect(String(broken)).toBe("+00:00\n");
  });
});
