/**
 * The entropy device: a generator of pseudo-random bytes, the same for the same seed.
 *
 * xoshiro128** seeded through splitmix32: good enough for a machine whose runs shall repeat; a host
 * that wants unpredictable bytes gives a seed from its own entropy. Not a cryptographic generator.
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021).
 */

export interface EntropySource {
  /** Fills the array with the next bytes. */
  fill(bytes: Uint8Array): void;
}

const rotateLeft = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

export class SeededEntropy implements EntropySource {
  private readonly state = new Int32Array(4);

  /** @param seed any text or number; equal seeds give equal bytes */
  constructor(seed: string | number) {
    // FNV-1a makes 32 bits of the seed's text; splitmix32 spreads them over the state.
    let hash = 0x811c9dc5;
    for (const character of String(seed)) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) | 0;
      let z = hash;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.state[i] = z ^ (z >>> 15);
    }
    if (this.state.every((word) => word === 0)) this.state[0] = 1;
  }

  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.next();
      for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
    }
  }

  private next(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9);
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }
}
