/**
 * /proc: processes and the system as files. The texts are made in process-texts.ts and system-texts.ts.
 * Source: Linux proc(5).
 */
import { EACCES, ENOENT } from "../abi/errno.ts";
import { mayInspect } from "../process/authority.ts";
import type { Process } from "../process/process.ts";
import type { Mount } from "../vfs/mount-table.ts";
import type { File } from "../vfs/file.ts";
import type { FileSystem, FileSystemStatistics, LinkedObject, Inode } from "../vfs/inode.ts";
import type { ProcessSource } from "./process-source.ts";
import { processTexts } from "./process-texts.ts";
import { type NodeOptions, noStatistics, type SyntheticChildren, SyntheticDirectory, SyntheticFile, SyntheticLink } from "./synthetic.ts";
import { systemTexts } from "./system-texts.ts";

const PROC_MAGIC = 0x9fa0;
/** Inode numbers: system files from 2, those of a process from PID × this. */
const INOS_PER_PROCESS = 4096;
const FIRST_DESCRIPTOR_INO = 64;
/** What shows a process's memory is for those who may inspect it. */
const PRIVATE_TEXTS: ReadonlySet<string> = new Set(["environ", "maps"]);

export interface ProcessFileSystemOptions {
  /** st_dev. */
  device: number;
  nowNs: () => bigint;
  source: ProcessSource;
  mounts: () => readonly Mount[];
}

export class ProcessFileSystem implements FileSystem {
  readonly type = "proc";
  readonly source = "proc";
  readonly readOnly = false;
  readonly root: SyntheticDirectory;
  private readonly options: ProcessFileSystemOptions;

  constructor(options: ProcessFileSystemOptions) {
    this.options = options;
    const { source, mounts } = options;
    const texts = systemTexts(source, mounts);
    const names = [...Object.keys(texts), "self", "thread-self", "mounts"];
    this.root = new SyntheticDirectory(this.node(1), undefined, (root) => ({
      names: () => [...source.pids().map(String), ...names],
      child: (name) => {
        if (/^[1-9][0-9]*$/.test(name)) return this.processDirectory(root, name);
        const ino = 2 + names.indexOf(name);
        const text = texts[name];
        if (text !== undefined) return new SyntheticFile(this.node(ino), text);
        if (name === "self") return new SyntheticLink(this.node(ino), (process) => String(process.pid));
        if (name === "thread-self") return new SyntheticLink(this.node(ino), ({ pid }) => `${pid}/task/${pid}`);
        if (name === "mounts") return new SyntheticLink(this.node(ino), () => "self/mounts");
        return undefined;
      },
    }));
  }

  statistics(): FileSystemStatistics {
    return noStatistics(PROC_MAGIC);
  }

  private node(ino: number, owner?: Process): NodeOptions {
    const { device, nowNs } = this.options;
    const base = { fileSystem: this, device, ino, nowNs: nowNs() };
    return owner ? { ...base, uid: owner.credentials.euid, gid: owner.credentials.egid } : base;
  }

  private processDirectory(above: Inode, name: string): SyntheticDirectory | undefined {
    const pid = Number(name);
    const process = this.options.source.process(pid);
    if (process === undefined) return undefined;
    return new SyntheticDirectory(this.node(pid * INOS_PER_PROCESS, process), { inode: above, name }, (self) =>
      this.processChildren(process, self, true),
    );
  }

  /** Entries of /proc/PID, and of /proc/PID/task/PID, which has no task directory itself. */
  private processChildren(process: Process, self: SyntheticDirectory, withTasks: boolean): SyntheticChildren {
    const { source, mounts } = this.options;
    const texts = processTexts(source, process, mounts);
    const links: Record<string, () => LinkedObject | undefined> = {
      cwd: () => process.cwd,
      root: () => process.root,
      exe: () => source.details(process).executable,
    };
    const names = [...Object.keys(texts), ...Object.keys(links), "fd", ...(withTasks ? ["task"] : [])];
    const firstIno = process.pid * INOS_PER_PROCESS + (withTasks ? 1 : 32);
    return {
      names: () => names,
      child: (name) => {
        const node = this.node(firstIno + names.indexOf(name), process);
        const text = texts[name];
        if (text !== undefined) {
          const open = PRIVATE_TEXTS.has(name) ? (reader: Process) => checkAccess(reader, process) : undefined;
          return new SyntheticFile(name === "environ" ? { ...node, mode: 0o400 } : node, this.living(process, text), open);
        }
        if (Object.hasOwn(links, name)) return this.objectLink(node, process, links[name]!);
        if (name === "fd") return this.descriptorDirectory(node, process, self);
        if (name === "task" && withTasks) return this.taskDirectory(node, process, self);
        return undefined;
      },
    };
  }

  /** A text of a process that may have ended since the file was opened. */
  private living(process: Process, text: () => string): () => string {
    return () => {
      if (this.options.source.process(process.pid) !== process) throw ENOENT;
      return text();
    };
  }

  private objectLink(node: NodeOptions, owner: Process, object: () => LinkedObject | undefined): SyntheticLink {
    const find = (reader: Process) => {
      checkAccess(reader, owner);
      const found = owner.state() === "zombie" ? undefined : object();
      if (found === undefined) throw ENOENT;
      return found;
    };
    return new SyntheticLink(node, (reader) => linkText(find(reader)), find);
  }

  private descriptorDirectory(node: NodeOptions, process: Process, above: Inode): SyntheticDirectory {
    return new SyntheticDirectory({ ...node, mode: 0o500 }, { inode: above, name: "fd" }, () => ({
      names: () => process.descriptors.flatMap((slot, fd) => (slot ? [String(fd)] : [])),
      child: (name) => {
        const fd = Number(name);
        const file = /^(0|[1-9][0-9]*)$/.test(name) ? process.descriptors[fd]?.file : undefined;
        if (file === undefined) return undefined;
        const link = this.node(process.pid * INOS_PER_PROCESS + FIRST_DESCRIPTOR_INO + fd, process);
        return this.objectLink({ ...link, mode: linkMode(file) }, process, () => ({
          inode: file.inode,
          path: file.path,
          origin: file.origin,
        }));
      },
    }));
  }

  /** The threads of a process; each directory shows what the process's does. */
  private taskDirectory(node: NodeOptions, process: Process, above: Inode): SyntheticDirectory {
    const names = () => this.options.source.details(process).threads.map(String);
    return new SyntheticDirectory(node, { inode: above, name: "task" }, (self) => ({
      names,
      child: (child) => {
        const index = names().indexOf(child);
        if (index < 0) return undefined;
        const { ino } = self.attributes();
        return new SyntheticDirectory(this.node(ino + 1000 + index, process), { inode: self, name: child }, (task) =>
          this.processChildren(process, task, false),
        );
      },
    }));
  }
}

function checkAccess(reader: Process, owner: Process): void {
  if (!mayInspect(reader, owner)) throw EACCES;
}

/** Links of descriptors show how the file is open. */
function linkMode(file: File): number {
  return (file.reads ? 0o500 : 0) | (file.writes ? 0o300 : 0);
}

/** Text of a link to an object: its path, with "(deleted)" for removed names; what has no name shows its type and number. */
function linkText({ inode, path }: LinkedObject): string {
  if (!path.startsWith("/")) return path;
  const isGone = inode.attributes().nlink === 0 || (inode.isDirectory && inode.asDirectory().isRemoved);
  return isGone ? `${path} (deleted)` : path;
}
