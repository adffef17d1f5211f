/**
 * Segments of programs and alignment checks in the system; tests/guest/segments.c prints the same on a Linux host.
 */
import { beforeAll, expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

beforeAll(async () => {
  await guestProgram("segments");
});

test.each([
  ["refused", "-22 -22 -22 -22 \n"],
  ["alignment", "signal 7, stack flat\n"],
  ["stack", "12345678 1 12345678\n"],
  ["limit", "signal 7, stack flat\n"],
])("%s", (how, stdout) => {
  const result = lites(["--mount", `${guestDirectory}:/mnt`, "-c", `/mnt/segments ${how}`]);
  expect(result).toMatchObject({ status: 0, stdout });
});
