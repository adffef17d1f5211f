/**
 * Instructions before and after the one in question. Engines that look at whole blocks compute flags only where
 * something reads them; so flags come from an instruction before, are read behind, or are overwritten there unread.
 */
import { CONDITIONS } from "#machine/cpu/instruction-set/row.ts";
import type { Random } from "./random.ts";

const CF = 1;
const PF = 4;
const ZF = 64;
const SF = 128;
const OF = 2048;
/** Flags that each pair of conditions reads. */
const READ_BY_CONDITION = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, SF | OF | ZF];

/** Bytes that set flags in a way of their own and change nothing else. */
export function leader(random: Random): number[] {
  const registers = 0xc0 | random.below(64);
  return random.pick([[0x39, registers], [0x38, registers], [0x85, registers], [0x3d, ...bytes(random.value())], [0xf9], [0xf8]]);
}

function bytes(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

/** Something that reads only flags outside `undefinedFlags`, or overwrites them all. */
export function follower(random: Random, undefinedFlags: number): number[] {
  if (random.chance(30)) return [random.pick([0x39, 0x85]), 0xc0 | random.below(64)];
  if (undefinedFlags === 0 && random.chance(40)) {
    // LAHF with SETO, ADC, INC, RCL.
    return random.pick([
      [0x9f, 0x0f, 0x90, 0xc0],
      [0x11, 0xc0 | random.below(64)],
      [0x40 | random.below(8)],
      [0xd1, 0xd0 | random.below(8)],
    ]);
  }
  const usable = CONDITIONS.map((_, cc) => cc).filter((cc) => (READ_BY_CONDITION[cc >> 1]! & undefinedFlags) === 0);
  if (usable.length === 0) return [0x90];
  const cc = random.pick(usable);
  return random.pick([
    [0x0f, 0x90 | cc, 0xc0 | random.below(8)],
    [0x0f, 0x40 | cc, 0xc0 | random.below(64)],
    [0x70 | cc, 1 + random.below(100)],
  ]);
}
