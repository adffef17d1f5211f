/**
 * What a machine is made from. Whoever makes one has checked it, and has everything at hand: nothing is looked up, opened or waited for
 * here. Texts are byte strings (lites/text.ts).
 */
import type { ForgetMode } from "#kernel/forgetting.ts";
import type { Confinement } from "#lites/confinement/confinement.ts";
import type { EmulatorEntries } from "#lites/core.ts";
import type { MountOptions } from "#lites/file-side.ts";
import type { NodeFs } from "#lites/filesystems/node-interface.ts";
import type { Engine } from "#machine/engine.ts";
import type { ManagerFactory, ManagerFigures } from "#servers/pager.ts";
import type { TraceKind } from "./trace-lines.ts";

/** A host's time, in nanoseconds. */
export interface HostTime {
  /** Since 1970, when the machine is made. */
  readonly epochNs: bigint;
  /** From any origin; never goes back. */
  monotonicNs(): number;
}

/** A memory manager beside the standard one (docs/managers.md). */
export interface ManagerParts {
  readonly name: string;
  /** Page frames and disk blocks of its own. */
  readonly frames: number;
  readonly blocks: number;
  /** Counters, which it keeps. */
  readonly figures: ManagerFigures;
  readonly make: ManagerFactory;
}

export interface MachineParts {
  /** Bytes of physical memory: whole pages. */
  readonly memory: number;
  /** Bytes of the paging disk; what is no whole block is left out. */
  readonly swap: number;
  /** "virtual": time follows the instruction count. */
  readonly time: HostTime | "virtual";
  /** Seed of the entropy device: unpredictable, if programs shall have unpredictable bytes. */
  readonly seed: string;
  readonly engine: Engine;
  /** When the kernel forgets mappings; default never. */
  readonly forget?: ForgetMode | undefined;
  readonly manager?: ManagerParts | undefined;
  /** The emulation library, as the build makes it. */
  readonly emulator: { readonly image: Uint8Array; readonly entries: EmulatorEntries };
  /** The root file system, and how many bytes it holds. Nobody else changes it while the machine runs. */
  readonly root: { readonly fs: NodeFs; readonly space: number };
  readonly mounts: readonly MountOptions[];
  readonly hostName?: string | undefined;
  readonly confinement?: Confinement | undefined;
  readonly trace?: { readonly kinds: readonly TraceKind[]; readonly write: (line: string) => void } | undefined;
  /** Told of things a user should know: internal errors, odd messages. */
  readonly diagnostic: (line: string) => void;
  /** Internal errors that the processor could get over end the run: for tests. Default: they are reported. */
  readonly isStrict?: boolean;
}
