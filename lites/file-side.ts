/**
 * The file side of the server put together: mounts, devices, terminals, standard streams and the handlers of all file calls.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { ControlStream } from "./abi/control-messages.ts";
import { deviceNumber } from "./abi/file-mode.ts";
import { O_RDWR } from "./abi/open-flags.ts";
import { DeviceFileSystem } from "./filesystems/device-fs.ts";
import type { DescriptorLinks } from "./filesystems/directory-handles.ts";
import { NodeFileSystem } from "./filesystems/node-fs.ts";
import type { NodeFs } from "./filesystems/node-interface.ts";
import { ProcessFileSystem } from "./filesystems/process-fs.ts";
import type { ProcessSource } from "./filesystems/process-source.ts";
import { SpecialFiles } from "./filesystems/special-files.ts";
import type { HelperThreads } from "./helper-threads.ts";
import type { Process } from "./process/process.ts";
import type { SignalSink } from "./signal-sink.ts";
import type { FileServices } from "./system-calls/file-services.ts";
import { createFileSideHandlers } from "./system-calls/file-side.ts";
import type { ChannelOutput } from "./terminal/channel-output.ts";
import { ChannelStream } from "./terminal/channel-stream.ts";
import { channelTerminal } from "./terminal/channel-terminal.ts";
import { PseudoTerminals } from "./terminal/pseudo-terminal.ts";
import type { Terminal, TerminalSurroundings } from "./terminal/terminal.ts";
import { FileSystemSpace, UNWATCHED_PAGES } from "./vfs/file-system.ts";
import type { File } from "./vfs/file.ts";
import type { PageCacheObserver } from "./vfs/inode.ts";
import type { RandomSource } from "./random-pool.ts";

/** A tree to mount. */
export interface MountOptions {
  fs: NodeFs;
  /** Directory of `fs`, absolute, links resolved. A byte string. */
  directory: string;
  /** Where `fs` shows its descriptors (filesystems/directory-handles.ts). */
  descriptorLinks?: DescriptorLinks | undefined;
  /** Where in the guest: an absolute path. */
  path: string;
  readOnly?: boolean;
  /** Exclusive trees: how many bytes they hold. */
  space?: number;
  /** True: nobody else changes it while the system runs (memfs). */
  exclusive?: boolean;
  type: string;
  source: string;
}

export interface FileSideOptions extends Omit<FileServices, "files"> {
  /** The first is mounted at "/". /dev and /proc are mounted after it, before the others. */
  mounts: readonly MountOptions[];
  processes: ProcessSource;
  signals: SignalSink;
  helpers: HelperThreads;
  /** The channel driver. */
  channels: ThreadId;
  random: RandomSource;
  pages?: PageCacheObserver;
}

export interface WindowSize {
  rows: number;
  columns: number;
}

/** st_dev of mounted file systems count from here, with major 0. */
const FIRST_DEVICE = 20;
/** Device numbers of terminals: /dev/console, and the virtual terminals' major for the others. */
const CONSOLE_DEVICE = deviceNumber(5, 1);
const VIRTUAL_TERMINAL_MAJOR = 4;

export class FileSide {
  /** Outputs to the host with bytes that it has not taken yet. */
  readonly unwritten = new Set<ChannelOutput>();
  readonly files: FileSystemSpace;
  readonly handlers: ReturnType<typeof createFileSideHandlers>;
  private readonly options: FileSideOptions;
  private readonly surroundings: TerminalSurroundings;
  private readonly devices: DeviceFileSystem;
  private readonly deviceOfDevices: number;
  /** Terminals by port. */
  private readonly terminals = new Map<number, { terminal: Terminal; name: string }>();
  private lastDevice = FIRST_DEVICE;

