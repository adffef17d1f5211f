/** Why a page or a frame is not to be had: FaultRefusal.NO_MEMORY or FaultRefusal.IO. */
import { FaultRefusal } from "#kernel/abi/page-fault.ts";

export class Refusal {
  readonly reason: number;

  private constructor(reason: number) {
    this.reason = reason;
  }

  static readonly noMemory = new Refusal(FaultRefusal.NO_MEMORY);
  static readonly io = new Refusal(FaultRefusal.IO);
}
