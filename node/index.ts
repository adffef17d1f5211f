/**
 * The library: boot a system, run programs in it, look at its files and counters.
 *
 *     const system = await boot({ memory: 64 << 20 });
 *     const { stdout, code } = await system.run(["sh", "-c", "ls -l / | wc -l"]);
 *     await system.halt();
 */
export { boot } from "./boot.ts";
export type { Engine } from "#machine/engine.ts";
export { type BootOptions, type Mount, OptionError, type TraceKind } from "./options.ts";
export type { ExitStatus, TerminalSize } from "#system/guest.ts";
export type { OutputSink } from "./port-streams.ts";
export { Program, type RunResult, type TerminalOptions } from "./program.ts";
export type { RootFiles } from "./root-image.ts";
export type { ProgramStatistics, SystemStatistics } from "#system/statistics.ts";
export type { Bytes, DescriptorKind, RunOptions, SpawnOptions } from "./program-options.ts";
export { SpawnError, type SystemCallError } from "#system/spawn-error.ts";
export { TimeoutError } from "./timeout-error.ts";
export { System } from "./system.ts";
