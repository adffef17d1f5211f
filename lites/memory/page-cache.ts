/**
 * The page cache: pages of files that are mapped, in frames of the pager. Keeps them equal to the files: tells of
 * write(2) and truncate change them in place, and what programs write through shared mappings is written back when somebody
 * needs it (read(2), msync, eviction, unmapping, sync).
 *
 * A page that is given to a client writable counts as dirty until its write permission is taken away again; only then the
 * dirty bits are asked for.
 */
import { PageStatus, Unmap } from "#kernel/abi/flexpage.ts";
import { PAGE_SIZE } from "../abi/memory-flags.ts";
import type { PageCacheObserver, Inode } from "../vfs/inode.ts";
import type { PageFrames } from "./page-frames.ts";

export class CachedPage {
  readonly file: CachedFile;
  readonly index: number;
  readonly address: number;
  /** Some client may write to it. */
  writable = false;

  constructor(file: CachedFile, index: number, address: number) {
    this.file = file;
    this.index = index;
    this.address = address;
  }
}

export class CachedFile {
  readonly inode: Inode;
  readonly pages = new Map<number, CachedPage>();
  /** Address spaces and data spaces that use it. */
  users = 0;
  /** Bytes; kept current by the observer. */
  size: number;
  mtimeNs: bigint;
  writablePages = 0;

  constructor(inode: Inode) {
    this.inode = inode;
    const { size, mtimeNs } = inode.attributes();
    this.size = size;
    this.mtimeNs = mtimeNs;
  }
}

export class PageCache implements PageCacheObserver {
  private readonly frames: PageFrames;
  private readonly files = new Map<number, CachedFile>();
  /** All pages in the order of the clock hand. */
  private clock: CachedPage[] = [];
  private hand = 0;
  private readonly report: (text: string) => void;

  constructor(frames: PageFrames, report: (text: string) => void) {
    this.frames = frames;
    this.report = report;
  }

  /** Number of pages held. */
  get pageCount(): number {
    return this.clock.length;
  }

  file(id: number): CachedFile | undefined {
    return this.files.get(id);
  }

  /** Somebody maps the file: its pages can be asked for from now on. */
  attach(inode: Inode): void {
    let file = this.files.get(inode.id);
    if (file === undefined) {
      inode.retain();
      file = new CachedFile(inode);
      this.files.set(inode.id, file);
    } else if (file.users === 0) this.refresh(file);
    file.users++;
  }

  /** The counterpart of attach. Pages stay cached for the next user unless the file has no name any more. */
  detach(inode: Inode): void {
    const file = this.files.get(inode.id)!;
    this.writeBack(file);
    if (--file.users > 0) return;
    if (file.pages.size === 0 || isNameless(inode)) this.forget(file);
  }

  /** The page with this index, read if need be. undefined: beyond the end, or no frame is to be had. Throws what reading throws. */
  page(file: CachedFile, index: number): CachedPage | undefined {
    const cached = file.pages.get(index);
    if (cached !== undefined) return cached;
    const position = index * PAGE_SIZE;
    if (position >= file.size) return undefined;
    const address = this.frames.allocate() ?? this.evict();
    if (address === undefined) return undefined;
    const view = this.frames.view(address, "write");
    let filled = 0;
    try {
      while (filled < PAGE_SIZE) {
        const got = file.inode.readAt(position + filled, view.subarray(filled));
        if (got === 0) break;
        filled += got;
      }
    } catch (error) {
      this.frames.release(address);
      throw error;
    }
    view.fill(0, filled);
    const page = new CachedPage(file, index, address);
    file.pages.set(index, page);
    this.insert(page);
    return page;
  }

  /** The page will be given to a client with write permission. */
  markWritable(page: CachedPage): void {
    if (page.writable) return;
    page.writable = true;
    page.file.writablePages++;
  }

  /** A frame for other uses: free, or taken from the cache. */
  takeFrame(): number | undefined {
    return this.frames.allocate() ?? this.evict();
  }

  // PageCacheObserver

