/**
 * Packed operations that move lanes to other places: packing, interleaving, shuffling.
 *
 * Layer beneath: lanes.ts. Source: Intel SDM vol. 2. Results are put together on a stage, because both operands may be
 * the same register.
 */
import { createStage, type Lanes, type PackedOperation, type PackedTable } from "./lanes.ts";

export function createShuffles(lanes: Lanes) {
  const { words: R, halves: U16, signedHalves: S16, bytes: U8 } = lanes;
  const stage = createStage();
  const { words: stageWords, halves: stageHalves, bytes: stageBytes } = stage;

  function commit(destination: number, bytes: number): void {
    for (let word = bytes >> 2; --word >= 0; ) R[destination + word] = stageWords[word]!;
  }

  /** Halves to bytes, first those of the destination. */
  const packHalves =
    (low: number, high: number): PackedOperation =>
    (d, s, bytes) => {
      const lanesOfOne = bytes >> 1;
      for (let lane = 0; lane < bytes; lane++) {
        const value = lane < lanesOfOne ? S16[d * 2 + lane]! : S16[s * 2 + lane - lanesOfOne]!;
        stageBytes[lane] = value < low ? low : value > high ? high : value;
      }
      commit(d, bytes);
    };
  const packWords: PackedOperation = (d, s, bytes) => {
    const lanesOfOne = bytes >> 2;
    for (let lane = 0; lane < bytes >> 1; lane++) {
      const value = lane < lanesOfOne ? R[d + lane]! : R[s + lane - lanesOfOne]!;
      stageHalves[lane] = value < -0x8000 ? -0x8000 : value > 0x7fff ? 0x7fff : value;
    }
    commit(d, bytes);
  };

  /** Lanes of `size` bytes, alternately of destination and source, from their low or high halves. */
  const interleave =
    (size: number, isHigh: boolean): PackedOperation =>
    (d, s, bytes) => {
      const start = isHigh ? bytes >> 1 : 0;
      for (let at = 0; at < bytes >> 1; at += size) {
        for (let byte = 0; byte < size; byte++) {
          stageBytes[2 * at + byte] = U8[d * 4 + start + at + byte]!;
          stageBytes[2 * at + size + byte] = U8[s * 4 + start + at + byte]!;
        }
      }
      commit(d, bytes);
    };

  const shuffleWords: PackedOperation = (d, s, bytes, immediate) => {
    for (let lane = 0; lane < 4; lane++) stageWords[lane] = R[s + ((immediate >> (2 * lane)) & 3)]!;
    commit(d, bytes);
  };
  /** Shuffles four halves, those from `start` on, and copies the others. */
  const shuffleHalves =
    (start: number): PackedOperation =>
    (d, s, bytes, immediate) => {
      for (let lane = 0; lane < bytes >> 1; lane++) stageHalves[lane] = U16[s * 2 + lane]!;
      for (let lane = 0; lane < 4; lane++) stageHalves[start + lane] = U16[s * 2 + start + ((immediate >> (2 * lane)) & 3)]!;
      commit(d, bytes);
    };
  const shuffleSingles: PackedOperation = (d, s, bytes, immediate) => {
    for (let lane = 0; lane < 4; lane++) {
      stageWords[lane] = R[(lane < 2 ? d : s) + ((immediate >> (2 * lane)) & 3)]!;
    }
    commit(d, bytes);
  };
  const shuffleDoubles: PackedOperation = (d, s, bytes, immediate) => {
    const first = d + (immediate & 1) * 2;
    const second = s + ((immediate >> 1) & 1) * 2;
    stageWords[0] = R[first]!;
    stageWords[1] = R[first + 1]!;
    stageWords[2] = R[second]!;
    stageWords[3] = R[second + 1]!;
    commit(d, bytes);
  };

  return {
    packsswb: packHalves(-0x80, 0x7f),
    packuswb: packHalves(0, 0xff),
    packssdw: packWords,
    punpcklbw: interleave(1, false),
    punpcklwd: interleave(2, false),
    punpckldq: interleave(4, false),
    punpcklqdq: interleave(8, false),
    punpckhbw: interleave(1, true),
    punpckhwd: interleave(2, true),
    punpckhdq: interleave(4, true),
    punpckhqdq: interleave(8, true),
    unpcklps: interleave(4, false),
    unpcklpd: interleave(8, false),
    unpckhps: interleave(4, true),
    unpckhpd: interleave(8, true),
    pshufw: shuffleHalves(0),
    pshuflw: shuffleHalves(0),
    pshufhw: shuffleHalves(4),
    pshufd: shuffleWords,
    shufps: shuffleSingles,
    shufpd: shuffleDoubles,
  } satisfies PackedTable;
}
