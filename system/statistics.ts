/**
 * Counters of a run, and their printed form.
 */
import type { Kernel } from "#kernel/kernel.ts";
import type { LitesServer } from "#lites/server.ts";
import type { MemoryManagerTask } from "#servers/memory-manager/memory-manager.ts";

export interface ProgramStatistics {
  /** Name of the program, or of the task for servers. */
  name: string;
  /** Processes (or tasks) summed up in this line. */
  processes: number;
  instructions: number;
  systemCalls: number;
  ipcs: number;
  /** Page faults that became messages to a memory manager. */
  faults: number;
  zeroFills: number;
  copies: number;
  pageIns: number;
  pageOuts: number;
}

export interface SystemStatistics {
  /** Unix processes by program name, then servers. */
  programs: ProgramStatistics[];
  total: ProgramStatistics;
  /** System calls that programs asked for and that are absent (ENOSYS), by name, with their number. */
  absentCalls: Record<string, number>;
  /** Machine time in seconds. */
  seconds: number;
  /** Pages; `committed` is promised to programs, in RAM or on the paging disk. */
  memory: { frames: number; freeFrames: number; swapPages: number; swapUsed: number; committed: number };
  /** What exists now. */
  kernel: { tasks: number; threads: number; mappings: number };
}

const columns = [
  ["processes", "procs"],
  ["instructions", "instructions"],
  ["systemCalls", "syscalls"],
  ["ipcs", "ipcs"],
  ["faults", "faults"],
  ["zeroFills", "zero-fills"],
  ["copies", "copies"],
  ["pageIns", "page-ins"],
  ["pageOuts", "page-outs"],
] as const satisfies readonly (readonly [keyof ProgramStatistics, string])[];

interface Sources {
  kernel: Kernel;
  unix: LitesServer;
  memory: MemoryManagerTask;
  nowNs: number;
}

/** Servers have no memory-manager counters and make no system calls. */
const NO_MEMORY_COUNTERS = { systemCalls: 0, zeroFills: 0, copies: 0, pageIns: 0, pageOuts: 0 };

/** Collects the counters of all parts. Names of the Unix tasks come from the server; the kernel knows the other tasks. */
export function systemStatistics({ kernel, unix, memory, nowNs }: Sources): SystemStatistics {
  const byName = new Map<string, ProgramStatistics[]>();
  for (const { name, processes, instructions, systemCalls, ipcs, faults, memory: counters } of unix.statistics().processes) {
    const line: ProgramStatistics = {
      name,
      processes,
      instructions,
      systemCalls,
      ipcs,
      faults,
      zeroFills: counters?.zeroFills ?? 0,
      copies: counters?.copies ?? 0,
      pageIns: counters?.pageIns ?? 0,
      pageOuts: counters?.pageOuts ?? 0,
    };
    byName.set(name, [...(byName.get(name) ?? []), line]);
  }
  const programs = [...byName].map(([name, lines]) => sumOf(name, lines)).sort((a, b) => b.instructions - a.instructions);
  const kernelTotal = kernel.statistics();
  const servers = kernelTotal.tasks
    .filter((task) => task.native)
    .map(({ name, instructions, ipcs, faults }) => ({
      ...NO_MEMORY_COUNTERS,
      name: `[${name}]`,
      processes: 1,
      instructions,
      ipcs,
      faults,
    }));
  const managed = memory.statistics();
  const total: ProgramStatistics = {
    ...sumOf("total", [...programs, ...servers]),
    instructions: kernelTotal.instructions,
    ipcs: kernelTotal.ipcs,
    faults: kernelTotal.faults,
    zeroFills: managed?.zeroFills ?? 0,
    copies: managed?.copies ?? 0,
    pageIns: managed?.pageIns ?? 0,
    pageOuts: managed?.pageOuts ?? 0,
  };
  return {
    programs: [...programs, ...servers],
    total,
    absentCalls: unix.statistics().absentCalls,
    seconds: nowNs / 1e9,
    memory: {
      frames: managed?.frames ?? 0,
      freeFrames: managed?.freeFrames ?? 0,
      swapPages: managed?.swapPages ?? 0,
      swapUsed: managed?.swapUsed ?? 0,
      committed: managed?.committed ?? 0,
    },
    kernel: {
      tasks: kernelTotal.tasks.length,
      threads: kernelTotal.tasks.reduce((sum, { threads }) => sum + threads, 0),
      mappings: kernelTotal.mappings,
    },
  };
}

/** A sum line over others. */
function sumOf(name: string, lines: readonly ProgramStatistics[]): ProgramStatistics {
  const sum: ProgramStatistics = {
    name,
    processes: 0,
    instructions: 0,
    systemCalls: 0,
    ipcs: 0,
    faults: 0,
    zeroFills: 0,
    copies: 0,
    pageIns: 0,
    pageOuts: 0,
  };
  for (const line of lines) for (const [key] of columns) sum[key] += line[key];
  return sum;
}

/** The --stats output: a table for people, or one line of JSON. */
export function statisticsText(statistics: SystemStatistics, format: "table" | "json"): string {
  if (format === "json") return `${JSON.stringify(statistics)}\n`;
  const rows = [...statistics.programs, statistics.total];
  const cells = [
    ["program", ...columns.map(([, title]) => title)],
    ...rows.map((row) => [row.name, ...columns.map(([key]) => String(row[key]))]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "),
  );
  const { memory } = statistics;
  lines.push(
    `${memory.frames} frames (${memory.freeFrames} free), ${memory.swapPages} pages of paging disk (${memory.swapUsed} used), ${statistics.seconds.toFixed(3)} s`,
  );
  const absent = Object.entries(statistics.absentCalls).map(([name, count]) => `${name} (${count})`);
  if (absent.length > 0) lines.push(`absent system calls: ${absent.join(", ")}`);
  return `${lines.join("\n")}\n`;
}