  written(inode: Inode, position: number, data: Uint8Array): void {
    const file = this.files.get(inode.id);
    if (file === undefined) return;
    const end = position + data.length;
    file.size = Math.max(file.size, end);
    for (let index = Math.floor(position / PAGE_SIZE); index * PAGE_SIZE < end; index++) {
      const page = file.pages.get(index);
      if (page === undefined) continue;
      const start = index * PAGE_SIZE;
      const from = Math.max(position, start);
      const to = Math.min(end, start + PAGE_SIZE);
      this.frames.view(page.address, "write").set(data.subarray(from - position, to - position), from - start);
    }
  }

  truncated(inode: Inode, size: number): void {
    const file = this.files.get(inode.id);
    if (file === undefined) return;
    file.size = size;
    for (const page of [...file.pages.values()]) {
      const start = page.index * PAGE_SIZE;
      if (start >= size) this.drop(page);
      else if (start + PAGE_SIZE > size) this.frames.view(page.address, "write").fill(0, size - start);
    }
  }

  reading(inode: Inode): void {
    const file = this.files.get(inode.id);
    if (file !== undefined) this.writeBack(file);
  }

  /** Writes back what programs changed through shared mappings, within a range of pages. */
  writeBack(file: CachedFile, firstPage = 0, beyondPage = Number.POSITIVE_INFINITY): void {
    if (file.writablePages === 0) return;
    for (const page of file.pages.values()) {
      if (page.writable && page.index >= firstPage && page.index < beyondPage) this.clean(page, Unmap.READ_ONLY);
    }
  }

  writeBackAll(): void {
    for (const file of this.files.values()) this.writeBack(file);
  }

  /** Takes write permission or the whole mapping from all clients, and writes the page to its file if it was changed. */
  private clean(page: CachedPage, mask: number): void {
    const status = this.frames.unmap(page.address, mask);
    if (!page.writable) return;
    page.writable = false;
    page.file.writablePages--;
    if (!(status & PageStatus.DIRTY)) return;
    const position = page.index * PAGE_SIZE;
    const length = Math.min(PAGE_SIZE, page.file.size - position);
    if (length <= 0) return;
    try {
      page.file.inode.writeAt(position, this.frames.view(page.address, "read").slice(0, length));
    } catch (error) {
      this.report(`lost a page of a shared mapping: ${String(error)}`);
    }
  }

  /** Second chance: the hand passes pages that were touched since it came by last. */
  private evict(): number | undefined {
    for (let steps = 2 * this.clock.length; steps > 0; steps--) {
      if (this.hand >= this.clock.length) this.hand = 0;
      const page = this.clock[this.hand]!;
      if (steps > this.clock.length && this.frames.unmap(page.address, Unmap.STATUS) & PageStatus.ACCESSED) {
        this.hand++;
        continue;
      }
      this.remove(page, this.hand);
      if (page.file.users === 0 && page.file.pages.size === 0) this.forget(page.file);
      return this.frames.allocate();
    }
    return undefined;
  }

  /** Right behind the hand, which comes to it last: a page must not go before its client could touch it. */
  private insert(page: CachedPage): void {
    const { clock } = this;
    if (this.hand > clock.length) this.hand = 0;
    clock.push(page);
    clock[clock.length - 1] = clock[this.hand]!;
    clock[this.hand++] = page;
  }

  private drop(page: CachedPage): void {
    this.remove(page, this.clock.indexOf(page));
  }

  private remove(page: CachedPage, position: number): void {
    this.clean(page, Unmap.FLUSH);
    page.file.pages.delete(page.index);
    this.frames.release(page.address);
    const last = this.clock.pop()!;
    if (last !== page) this.clock[position] = last;
  }

  /** A file that nobody used for a while may have been changed by the host. */
  private refresh(file: CachedFile): void {
    const { size, mtimeNs } = file.inode.attributes();
    if (size === file.size && mtimeNs === file.mtimeNs) return;
    for (const page of [...file.pages.values()]) this.drop(page);
    file.size = size;
    file.mtimeNs = mtimeNs;
  }

  private forget(file: CachedFile): void {
    for (const page of [...file.pages.values()]) this.drop(page);
    this.files.delete(file.inode.id);
    file.inode.release();
  }
}

/** Whether nobody can open the file again: it was unlinked, by the guest or by the host. */
function isNameless(inode: Inode): boolean {
  try {
    return inode.attributes().nlink === 0;
  } catch {
    return true;
  }
}
