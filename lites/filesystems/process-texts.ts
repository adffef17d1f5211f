/**
 * The files of /proc/PID as text. Formats as Linux's, as far as ps, top and their like read them. Source: Linux proc(5).
 */
import { majorOf, minorOf } from "../abi/file-mode.ts";
import type { Process } from "../process/process.ts";
import type { Mount } from "../vfs/mount-table.ts";
import { Terminal } from "../terminal/terminal.ts";
import type { MappingDetails, ProcessDetails, ProcessSource } from "./process-source.ts";
import { mountLines } from "./system-texts.ts";

export const PAGE = 4096;
/** Clock ticks a second of the times in /proc. */
const TICK_NS = 10_000_000;

export const ticks = (ns: number): number => Math.floor(ns / TICK_NS);
const kilobytes = (bytes: number): number => Math.floor(bytes / 1024);
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

const stateLetters = { running: "R", sleeping: "S", stopped: "T", zombie: "Z" } as const;
const stateNames = { running: "running", sleeping: "sleeping", stopped: "stopped", zombie: "zombie" } as const;

export function processTexts(source: ProcessSource, process: Process, mounts: () => readonly Mount[]): Record<string, () => string> {
  const details = () => source.details(process);
  return {
    stat: () => statLine(process, details()),
    status: () => statusText(process, details()),
    statm: () => statmLine(details()),
    cmdline: () => process.arguments.map((argument) => `${argument}\0`).join(""),
    comm: () => `${process.name}\n`,
    environ: () => (details().environment ?? []).map((entry) => `${entry}\0`).join(""),
    maps: () => details().mappings.map(mapLine).join(""),
    mounts: () => mountLines(mounts()),
  };
}

function virtualBytes(details: ProcessDetails): number {
  return details.mappings.reduce((sum, mapping) => sum + mapping.end - mapping.start, 0);
}

function sizeOf(details: ProcessDetails, test: (mapping: MappingDetails) => boolean): number {
  return details.mappings.filter(test).reduce((sum, mapping) => sum + mapping.end - mapping.start, 0);
}

const isStack = (mapping: MappingDetails): boolean => mapping.name === "[stack]";
const isText = (mapping: MappingDetails): boolean => mapping.execute && mapping.inode !== undefined;
const isData = (mapping: MappingDetails): boolean => mapping.write && !mapping.shared && !isStack(mapping);

/** The 52 fields of /proc/PID/stat. */
function statLine(process: Process, details: ProcessDetails): string {
  const { terminal } = process;
  const foreground = terminal instanceof Terminal ? (terminal.session.foreground ?? -1) : -1;
  const text = details.mappings.find(isText);
  const stack = details.mappings.find(isStack);
  const mask = (set: bigint) => Number(set & 0x7fffffffn);
  const fields = [
    process.pid,
    `(${process.name})`,
    stateLetters[process.state()],
    process.parentPid,
    process.pgrp,
    process.session,
    terminal?.attributes().rdev ?? 0,
    foreground,
    0x400000,
    details.minorFaults,
    0,
    details.majorFaults,
    0,
    ticks(details.userTimeNs),
    ticks(details.systemTimeNs),
    ticks(details.childUserTimeNs),
    ticks(details.childSystemTimeNs),
    20 + details.nice,
    details.nice,
    details.threads.length,
    0,
    ticks(details.startTimeNs),
    virtualBytes(details),
    Math.floor(details.residentBytes / PAGE),
    0xffffffff,
    text?.start ?? 0,
    text?.end ?? 0,
    stack?.end ?? 0,
    0,
    0,
    mask(details.signalPending | details.processSignalPending),
    mask(details.signalBlocked),
    mask(details.signalIgnored),
    mask(details.signalCaught),
    0,
    0,
    0,
    17,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return `${fields.join(" ")}\n`;
}

function statusText(process: Process, details: ProcessDetails): string {
  const { credentials } = process;
  const set = (signals: bigint) => signals.toString(16).padStart(16, "0");
  const size = (bytes: number) => `${String(kilobytes(bytes)).padStart(8)} kB`;
  const lines: [string, string | number][] = [
    ["Name", process.name],
    ["Umask", process.umask.toString(8).padStart(4, "0")],
    ["State", `${stateLetters[process.state()]} (${stateNames[process.state()]})`],
    ["Tgid", process.pid],
    ["Pid", process.pid],
    ["PPid", process.parentPid],
    ["TracerPid", 0],
    ["Uid", [credentials.uid, credentials.euid, credentials.suid, credentials.euid].join("\t")],
    ["Gid", [credentials.gid, credentials.egid, credentials.sgid, credentials.egid].join("\t")],
    ["FDSize", Math.max(64, process.descriptors.length)],
    ["Groups", credentials.groups.join(" ")],
  ];
  if (process.state() !== "zombie") {
    lines.push(
      ["VmPeak", size(virtualBytes(details))],
      ["VmSize", size(virtualBytes(details))],
      ["VmLck", size(0)],
      ["VmHWM", size(details.residentBytes)],
      ["VmRSS", size(details.residentBytes)],
      ["VmData", size(sizeOf(details, isData))],
      ["VmStk", size(sizeOf(details, isStack))],
      ["VmExe", size(sizeOf(details, isText))],
      ["VmLib", size(0)],
      ["VmSwap", size(0)],
    );
  }
  lines.push(
    ["Threads", details.threads.length],
    ["SigPnd", set(details.signalPending)],
    ["ShdPnd", set(details.processSignalPending)],
    ["SigBlk", set(details.signalBlocked)],
    ["SigIgn", set(details.signalIgnored)],
    ["SigCgt", set(details.signalCaught)],
  );
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join("");
}

function statmLine(details: ProcessDetails): string {
  const pages = (bytes: number) => Math.floor(bytes / PAGE);
  const data = sizeOf(details, isData) + sizeOf(details, isStack);
  const text = sizeOf(details, isText);
  return `${pages(virtualBytes(details))} ${pages(details.residentBytes)} 0 ${pages(text)} 0 ${pages(data)} 0\n`;
}

function mapLine(mapping: MappingDetails): string {
  const rights = `${mapping.read ? "r" : "-"}${mapping.write ? "w" : "-"}${mapping.execute ? "x" : "-"}${mapping.shared ? "s" : "p"}`;
  const { dev = 0, ino = 0 } = mapping.inode?.attributes() ?? {};
  const device = `${hex(majorOf(dev), 2)}:${hex(minorOf(dev), 2)}`;
  const line = `${hex(mapping.start, 8)}-${hex(mapping.end, 8)} ${rights} ${hex(mapping.offset, 8)} ${device} ${ino}`;
  return mapping.name === "" ? `${line} \n` : `${line.padEnd(49)}${mapping.name}\n`;
}
