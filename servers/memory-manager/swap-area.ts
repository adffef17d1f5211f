/**
 * The paging disk: slots of one page, and their transfer through the disk driver.
 *
 * Slot n is block n of the disk. Layers beneath: slot-map.ts, the disk driver (abi/generic-driver.ts).
 */
import { FLEXPAGE_WRITE, flexpage } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Op } from "#kernel/native.ts";
import { DriverClass, DriverRequest, DriverStatus } from "../abi/generic-driver.ts";
import type { Counters } from "./counters.ts";
import { SlotMap } from "./slot-map.ts";

export class SwapArea extends SlotMap {
  private readonly driver: ThreadId | undefined;

  private constructor(driver: ThreadId | undefined, slots: number) {
    super(slots);
    this.driver = driver;
  }

  /** @param pages slots wanted; there are fewer when the disk is smaller, none without a driver */
  static *open(driver: ThreadId | undefined, pages: number): Op<SwapArea> {
    if (driver === undefined) return new SwapArea(driver, 0);
    const answer = yield* call(driver, { words: [DriverRequest.IDENTIFY, 0, 0] });
    const [status, kind, blockBytes, blocks = 0] = answer.words;
    const usable = answer.error === 0 && status === DriverStatus.OK && kind === DriverClass.BLOCK && blockBytes === 4096;
    return new SwapArea(driver, usable ? Math.min(pages, blocks) : 0);
  }

  /** Fills frames from neighbouring slots. False on an error of the medium. */
  *read(slot: number, frames: readonly number[], payer: Counters): Op<boolean> {
    const operation = frames.length === 1 ? DriverRequest.READ_PAGE : DriverRequest.READ_PAGES;
    return yield* this.transfer(operation, slot, frames, FLEXPAGE_WRITE, payer);
  }

  /** Writes frames to neighbouring slots. False on an error of the medium. */
  *write(slot: number, frames: readonly number[], payer: Counters): Op<boolean> {
    const operation = frames.length === 1 ? DriverRequest.WRITE_PAGE : DriverRequest.WRITE_PAGES;
    return yield* this.transfer(operation, slot, frames, 0, payer);
  }

  private *transfer(operation: number, slot: number, frames: readonly number[], access: number, payer: Counters): Op<boolean> {
    const words = frames.length === 1 ? [operation, 0, slot] : [operation, 0, slot, frames.length];
    const pages = frames.map((frame, index) => ({ hotSpot: index * 4096, fpage: flexpage(frame * 4096, 12, access) }));
    const answer = yield* call(this.driver!, { words, pages });
    payer.count("messages", 2);
    payer.count("words", words.length + 2 * pages.length + answer.words.length);
    return answer.error === 0 && answer.words[0] === DriverStatus.OK;
  }
}
