/**
 * Interrupt lines of the machine. Devices raise them, the kernel takes them at safe points.
 *
 * A device has a wire to a line and asserts it until its driver has looked at its registers. Several wires may lead
 * to one
 * line: it is pending as long as one of them is asserted, so nothing is lost when two devices interrupt at once. A
 * line can
 * also be raised for a moment (an edge): that is remembered until it is taken.
 */

export const INTERRUPT_LINES = 16;

/** Which device drives which line. */
export const InterruptLine = { DISK: 1, CHANNELS: 2 } as const;

export class InterruptController {
  /** Bit n: line n is raised and not yet taken. */
  pending = 0;
  /** How many wires to a line are asserted. */
  private readonly asserted = new Uint8Array(INTERRUPT_LINES);

  /** A device's connection to a line. */
  connect(line: number): InterruptWire {
    return new InterruptWire(this, line);
  }

  /** An edge. */
  raise(line: number): void {
    this.pending |= 1 << line;
  }

  /** Takes an edge back (the kernel delivered it). A line that a wire asserts stays pending. */
  clear(line: number): void {
    if (this.asserted[line] === 0) this.pending &= ~(1 << line);
  }

  /** Of wires only: one more, or one less, is asserted. */
  change(line: number, by: 1 | -1): void {
    this.asserted[line]! += by;
    if (by > 0) this.raise(line);
    else this.clear(line);
  }
}

export class InterruptWire {
  private readonly controller: InterruptController;
  private readonly line: number;
  private on = false;

  constructor(controller: InterruptController, line: number) {
    this.controller = controller;
    this.line = line;
  }

  set(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    this.controller.change(this.line, on ? 1 : -1);
  }
}
