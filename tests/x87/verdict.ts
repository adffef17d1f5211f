/**
 * Compares the emulated unit's response with the processor's.
 *
 * Everything the manual defines must be equal bit for bit; transcendental results as ../hardware/tolerance.ts says, and so in whether
 * they rounded up. Instruction pointers are not compared: recent processors record
 * them in another way than the Pentium Pro.
 */
import type { KnownHost } from "../hardware/host.ts";
import { areTranscendentals, transcendentalResults } from "../hardware/tolerance.ts";
import { FLAGS_AFTER, IMAGE_BYTES, isEmptyEntry, OPERAND_BYTES, stackEntry, TRAILER, word } from "./record.ts";

const C1 = 0x200;
const UE = 0x10;

/** @param host whose response is expected; @returns what differs, or undefined */
export function difference(request: Uint8Array, expected: Uint8Array, actual: Uint8Array, host: KnownHost): string | undefined {
  const modrm = request[TRAILER + 1]!;
  const results = transcendentalResults(request[TRAILER]!, modrm);
  const isApproximate = results.length > 0;
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
    if (!isEqual && !(results.includes(i) && areTranscendentals(host, modrm, stackEntry(request, 0), a, b))) return `ST(${i})`;
  }
  if (!isApproximate && word(expected, 8) !== word(actual, 8)) return "tag word";
  const isEnvironment = modrm < 0xc0 && [0x0e, 0x2e].includes((request[TRAILER]! << 3) | (modrm >> 3));
  for (let i = 0; i < OPERAND_BYTES - 2; i++) {
    if (isEnvironment && i >= 12 && i < 28) continue;
    if (expected[IMAGE_BYTES + i] !== actual[IMAGE_BYTES + i]) return `memory byte ${i}`;
  }
  if (word(expected, FLAGS_AFTER) !== word(actual, FLAGS_AFTER)) return "EFLAGS";
  if (word(expected, TRAILER + 2) !== word(actual, TRAILER + 2)) return "AX";
  return undefined;
}
