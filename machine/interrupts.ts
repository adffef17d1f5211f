/**
 * Interrupt lines of the machine. Devices raise them, the kernel takes them at safe points.
 *
 * A line is level-like: raised while pending, masked by the kernel from delivery until the driver
 * waits for it again.
 */

export const INTERRUPT_LINES = 16;

/** Which device drives which line. */
export const InterruptLine = { DISK: 1, CHANNELS: 2 } as const;

export class InterruptController {
  /** Bit n: line n is raised and not yet taken. */
  pending = 0;

  raise(line: number): void {
    this.pending |= 1 << line;
  }

  /** Takes one line back (the kernel delivered it). */
  clear(line: number): void {
    this.pending &= ~(1 << line);
  }
}
