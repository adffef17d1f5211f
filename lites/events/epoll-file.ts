/**
 * Sets of watched files. Source: Linux epoll(7), epoll_ctl(2), epoll_wait(2).
 *
 * A watched file is entered in the list of ready ones when one of its queues is woken; whether it is ready indeed is asked when somebody
 * takes events. Level-triggered files stay in the list as long as they are ready, edge-triggered ones leave it and come back with the
 * next wake-up. So what an edge is follows from when a file wakes its queues.
 */
import { EEXIST, EINVAL, ELOOP, ENOENT } from "../abi/errno.ts";
import { EPOLLET, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLWAKEUP } from "../abi/events.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { type Sleeper, WaitQueue } from "../activation.ts";
import { File, type FileWatcher, type Interest, readyEvents, type Readiness } from "../vfs/file.ts";

/** Sets may watch sets, this deep. */
const MAXIMUM_DEPTH = 4;
const ALWAYS = PollEvent.ERR | PollEvent.HUP;
/** Bits of a mask that are no events, and stay when a file was told once. */
const FLAGS = EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE;
/** What may stand beside EPOLLEXCLUSIVE. */
const EXCLUSIVE_EVENTS = (FLAGS & ~EPOLLONESHOT) | ALWAYS | PollEvent.IN | PollEvent.OUT;

/** A file in a set, under the descriptor that it was entered by. */
class Item implements FileWatcher {
  readonly set: EpollFile;
  readonly file: File;
  readonly fd: number;
  interest: Interest;
  /** What was found by the last look at a file that changes without telling. */
  lastEvents = 0;
  private readonly bells: readonly Bell[];

  constructor(set: EpollFile, file: File, fd: number, interest: Interest) {
    this.set = set;
    this.file = file;
    this.fd = fd;
    this.interest = interest;
    this.bells = file.poll().queues.map((queue) => new Bell(this, queue));
    for (const bell of this.bells) bell.queue.add(bell);
    file.watch(this);
  }

  /** PollEvent bits that are asked for and hold; of one that was told once, none. */
  ready(): number {
    return readyEvents(this.file.poll().events) & this.interest.events & ~FLAGS;
  }

  leave(): void {
    for (const bell of this.bells) bell.queue.remove(bell);
    this.file.unwatch(this);
  }

  fileClosed(): void {
    this.set.forget(this);
  }
}

/** Waits in a queue of a watched file for as long as that is watched. */
class Bell implements Sleeper {
  readonly queue: WaitQueue;
  private readonly item: Item;

  constructor(item: Item, queue: WaitQueue) {
    this.item = item;
    this.queue = queue;
  }

  wake(): void {
    const { item, queue } = this;
    if (readyEvents(queue.events | ALWAYS) & item.interest.events & ~FLAGS) item.set.enter(item);
  }
}

export class EpollFile extends File {
  private readonly items = new Map<File, Item[]>();
  /** In the order in which they are told. */
  private readonly ready = new Set<Item>();
  private readonly entered = new WaitQueue(PollEvent.IN);

  private find(file: File, fd: number): Item | undefined {
    return this.items.get(file)?.find((item) => item.fd === fd);
  }

  /** @throws EPERM, EINVAL, EEXIST, ELOOP */
  add(file: File, fd: number, interest: Interest): void {
    const { events } = interest;
    if (events & EPOLLEXCLUSIVE && (events & ~EXCLUSIVE_EVENTS || file instanceof EpollFile)) throw EINVAL;
    if (file instanceof EpollFile && (file.reaches(this) || file.depth() + 1 + this.height() > MAXIMUM_DEPTH)) throw ELOOP;
    if (this.find(file, fd) !== undefined) throw EEXIST;
    const item = new Item(this, file, fd, { ...interest, events: events | ALWAYS });
    this.items.set(file, [...(this.items.get(file) ?? []), item]);
    this.look(item);
  }

  /** @throws ENOENT, EINVAL */
  change(file: File, fd: number, interest: Interest): void {
    if (interest.events & EPOLLEXCLUSIVE) throw EINVAL;
    const item = this.find(file, fd);
    if (item === undefined) throw ENOENT;
    if (item.interest.events & EPOLLEXCLUSIVE) throw EINVAL;
    item.interest = { ...interest, events: interest.events | ALWAYS };
    this.look(item);
  }

  /** @throws ENOENT */
  remove(file: File, fd: number): void {
    const item = this.find(file, fd);
    if (item === undefined) throw ENOENT;
    this.forget(item);
  }

  forget(item: Item): void {
    item.leave();
    this.ready.delete(item);
    const others = this.items.get(item.file)?.filter((other) => other !== item) ?? [];
    if (others.length === 0) this.items.delete(item.file);
    else this.items.set(item.file, others);
  }

  private look(item: Item): void {
    if (item.ready() !== 0) this.enter(item);
  }

  /** A watched file may be ready. */
  enter(item: Item): void {
    this.ready.add(item);
    this.entered.wakeAll();
  }

  private *all(): Iterable<Item> {
    for (const items of this.items.values()) yield* items;
  }

  /** Whether a set is watched by this one, at any depth. */
  private reaches(set: EpollFile): boolean {
    return [...this.items.keys()].some((file) => file instanceof EpollFile && (file === set || file.reaches(set)));
  }

  /** How deep the sets are that this one watches. */
  private depth(): number {
    const below = [...this.items.keys()].map((file) => (file instanceof EpollFile ? 1 + file.depth() : 0));
    return Math.max(0, ...below);
  }

  /** How high the sets are that watch this one. */
  private height(): number {
    const above = [...this.watchers].map((watcher) => (watcher instanceof Item ? 1 + watcher.set.height() : 0));
    return Math.max(0, ...above);
  }

  /** Takes at most so many events. */
  take(most: number): Interest[] {
    this.lookAgain();
    const found: Interest[] = [];
    for (const item of [...this.ready]) {
      if (found.length === most) break;
      this.ready.delete(item);
      const events = item.ready();
      if (events === 0) continue;
      const { interest } = item;
      found.push({ events, data: interest.data });
      if (interest.events & EPOLLONESHOT) item.interest = { ...interest, events: interest.events & FLAGS };
      else if (!(interest.events & EPOLLET)) this.ready.add(item);
    }
    return found;
  }

  /** Looks at the files that change without waking anybody. */
  private lookAgain(): void {
    for (const item of this.all()) {
      if (item.file.poll().againNs === undefined) continue;
      const events = item.ready();
      if (events & (item.interest.events & EPOLLET ? ~item.lastEvents : -1)) this.ready.add(item);
      item.lastEvents = events;
    }
  }

  /** As on Linux, there is a position, which nothing changes. */
  override seek(): number {
    return 0;
  }

  override get waits(): boolean {
    return true;
  }

  override poll(): Readiness {
    this.lookAgain();
    for (const item of this.ready) if (item.ready() === 0) this.ready.delete(item);
    const events = this.ready.size > 0 ? PollEvent.IN : 0;
    const againNs = Math.min(...[...this.all()].map(({ file }) => file.poll().againNs ?? Number.POSITIVE_INFINITY));
    return { events, queues: [this.entered], ...(Number.isFinite(againNs) && { againNs }) };
  }

  override asEpoll(): EpollFile {
    return this;
  }

  protected override closed(): void {
    for (const item of [...this.all()]) this.forget(item);
  }
}