  constructor(options: FileSideOptions) {
    this.options = options;
    const { mounts, processes, signals, random } = options;
    const nowNs = () => options.nowNs();
    this.surroundings = { processes, signals, nowNs, now: () => options.now() };
    const special = new SpecialFiles(signals, () => options.now());
    const pages = options.pages ?? UNWATCHED_PAGES;
    const shared = { nowNs, special, content: { pages, signals } };
    const [root, ...others] = mounts.map((mount) => ({
      path: mount.path,
      fileSystem: new NodeFileSystem({ ...mount, ...shared, exclusive: mount.exclusive ?? false, device: this.nextDevice() }),
    }));
    if (root === undefined) throw new Error("no root file system");
    this.files = new FileSystemSpace(root.fileSystem, pages);
    this.deviceOfDevices = this.nextDevice();
    this.devices = new DeviceFileSystem({
      device: this.deviceOfDevices,
      nowNs: nowNs(),
      random,
      special,
      pseudoTerminals: new PseudoTerminals(this.surroundings, this.deviceOfDevices),
    });
    this.files.mount(this.devices, "/dev");
    const mountTable = () => this.files.mountedFileSystems();
    this.files.mount(new ProcessFileSystem({ device: this.nextDevice(), nowNs, source: processes, mounts: mountTable }), "/proc");
    for (const { fileSystem, path } of others) this.files.mount(fileSystem, path);
    this.handlers = createFileSideHandlers({ ...options, files: this.files });
  }

  private nextDevice(): number {
    return deviceNumber(0, ++this.lastDevice);
  }

  /** Gives a program that is about to start its descriptors 0, 1, 2, …; equal ports are one open file. */
  installStreams(process: Process, streams: readonly (ControlStream | null)[], size?: WindowSize): void {
    const files = new Map<number, File>();
    for (const [fd, stream] of streams.entries()) {
      if (stream === null) {
        process.descriptors[fd] = undefined;
        continue;
      }
      const shared = files.get(stream.port);
      const file = shared?.retain() ?? this.openStream(process, stream, size);
      files.set(stream.port, file);
      process.descriptors[fd] = { file, closeOnExec: false };
    }
  }

  private openStream(process: Process, { port, terminal, plainOutput, synchronous }: ControlStream, size: WindowSize | undefined): File {
    if (terminal) {
      const opened = this.terminal(port, size);
      if (plainOutput) opened.terminal.discipline.passOutput();
      return opened.terminal.newFile(process, { flags: O_RDWR, path: `/dev/${opened.name}` });
    }
    return new ChannelStream(this.channel(port), this.options.signals, this.options.nowNs(), synchronous ?? false).newFile();
  }

  private channel(port: number) {
    return { driver: this.options.channels, port, helpers: this.options.helpers, unwritten: this.unwritten };
  }

  /** The terminal on a port; the first is the console. */
  private terminal(port: number, size: WindowSize | undefined): { terminal: Terminal; name: string } {
    const known = this.terminals.get(port);
    if (known !== undefined) return known;
    const number = this.freeTerminalNumber();
    const name = number === 0 ? "console" : `tty${number}`;
    const device = number === 0 ? CONSOLE_DEVICE : deviceNumber(VIRTUAL_TERMINAL_MAJOR, number);
    const terminal = channelTerminal({
      channel: this.channel(port),
      surroundings: this.surroundings,
      identity: { device, mode: 0o620, fileSystemDevice: this.deviceOfDevices },
      ...(size && { size }),
      onEnd: () => {
        this.terminals.delete(port);
        this.devices.removeTerminal(name);
      },
    });
    const entry = { terminal, name };
    this.terminals.set(port, entry);
    this.devices.addTerminal(name, terminal);
    return entry;
  }

  private freeTerminalNumber(): number {
    const taken = new Set([...this.terminals.values()].map(({ name }) => (name === "console" ? 0 : Number(name.slice(3)))));
    let number = 0;
    while (taken.has(number)) number++;
    return number;
  }

  /** The host's window of a terminal port has a new size. */
  resize(port: number, size: WindowSize): void {
    this.terminals.get(port)?.terminal.resize(size.rows, size.columns);
  }

  /** Before the end: attributes kept in memory go to the trees behind. */
  sync(): void {
    this.files.sync();
  }

  /** At the end: gives back what the file systems hold of the host. */
  close(): void {
    this.files.close();
  }
}
