/**
 * Signal sets: 64-bit integers, bit n - 1 for signal n. On the wire 8 bytes, little endian.
 */
export const SignalSet = {
  of(...signals: number[]): bigint {
    return signals.reduce((set, signal) => set | (1n << BigInt(signal - 1)), 0n);
  },

  has(set: bigint, signal: number): boolean {
    return ((set >> BigInt(signal - 1)) & 1n) !== 0n;
  },

  /** @param bytes at least 8 */
  fromBytes(bytes: Uint8Array): bigint {
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  },

  toBytes(set: bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, set), true);
    return bytes;
  },
};
