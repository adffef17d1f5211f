/**
 * What the processor says of itself by CPUID (Intel SDM vol. 2, CPUID): names and numbers of a Pentium M, with the
 * features
 * that are there. The operating system shows the same to programs.
 */

/** Features of leaf 1: name in Linux's spelling, and bit of EDX. */
const FEATURES = [
  ["fpu", 0],
  ["tsc", 4],
  ["cx8", 8],
  ["cmov", 15],
  ["clflush", 19],
  ["mmx", 23],
  ["fxsr", 24],
  ["sse", 25],
  ["sse2", 26],
] as const;

const LINE_BYTES = 64;

export const IDENTITY = {
  vendor: "GenuineIntel",
  family: 6,
  model: 13,
  stepping: 6,
  name: "Lites/L3 emulated i686 processor",
  features: FEATURES.map(([name]): string => name),
  /** EDX of leaf 1; programs also get it as AT_HWCAP. */
  capabilities: FEATURES.reduce((bits, [, bit]) => bits | (1 << bit), 0),
  lastLeaf: 2,
  cacheLineBytes: LINE_BYTES,
} as const;

type Registers = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** Four bytes of a text as a register holds them. */
function word(text: string, at: number): number {
  let value = 0;
  for (let byte = 0; byte < 4; byte++) value |= (text.charCodeAt(at + byte) || 0) << (byte * 8);
  return value;
}

function texts(text: string, at: number): Registers {
  return [word(text, at), word(text, at + 4), word(text, at + 8), word(text, at + 12)];
}

const { vendor, family, model, stepping, name, capabilities, lastLeaf } = IDENTITY;
const LAST_EXTENDED_LEAF = 0x80000004;

/**
 * Descriptors of a Pentium M's caches: 32 KB for code and data each, 2 MB behind them; lines of 64 bytes, eight ways.
 * C libraries
 * derive from them how they copy.
 */
const CACHES: Registers = [0x02b3b001, 0xf0, 0, 0x2c04307d];

const LEAVES: ReadonlyMap<number, Registers> = new Map<number, Registers>([
  [0, [lastLeaf, word(vendor, 0), word(vendor, 8), word(vendor, 4)]],
  [1, [(family << 8) | (model << 4) | stepping, (LINE_BYTES / 8) << 8, 0, capabilities]],
  [lastLeaf, CACHES],
  [0x80000000, [LAST_EXTENDED_LEAF, 0, 0, 0]],
  [0x80000001, [0, 0, 0, 0]],
  [0x80000002, texts(name, 0)],
  [0x80000003, texts(name, 16)],
  [LAST_EXTENDED_LEAF, texts(name, 32)],
]);

/** What CPUID leaves in EAX, EBX, ECX and EDX. Unknown leaves give those of the last basic one. */
export function identify(leaf: number): Registers {
  return LEAVES.get(leaf >>> 0) ?? CACHES;
}
