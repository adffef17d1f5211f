/**
 * Random numbers from a text: the same ones for the same text, in live runs and in replays.
 *
 * Layer beneath: none. Sources: Fowler, Noll, Vo (FNV-1a hash); Marsaglia, "Xorshift RNGs" (2003).
 */

/** @returns a function whose results are uniform in [0, 1) */
export function seededRandom(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) hash = Math.imul(hash ^ byte, 0x01000193);
  let state = hash === 0 ? 1 : hash;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
