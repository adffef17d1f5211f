/**
 * /dev: memory devices, terminals, pseudo terminals, links to the standard descriptors, and a place to mount shared memory.
 */
import type { Op } from "../activation.ts";
import { ENXIO } from "../abi/errno.ts";
import { deviceNumber, S_IFCHR } from "../abi/file-mode.ts";
import type { Process } from "../process/process.ts";
import type { PseudoTerminals } from "../terminal/pseudo-terminal.ts";
import type { File, Opening } from "../vfs/file.ts";
import type { FileSystem, FileSystemStatistics, Inode } from "../vfs/inode.ts";
import { memoryDevices } from "./devices.ts";
import type { Driver, SpecialFiles } from "./special-files.ts";
import { noStatistics, SyntheticDevice, SyntheticDirectory, SyntheticLink, type SyntheticOptions } from "./synthetic.ts";
import type { RandomSource } from "../random-pool.ts";

const TMPFS_MAGIC = 0x01021994;
const TTY_MAJOR = 5;
/** Inode numbers of /dev/pts and its entries start here. */
const PTS_INO = 1000;

const standardLinks = { fd: "/proc/self/fd", stdin: "/proc/self/fd/0", stdout: "/proc/self/fd/1", stderr: "/proc/self/fd/2" };

export interface DeviceFileSystemOptions {
  /** st_dev. */
  device: number;
  nowNs: bigint;
  random: RandomSource;
  pseudoTerminals: PseudoTerminals;
  /** Where the drivers are registered, so that device nodes elsewhere work too. */
  special: SpecialFiles;
}

export class DeviceFileSystem implements FileSystem {
  readonly type = "devtmpfs";
  readonly source = "dev";
  readonly readOnly = false;
  readonly root: SyntheticDirectory;
  private readonly nodes = new Map<string, Inode>();
  private readonly options: DeviceFileSystemOptions;
  private lastIno = 1;

  constructor(options: DeviceFileSystemOptions) {
    this.options = options;
    this.root = new SyntheticDirectory(this.node(0o755), undefined, () => ({
      names: () => this.nodes.keys(),
      child: (name) => this.nodes.get(name),
    }));
    for (const { name, major, minor, driver } of memoryDevices(options.random)) this.addDevice(name, major, minor, 0o666, driver);
    this.addDevice("tty", TTY_MAJOR, 0, 0o666, { open: openControllingTerminal });
    this.addDevice("ptmx", TTY_MAJOR, 2, 0o666, options.pseudoTerminals);
    for (const [name, target] of Object.entries(standardLinks)) {
      this.nodes.set(name, new SyntheticLink(this.node(0o777), () => target));
    }
    this.nodes.set("pts", this.pseudoTerminalDirectory());
    const noNames = { names: () => [], child: () => undefined };
    this.nodes.set("shm", new SyntheticDirectory(this.node(0o755), { inode: this.root, name: "shm" }, () => noNames));
  }

  /** Shows a terminal under a name of /dev, as "console" or "tty1". */
  addTerminal(name: string, terminal: Inode): void {
    this.nodes.set(name, terminal);
  }

  removeTerminal(name: string): void {
    this.nodes.delete(name);
  }

  private addDevice(name: string, major: number, minor: number, permissions: number, driver: Driver): void {
    const rdev = deviceNumber(major, minor);
    this.options.special.register(S_IFCHR, rdev, driver);
    this.nodes.set(name, new SyntheticDevice({ ...this.node(S_IFCHR | permissions), rdev }, driver));
  }

  private node(mode: number): SyntheticOptions {
    return { fileSystem: this, device: this.options.device, ino: ++this.lastIno, mode, nowNs: this.options.nowNs };
  }

  private pseudoTerminalDirectory(): SyntheticDirectory {
    const { pseudoTerminals } = this.options;
    const options = { ...this.node(0o755), ino: PTS_INO };
    return new SyntheticDirectory(options, { inode: this.root, name: "pts" }, () => ({
      names: () => pseudoTerminals.numbers().map(String),
      child: (name) => (/^(0|[1-9][0-9]{0,5})$/.test(name) ? pseudoTerminals.slave(Number(name)) : undefined),
    }));
  }

  statistics(): FileSystemStatistics {
    return noStatistics(TMPFS_MAGIC);
  }
}

/** /dev/tty: the terminal itself is opened. @throws ENXIO */
function openControllingTerminal(process: Process, _inode: Inode, opening: Opening): Op<File> {
  if (process.terminal === undefined) throw ENXIO;
  return process.terminal.open(process, opening);
}
