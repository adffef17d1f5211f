/**
 * Random numbers from a seed (Marsaglia's xorshift, 32 bits), and values at which instructions change their behaviour.
 */

const CORNERS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 9, 0x99];

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 1;
    for (let warm = 0; warm < 8; warm++) this.next();
  }

  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** A 32-bit value, often one at which instructions change their behaviour. */
  value(): number {
    if (this.chance(40)) return this.pick(CORNERS);
    return this.chance(30) ? this.next() & 0xff : this.next();
  }
}
