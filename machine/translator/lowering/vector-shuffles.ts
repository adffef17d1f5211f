/**
 * Interleaving and shuffling in XMM registers: the bytes of the result by their numbers in destination (0…15) and
 * source
 * (16…31). Source: Intel SDM vol. 2.
 *
 * Layer beneath: vector-operands.ts.
 */
import type { LoweringMap } from "./lowering.ts";
import { shuffled } from "./vector-operands.ts";

const SOURCE = 16;

/** The bytes of lanes of `size` bytes, which are named by the number of their first byte. */
function lanes(size: number, starts: readonly number[]): number[] {
  return starts.flatMap((start) => Array.from({ length: size }, (_, byte) => start + byte));
}

/** Lanes alternately of destination and source, from byte `from` on. */
function interleaved(size: number, from: number): readonly number[] {
  const starts = Array.from({ length: 8 / size }, (_, lane) => from + lane * size);
  return lanes(
    size,
    starts.flatMap((start) => [start, start + SOURCE]),
  );
}

/** Two bits of an immediate, by which four lanes are chosen. */
function choices(immediate: number): number[] {
  return [0, 1, 2, 3].map((lane) => (immediate >> (2 * lane)) & 3);
}

const LOW_HALF = lanes(8, [SOURCE]);
const HIGH_HALF = lanes(8, [SOURCE + 8]);

function shuffledHalves(immediate: number, start: number): number[] {
  return lanes(
    2,
    choices(immediate).map((choice) => start + 2 * choice),
  );
}

/** In MMX registers the upper half starts at byte 4, and the result is the low half of the bytes. */
const unpackLow = (size: number) => shuffled(() => interleaved(size, 0));
const unpackHigh = (size: number) => shuffled((_immediate, isMmx) => interleaved(size, isMmx ? 4 : 8));

export const vectorShuffleLowerings = {
  punpcklbw: unpackLow(1),
  punpcklwd: unpackLow(2),
  punpckldq: unpackLow(4),
  punpcklqdq: unpackLow(8),
  punpckhbw: unpackHigh(1),
  punpckhwd: unpackHigh(2),
  punpckhdq: unpackHigh(4),
  punpckhqdq: unpackHigh(8),
  unpcklps: unpackLow(4),
  unpcklpd: unpackLow(8),
  unpckhps: unpackHigh(4),
  unpckhpd: unpackHigh(8),
  pshufd: shuffled((immediate) =>
    lanes(
      4,
      choices(immediate).map((choice) => SOURCE + 4 * choice),
    ),
  ),
  pshufw: shuffled((immediate) => [...shuffledHalves(immediate, SOURCE), ...HIGH_HALF]),
  pshuflw: shuffled((immediate) => [...shuffledHalves(immediate, SOURCE), ...HIGH_HALF]),
  pshufhw: shuffled((immediate) => [...LOW_HALF, ...shuffledHalves(immediate, SOURCE + 8)]),
  shufps: shuffled((immediate) =>
    lanes(
      4,
      choices(immediate).map((choice, lane) => 4 * choice + (lane < 2 ? 0 : SOURCE)),
    ),
  ),
  shufpd: shuffled((immediate) => lanes(8, [8 * (immediate & 1), SOURCE + 8 * ((immediate >> 1) & 1)])),
} satisfies LoweringMap;
