/**
 * Shifts of packed integers.
 *
 * Layer beneath: lanes.ts. Source: Intel SDM vol. 2. Counts beyond the lane's width give zeros, or copies of the sign.
 */
import type { UserMnemonic } from "../instruction-set/instruction-set.ts";
import type { Lanes, PackedOperation } from "./lanes.ts";

/** @param count any number from 0; bytes for the shifts of a whole register */
export type PackedShift = (destination: number, count: number, bytes: number) => void;

type ShiftTable = Readonly<Partial<Record<UserMnemonic, PackedShift>>>;

/** Any count that exceeds all lanes. */
const BEYOND = 255;

export function createShifts(lanes: Lanes) {
  const { words: R, halves: U16, signedHalves: S16, bytes: U8 } = lanes;

  function clear(destination: number, bytes: number): void {
    R.fill(0, destination, destination + (bytes >> 2));
  }

  return {
    psllw(d, count, bytes): void {
      if (count > 15) return clear(d, bytes);
      for (let lane = d * 2; lane < d * 2 + (bytes >> 1); lane++) U16[lane] = U16[lane]! << count;
    },
    psrlw(d, count, bytes): void {
      if (count > 15) return clear(d, bytes);
      for (let lane = d * 2; lane < d * 2 + (bytes >> 1); lane++) U16[lane] = U16[lane]! >> count;
    },
    psraw(d, count, bytes): void {
      const shift = count > 15 ? 15 : count;
      for (let lane = d * 2; lane < d * 2 + (bytes >> 1); lane++) S16[lane] = S16[lane]! >> shift;
    },
    pslld(d, count, bytes): void {
      if (count > 31) return clear(d, bytes);
      for (let lane = d; lane < d + (bytes >> 2); lane++) R[lane] = R[lane]! << count;
    },
    psrld(d, count, bytes): void {
      if (count > 31) return clear(d, bytes);
      for (let lane = d; lane < d + (bytes >> 2); lane++) R[lane] = R[lane]! >>> count;
    },
    psrad(d, count, bytes): void {
      const shift = count > 31 ? 31 : count;
      for (let lane = d; lane < d + (bytes >> 2); lane++) R[lane] = R[lane]! >> shift;
    },
    psllq(d, count, bytes): void {
      if (count > 63) return clear(d, bytes);
      if (count === 0) return;
      for (let lane = d; lane < d + (bytes >> 2); lane += 2) {
        const low = R[lane]!;
        R[lane + 1] = count > 31 ? low << (count - 32) : (R[lane + 1]! << count) | (low >>> (32 - count));
        R[lane] = count > 31 ? 0 : low << count;
      }
    },
    psrlq(d, count, bytes): void {
      if (count > 63) return clear(d, bytes);
      if (count === 0) return;
      for (let lane = d; lane < d + (bytes >> 2); lane += 2) {
        const high = R[lane + 1]!;
        R[lane] = count > 31 ? high >>> (count - 32) : (R[lane]! >>> count) | (high << (32 - count));
        R[lane + 1] = count > 31 ? 0 : high >>> count;
      }
    },
    pslldq(d, count, bytes): void {
      const shift = count > bytes ? bytes : count;
      U8.copyWithin(d * 4 + shift, d * 4, d * 4 + bytes - shift);
      U8.fill(0, d * 4, d * 4 + shift);
    },
    psrldq(d, count, bytes): void {
      const shift = count > bytes ? bytes : count;
      U8.copyWithin(d * 4, d * 4 + shift, d * 4 + bytes);
      U8.fill(0, d * 4 + bytes - shift, d * 4 + bytes);
    },
  } satisfies ShiftTable;
}

/** The form whose count is the low half of another operand. */
export function countedByOperand(lanes: Lanes, shift: PackedShift): PackedOperation {
  const beyond = BEYOND;
  const R = lanes.words;
  return (destination, source, bytes) => {
    const low = R[source]!;
    shift(destination, R[source + 1] === 0 && low >= 0 && low < beyond ? low : beyond, bytes);
  };
}
