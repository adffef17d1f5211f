/**
 * Times that programs have set on host files, with all their nanoseconds: Node's fs passes on microseconds only. They hold as long as the
 * host shows for the file what it was given.
 */
import { identity, type NodeStats } from "./node-interface.ts";
import type { ObjectTimes } from "./tree-access.ts";

/** Files whose times are kept; the earliest are forgotten first. */
const KEPT_FILES = 1 << 17;

interface Kept {
  readonly host: ObjectTimes;
  readonly exact: ObjectTimes;
}

export class ExactTimes {
  /** By identity. */
  private readonly kept = new Map<string, Kept>();

  /** Notes what was set, and what the host made of it. */
  set(exact: ObjectTimes, stats: NodeStats): void {
    const key = identity(stats);
    this.kept.delete(key);
    if (exact.atimeNs === stats.atimeNs && exact.mtimeNs === stats.mtimeNs) return;
    this.kept.set(key, { host: { atimeNs: stats.atimeNs, mtimeNs: stats.mtimeNs }, exact });
    if (this.kept.size > KEPT_FILES) this.kept.delete(this.kept.keys().next().value!);
  }

  /** The times of a file that the host shows so. */
  of(stats: NodeStats): ObjectTimes {
    const known = this.kept.size === 0 ? undefined : this.kept.get(identity(stats));
    if (known === undefined) return stats;
    const time = (which: keyof ObjectTimes) => (stats[which] === known.host[which] ? known.exact[which] : stats[which]);
    return { atimeNs: time("atimeNs"), mtimeNs: time("mtimeNs") };
  }
}
