/**
 * Compares the emulated unit's response with the processor's.
 *
 * Everything the manual defines must be equal bit for bit; transcendental functions may differ by one unit in the last
 * place, and so in whether they rounded up. Instruction pointers are not compared: recent processors record
 * them in another way than the Pentium Pro.
 */
import { type Extended, FLAGS_AFTER, IMAGE_BYTES, isEmptyEntry, OPERAND_BYTES, stackEntry, TRAILER, word } from "./record.ts";

/** F2XM1, FYL2X, FPTAN, FPATAN (D9 F0…F3), FYL2XP1, FSINCOS, FSIN, FCOS (D9 F9, FB, FE, FF). */
function isTranscendental(request: Uint8Array): boolean {
  const modrm = request[TRAILER + 1]!;
  return request[TRAILER] === 1 && [0xf0, 0xf1, 0xf2, 0xf3, 0xf9, 0xfb, 0xfe, 0xff].includes(modrm);
}

const C1 = 0x200;
const UE = 0x10;

function isClose(a: Extended, b: Extended): boolean {
  if ((a.signExponent & 0x8000) !== (b.signExponent & 0x8000)) return false;
  const difference = ordinal(a) - ordinal(b);
  return difference >= -1n && difference <= 1n;
}

/** Number of the value among all of its sign, in order of magnitude. */
function ordinal(value: Extended): bigint {
  return (BigInt(value.signExponent & 0x7fff) << 63n) + (value.significand & ((1n << 63n) - 1n));
}

/** @returns what differs, or undefined */
export function difference(request: Uint8Array, expected: Uint8Array, actual: Uint8Array): string | undefined {
  const isApproximate = isTranscendental(request);
  if (expected[TRAILER] !== actual[TRAILER]) return "fault";
  if (expected[TRAILER] !== 0) return undefined;
  if (word(expected, 0) !== word(actual, 0)) return "control word";
  const isOnUnderflowBorder = (stackEntry(expected, 0).signExponent & 0x7fff) <= 1;
  const statusMask = isApproximate ? ~(C1 | (isOnUnderflowBorder ? UE : 0)) : ~0;
  if ((word(expected, 4) & statusMask) !== (word(actual, 4) & statusMask)) return "status word";
  for (let i = 0; i < 8; i++) {
    if (isEmptyEntry(expected, i) !== isEmptyEntry(actual, i)) return `tag of ST(${i})`;
    if (isEmptyEntry(expected, i)) continue;
    const a = stackEntry(expected, i);
    const b = stackEntry(actual, i);
    const isEqual = a.signExponent === b.signExponent && a.significand === b.significand;
    if (!isEqual && !(isApproximate && isClose(a, b))) return `ST(${i})`;
  }
  if (!isApproximate && word(expected, 8) !== word(actual, 8)) return "tag word";
  const isEnvironment = request[TRAILER + 1]! < 0xc0 && [0x0e, 0x2e].includes((request[TRAILER]! << 3) | (request[TRAILER + 1]! >> 3));
  for (let i = 0; i < OPERAND_BYTES - 2; i++) {
    if (isEnvironment && i >= 12 && i < 28) continue;
    if (expected[IMAGE_BYTES + i] !== actual[IMAGE_BYTES + i]) return `memory byte ${i}`;
  }
  if (word(expected, FLAGS_AFTER) !== word(actual, FLAGS_AFTER)) return "EFLAGS";
  if (word(expected, TRAILER + 2) !== word(actual, TRAILER + 2)) return "AX";
  return undefined;
}
