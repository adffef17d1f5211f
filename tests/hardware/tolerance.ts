/**
 * Results that manuals define up to an error only: approximations of SSE and transcendental functions of the x87.
 *
 * Sources: Intel SDM vol. 1, 8.3.8 (π) and 8.3.10 (accuracy); SDM vol. 2 and AMD APM vol. 4, RCPPS and RSQRTPS.
 */
import type { KnownHost } from "./host.ts";

/** An 80-bit value: sign and exponent, significand. */
export interface Extended {
  signExponent: number;
  significand: bigint;
}

/** |relative error| of RCP and RSQRT. */
const APPROXIMATION_ERROR = 1.5 * 2 ** -12;
/** Reciprocals of greater numbers may be tiny, and tiny results may be 0. */
const SMALLEST_NORMAL = 2 ** -126;

const asFloat = new Float32Array(1);
const asWord = new Uint32Array(asFloat.buffer);

function float(word: number): number {
  asWord[0] = word;
  return asFloat[0]!;
}

/** Whether two single-precision results of RCP or RSQRT are both within the error of one value. */
export function areApproximations(one: number, other: number): boolean {
  if (one === other) return true;
  const [a, b] = [float(one), float(other)];
  if (!Number.isFinite(a) || !Number.isFinite(b) || (one ^ other) >>> 31 !== 0) return false;
  const greater = Math.max(Math.abs(a), Math.abs(b));
  if ((a === 0 || b === 0) && greater <= SMALLEST_NORMAL * (1 + 2 * APPROXIMATION_ERROR)) return true;
  return Math.abs(a - b) <= 2 * APPROXIMATION_ERROR * greater;
}

/** Functions by the byte behind D9. */
const F2XM1 = 0xf0;
const FYL2X = 0xf1;
const FPTAN = 0xf2;
const FPATAN = 0xf3;
const FYL2XP1 = 0xf9;
const FSINCOS = 0xfb;
const FSIN = 0xfe;
const FCOS = 0xff;
const ESCAPE = 1;
const FIRST: readonly number[] = [0];
/** Registers of the stack that have results; FPTAN puts 1 into ST(0). */
const RESULTS: ReadonlyMap<number, readonly number[]> = new Map([
  [F2XM1, FIRST],
  [FYL2X, FIRST],
  [FPTAN, [1]],
  [FPATAN, FIRST],
  [FYL2XP1, FIRST],
  [FSINCOS, [0, 1]],
  [FSIN, FIRST],
  [FCOS, FIRST],
]);
const NONE: readonly number[] = [];

/** The registers ST(i) that an instruction fills with transcendental results. @param opcode its low three bits count */
export function transcendentalResults(opcode: number, modrm: number): readonly number[] {
  return (opcode & 7) === ESCAPE ? (RESULTS.get(modrm) ?? NONE) : NONE;
}

const BIAS = 16383;
const FRACTION_BITS = 63;
const EXPONENT = 0x7fff;
const FAR_APART = 256;

/** Number of a value among all of its sign, in order of magnitude. */
function ordinal({ signExponent, significand }: Extended): bigint {
  return (BigInt(signExponent & EXPONENT) << BigInt(FRACTION_BITS)) + (significand & ((1n << BigInt(FRACTION_BITS)) - 1n));
}

function isNeighbour(a: Extended, b: Extended): boolean {
  if ((a.signExponent & 0x8000) !== (b.signExponent & 0x8000)) return false;
  const difference = ordinal(a) - ordinal(b);
  return difference >= -1n && difference <= 1n;
}

function valueOf({ signExponent, significand }: Extended): number {
  const magnitude = Number(significand) * 2 ** ((signExponent & EXPONENT) - BIAS - FRACTION_BITS);
  return signExponent >= 0x8000 ? -magnitude : magnitude;
}

/** |a - b|, exact but for the last rounding. */
function distance(a: Extended, b: Extended): number {
  const low = Math.min(a.signExponent & EXPONENT, b.signExponent & EXPONENT);
  const high = Math.max(a.signExponent & EXPONENT, b.signExponent & EXPONENT);
  if (high - low > FAR_APART) return Math.abs(valueOf(a) - valueOf(b));
  const scaled = ({ signExponent, significand }: Extended): bigint => {
    const magnitude = significand << BigInt((signExponent & EXPONENT) - low);
    return signExponent >= 0x8000 ? -magnitude : magnitude;
  };
  return Math.abs(Number(scaled(a) - scaled(b))) * 2 ** (low - BIAS - FRACTION_BITS);
}

/** |π / p - 1| for p, the 66 bits of π that Intel's processors reduce arguments by. */
const REDUCTION_ERROR = 1.2875e-21;

/** How far a function's value moves at most when its argument is reduced by better values of π. @param value of the function */
function reductionError(modrm: number, argument: number, value: number): number {
  const moved = Math.abs(argument) * REDUCTION_ERROR;
  if (modrm === FSIN || modrm === FCOS || modrm === FSINCOS) return moved * (Math.sqrt(Math.max(0, 1 - value * value)) + moved);
  if (modrm !== FPTAN) return 0;
  const steep = moved * Math.abs(value);
  return steep < 1 ? (moved * (1 + value * value)) / (1 - steep) : Infinity;
}

/**
 * Whether a transcendental result of the host agrees with ours.
 *
 * @param argument ST(0) before the instruction
 */
export function areTranscendentals(host: KnownHost, modrm: number, argument: Extended, expected: Extended, actual: Extended): boolean {
  if (isNeighbour(expected, actual)) return true;
  const isFinite = [argument, expected, actual].every(({ signExponent }) => (signExponent & EXPONENT) !== EXPONENT);
  if (host.maker !== "amd" || !isFinite) return false;
  const unit = 2 ** ((actual.signExponent & EXPONENT) - BIAS - FRACTION_BITS);
  return distance(expected, actual) <= unit + reductionError(modrm, valueOf(argument), valueOf(actual));
}
