/**
 * Physical memory of the machine: frames, then an arena for translation tables.
 *
 * One WebAssembly.Memory holds everything that generated code must reach: guest frames from byte 0
 * on, after them an arena of pages for the two-level translation tables, and the cache of translations. The memory
 * never grows, so the typed views stay valid for the life of the machine. The host commits pages on first
 * touch: a generous arena costs nothing until it is used.
 */
import { PAGE_SHIFT, PAGE_SIZE } from "./page.ts";
import { CACHE_SLOT_BYTES, TranslationCache } from "./translation-cache.ts";

export { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from "./page.ts";

const WASM_PAGE_SIZE = 65536;
/** Address spaces that have tables in the translation cache at the same time. */
const CACHE_SLOTS = 32;

export class Ram {
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  /** Number of guest frames; frame f occupies bytes f * PAGE_SIZE … */
  readonly frameCount: number;
  /**
   * One byte per frame: 1 when decoded or translated instructions of it are cached, so that a write must invalidate
   * them.
   */
  readonly frameHasCode: Uint8Array;
  readonly translations: TranslationCache;
  private readonly freeArenaPages: number[] = [];
  private nextArenaPage: number;
  private readonly arenaEnd: number;

  /**
   * @param sizeBytes guest memory in bytes, rounded up to whole frames
   * @param arenaBytes room for translation tables, in bytes
   */
  constructor(sizeBytes: number, arenaBytes = 96 << 20) {
    this.frameCount = Math.ceil(sizeBytes / PAGE_SIZE);
    const arenaPages = Math.ceil((this.frameCount * PAGE_SIZE + arenaBytes) / WASM_PAGE_SIZE);
    const total = arenaPages + (CACHE_SLOTS * CACHE_SLOT_BYTES) / WASM_PAGE_SIZE;
    this.memory = new WebAssembly.Memory({ initial: total, maximum: total });
    this.u8 = new Uint8Array(this.memory.buffer);
    this.u16 = new Uint16Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.frameHasCode = new Uint8Array(this.frameCount);
    this.nextArenaPage = this.frameCount * PAGE_SIZE;
    this.arenaEnd = arenaPages * WASM_PAGE_SIZE;
    this.translations = new TranslationCache(this, this.arenaEnd, CACHE_SLOTS);
  }

  /** The bytes of one frame, as a live view. */
  frame(frame: number): Uint8Array {
    return this.u8.subarray(frame << PAGE_SHIFT, (frame + 1) << PAGE_SHIFT);
  }

  /** A zeroed page of the arena, as a byte address; 0 when the arena is exhausted. */
  allocateArenaPage(): number {
    const recycled = this.freeArenaPages.pop();
    if (recycled !== undefined) {
      this.u8.fill(0, recycled, recycled + PAGE_SIZE);
      return recycled;
    }
    if (this.nextArenaPage + PAGE_SIZE > this.arenaEnd) return 0;
    const page = this.nextArenaPage;
    this.nextArenaPage += PAGE_SIZE;
    return page;
  }

  /** Zeroed memory of the arena for good, as a byte address. */
  allocateArena(bytes: number): number {
    const start = this.nextArenaPage;
    const end = start + Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
    if (end > this.arenaEnd) throw new Error(`no room for ${bytes} bytes in the arena`);
    this.nextArenaPage = end;
    return start;
  }

  freeArenaPage(page: number): void {
    this.freeArenaPages.push(page);
  }
}
