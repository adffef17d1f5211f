/**
 * A bounded first-in first-out queue of bytes: pipes, terminal input and output.
 */
export class ByteQueue {
  readonly capacity: number;
  private readonly chunks: Uint8Array[] = [];
  /** Bytes of chunks[0] that were taken already. */
  private taken = 0;
  private size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.size;
  }

  get room(): number {
    return this.capacity - this.size;
  }

  /** Appends a copy of as much as there is room for; returns how many bytes. */
  put(data: Uint8Array): number {
    const count = Math.min(this.room, data.length);
    if (count <= 0) return 0;
    this.chunks.push(data.slice(0, count));
    this.size += count;
    return count;
  }

  /** Removes and returns up to `count` bytes. */
  take(count: number): Uint8Array {
    const result = new Uint8Array(Math.min(count, this.size));
    let filled = 0;
    while (filled < result.length) {
      const chunk = this.chunks[0]!;
      const part = chunk.subarray(this.taken, this.taken + result.length - filled);
      result.set(part, filled);
      filled += part.length;
      this.taken += part.length;
      if (this.taken === chunk.length) {
        this.chunks.shift();
        this.taken = 0;
      }
    }
    this.size -= filled;
    return result;
  }

  clear(): void {
    this.chunks.length = 0;
    this.taken = 0;
    this.size = 0;
  }
}
