/**
 * What bench/micro.c prints.
 */

/** @returns nanoseconds per operation, by name */
export function parseMicro(output: string): Map<string, number> {
  const lines = output.trim().split("\n");
  return new Map(lines.map((line) => line.split(" ")).map(([name, ns]) => [name ?? "", Number(ns)]));
}
