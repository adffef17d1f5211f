/**
 * Local replacement: every owner of pages has an instance of the policy, and an equal share of the frames.
 *
 * Frames that are free go to whoever needs one. When there is none, an owner that has its share or more gives up a page of its
 * own; one with less takes a page from the owner that has most. Shares are equal parts of all frames among the
 * owners that have pages, the one that needs a frame included.
 * Source: Denning, "Working sets past and present" (1980), on local policies with fixed partitions.
 */
import type { PolicyView, ReplacementPolicy } from "./replacement-policy.ts";

/** Whose pages are whose: owners are numbers. */
export interface Ownership {
  /** Owner of the page in a frame; asked when the page is inserted. */
  ofFrame(frame: number): number;
  /** Owner of the page that needs a frame. */
  ofIncoming(): number;
}

class Group {
  readonly owner: number;
  readonly policy: ReplacementPolicy;
  size = 0;

  constructor(owner: number, policy: ReplacementPolicy) {
    this.owner = owner;
    this.policy = policy;
  }
}

export class LocalReplacement implements ReplacementPolicy {
  private readonly groups = new Map<number, Group>();
  /** By frame: the group whose page it holds. */
  private readonly holders: (Group | undefined)[];
  private readonly view: PolicyView;
  private readonly create: (view: PolicyView) => ReplacementPolicy;
  private readonly ownership: Ownership;

  constructor(view: PolicyView, create: (view: PolicyView) => ReplacementPolicy, ownership: Ownership) {
    this.view = view;
    this.create = create;
    this.ownership = ownership;
    this.holders = Array.from({ length: view.limit }, () => undefined);
  }

  inserted(frame: number, page: number): void {
    const group = this.group(this.ownership.ofFrame(frame));
    group.size++;
    this.holders[frame] = group;
    group.policy.inserted(frame, page);
  }

  removed(frame: number, page: number, evicted: boolean): void {
    const group = this.holders[frame]!;
    group.size--;
    this.holders[frame] = undefined;
    group.policy.removed(frame, page, evicted);
  }

  referenced(frame: number): void {
    this.holders[frame]?.policy.referenced?.(frame);
  }

  pickVictim(incoming: number): number | undefined {
    const own = this.group(this.ownership.ofIncoming());
    const others = [...this.groups.values()].filter((group) => group !== own).sort((a, b) => b.size - a.size || a.owner - b.owner);
    const order = own.size >= this.share(own) ? [own, ...others] : [...others, own];
    for (const group of order) {
      const victim = group.size > 0 ? group.policy.pickVictim(incoming) : undefined;
      if (victim !== undefined) return victim;
    }
    return undefined;
  }

  /** Frames that an owner may have: at least one. */
  private share(needing: Group): number {
    let owners = needing.size === 0 ? 1 : 0;
    for (const { size } of this.groups.values()) if (size > 0) owners++;
    return Math.max(1, Math.floor(this.view.capacity / owners));
  }

  private group(owner: number): Group {
    let group = this.groups.get(owner);
    if (!group) {
      const late: { group?: Group } = {};
      const share = (): number => this.share(late.group!);
      const { view } = this;
      const policy = this.create({
        limit: view.limit,
        get capacity() {
          return late.group ? share() : view.capacity;
        },
        mayGo: (frame) => view.mayGo(frame),
        accessed: (frame) => view.accessed(frame),
        dirty: (frame) => view.dirty(frame),
        now: () => view.now(),
        random: () => view.random(),
        nextUse: (frame) => view.nextUse(frame),
      });
      group = new Group(owner, policy);
      late.group = group;
      this.groups.set(owner, group);
    }
    return group;
  }
}
