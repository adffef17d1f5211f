/**
 * A bounded first-in first-out queue of bytes: pipes, terminal input and output. A ring, allocated at the first use.
 */
export class ByteQueue {
  private bound: number;
  private ring = new Uint8Array(0);
  private head = 0;
  private size = 0;

  constructor(capacity: number) {
    this.bound = capacity;
  }

  get capacity(): number {
    return this.bound;
  }

  /** Changes the bound, which is not below what the queue holds; that stays. */
  resize(capacity: number): void {
    const content = this.take(this.size);
    this.ring = new Uint8Array(0);
    this.bound = capacity;
    this.head = 0;
    if (content.length > 0) this.put(content);
  }

  get length(): number {
    return this.size;
  }

  get room(): number {
    return this.capacity - this.size;
  }

  /** Appends as much as there is room for; returns how many bytes. */
  put(data: Uint8Array): number {
    const count = Math.min(this.room, data.length);
    if (this.ring.length === 0) this.ring = new Uint8Array(this.capacity);
    const tail = (this.head + this.size) % this.capacity;
    const first = Math.min(count, this.capacity - tail);
    copyBytes(data, 0, this.ring, tail, first);
    copyBytes(data, first, this.ring, 0, count - first);
    this.size += count;
    return count;
  }

  /** Removes and returns up to `count` bytes. */
  take(count: number): Uint8Array {
    const length = Math.min(count, this.size);
    const result = new Uint8Array(length);
    const first = Math.min(length, this.capacity - this.head);
    copyBytes(this.ring, this.head, result, 0, first);
    copyBytes(this.ring, 0, result, first, length - first);
    this.size -= length;
    this.head = this.size === 0 ? 0 : (this.head + length) % this.capacity;
    return result;
  }

  clear(): void {
    this.head = 0;
    this.size = 0;
  }
}

/** Below this many bytes a loop is faster than making views for a block copy. */
const SHORT_COPY = 48;

function copyBytes(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, count: number): void {
  if (count <= SHORT_COPY) for (let index = 0; index < count; index++) to[toAt + index] = from[fromAt + index]!;
  else to.set(from.subarray(fromAt, fromAt + count), toAt);
}
