/**
 * The files of /proc about the system as text. Formats as Linux's, as far as top, free, uptime, mount and their like
 * read them. Source: Linux proc(5).
 */
import type { Mount } from "../vfs/mount-table.ts";
import type { CpuIdentity, ProcessSource, SystemDetails } from "./process-source.ts";

const TICK_NS = 10_000_000;

export function systemTexts(source: ProcessSource, mounts: () => readonly Mount[]): Record<string, () => string> {
  const system = () => source.system();
  return {
    cpuinfo: () => cpuText(system().cpu),
    filesystems: () => filesystemLines(mounts()),
    loadavg: () => loadLine(source),
    meminfo: () => memoryText(system()),
    stat: () => statText(source),
    uptime: () => `${(system().uptimeNs / 1e9).toFixed(2)} ${(system().idleNs / 1e9).toFixed(2)}\n`,
    version: () => `Linux version ${system().release} (lites@${system().hostname}) ${system().version}\n`,
  };
}

/** Characters that would break the columns are written in octal, as Linux does. */
const escaped = (text: string): string => text.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);

export function mountLines(mounts: readonly Mount[]): string {
  return mounts
    .map(({ fileSystem, path }) => {
      const { source, type, readOnly } = fileSystem;
      return `${escaped(source)} ${escaped(path)} ${type} ${readOnly ? "ro" : "rw"} 0 0\n`;
    })
    .join("");
}

function filesystemLines(mounts: readonly Mount[]): string {
  const types = new Set(mounts.map(({ fileSystem }) => fileSystem.type));
  return [...types].map((type) => `nodev\t${type}\n`).join("");
}

function loadLine(source: ProcessSource): string {
  const averages = source.system().loadAverages.map((value) => value.toFixed(2));
  const pids = source.pids();
  const running = pids.filter((pid) => source.process(pid)?.state() === "running").length;
  return `${averages.join(" ")} ${running}/${pids.length} ${pids.at(-1) ?? 0}\n`;
}

function memoryText(system: SystemDetails): string {
  const rows: [string, number][] = [
    ["MemTotal", system.memoryTotalBytes],
    ["MemFree", system.memoryFreeBytes],
    ["MemAvailable", system.memoryFreeBytes + system.memoryCachedBytes],
    ["Buffers", 0],
    ["Cached", system.memoryCachedBytes],
    ["SwapCached", 0],
    ["Active", 0],
    ["Inactive", system.memoryCachedBytes],
    ["SwapTotal", system.swapTotalBytes],
    ["SwapFree", system.swapFreeBytes],
    ["Dirty", 0],
    ["Writeback", 0],
    ["Shmem", 0],
    ["Slab", 0],
    ["SReclaimable", 0],
  ];
  return rows.map(([name, bytes]) => `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`).join("");
}

function statText(source: ProcessSource): string {
  const system = source.system();
  const ticks = (ns: number) => Math.floor(ns / TICK_NS);
  const times = `${ticks(system.userTimeNs)} 0 ${ticks(system.systemTimeNs)} ${ticks(system.idleNs)} 0 0 0 0 0 0`;
  const processes = source.pids().map((pid) => source.process(pid)?.state());
  return [
    `cpu  ${times}`,
    `cpu0 ${times}`,
    "intr 0",
    `ctxt ${system.contextSwitches}`,
    `btime ${system.bootTimeSeconds}`,
    `processes ${system.forks}`,
    `procs_running ${processes.filter((state) => state === "running").length}`,
    "procs_blocked 0",
    "",
  ].join("\n");
}

function cpuText(cpu: CpuIdentity): string {
  const rows: [string, string][] = [
    ["processor", "0"],
    ["vendor_id", cpu.vendor],
    ["cpu family", `${cpu.family}`],
    ["model", `${cpu.model}`],
    ["model name", cpu.name],
    ["stepping", `${cpu.stepping}`],
    ["cpu MHz", "1000.000"],
    ["fdiv_bug", "no"],
    ["f00f_bug", "no"],
    ["coma_bug", "no"],
    ["fpu", "yes"],
    ["fpu_exception", "yes"],
    ["cpuid level", `${cpu.lastLeaf}`],
    ["wp", "yes"],
    ["flags", cpu.features.join(" ")],
    ["bogomips", "2000.00"],
    ["clflush size", `${cpu.cacheLineBytes}`],
    ["cache_alignment", `${cpu.cacheLineBytes}`],
  ];
  return `${rows.map(([name, value]) => `${name}${name.length < 8 ? "\t\t" : "\t"}: ${value}\n`).join("")}\n`;
}
