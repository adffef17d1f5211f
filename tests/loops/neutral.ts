/**
 * Statements that leave the arithmetic flags as they are: moves and address arithmetic, which keep the data changing, and work on x87, MMX
 * and XMM registers. Those of the x87 unit leave its stack as high as it was.
 */
import { littleEndian } from "../programs/assembler.ts";
import { EAX, EDX, type Writer } from "./writer.ts";

type Statement = (w: Writer) => void;

/** Values on the x87 stack. */
export const X87_DEPTH = 4;

/** LEA r,[r + r * scale + constant]: data never settle. */
function stir(w: Writer): void {
  const register = w.register();
  const displacement = littleEndian(w.random.next(), 4);
  w.emit(0x8d, 0x84 | (register << 3), (w.random.below(4) << 6) | (w.register() << 3) | register, ...displacement);
}

const MOVES: readonly Statement[] = [
  stir,
  stir,
  stir,
  (w) => w.emit(0x8b, ...w.operand(w.register(), 4)),
  (w) => w.emit(0x89, ...w.memory(w.register(), 4)),
  (w) => {
    const size = w.size();
    w.emit(...w.prefix(size), size === 1 ? 0x88 : 0x89, ...w.memory(w.register(size), size));
  },
  (w) => w.emit(0x0f, w.random.pick([0xb6, 0xbe]), ...w.operand(w.register(), 1)),
  (w) => w.emit(0x0f, w.random.pick([0xb7, 0xbf]), ...w.operand(w.register(), 2)),
  (w) => w.emit(0x0f, 0xc8 | w.register()),
  (w) => w.emit(0x87, ...w.operand(w.register(), 4)),
  (w) => w.emit(0xf7, ...w.operand(2, 4)),
  (w) => w.emit(w.random.pick([0x98, 0x99])),
  (w) => w.emit(0xb8 | w.register(), ...littleEndian(w.random.value(), 4)),
  (w) => {
    w.emit(0x50 | w.register());
    w.emit(0x58 | w.register());
  },
  (w) => w.mix(w.register()),
];

const st = (w: Writer, from = 0): number => from + w.random.below(X87_DEPTH - from);

const X87: readonly Statement[] = [
  (w) => w.emit(0xd8, w.random.pick([0xc0, 0xc8, 0xe0, 0xe8, 0xf0]) | st(w)),
  (w) => w.emit(0xdc, w.random.pick([0xc0, 0xc8, 0xe0, 0xe8]) | st(w)),
  (w) => w.emit(0xd9, 0xc8 | st(w, 1)),
  (w) => w.emit(0xd9, w.random.pick([0xe0, 0xe1, 0xfa, 0xfc])),
  // FLD m32 or m64, FADDP or FMULP.
  (w) => {
    const isDouble = w.random.chance(50);
    w.emit(isDouble ? 0xdd : 0xd9, ...w.memory(0, isDouble ? 8 : 4));
    w.emit(0xde, w.random.pick([0xc0, 0xc8, 0xe8]) | st(w, 1));
  },
  // FSTP ST(0), FILD: an ordinary number again.
  (w) => {
    w.emit(0xdd, 0xd8);
    w.emit(0xdb, ...w.memory(0, 4));
  },
  (w) => {
    w.emit(0xdb, ...w.memory(0, 4));
    w.emit(0xdd, 0xd8 | st(w, 1));
  },
  // FLD ST(i), FSTP m64 or FISTP m32.
  (w) => {
    w.emit(0xd9, 0xc0 | st(w));
    if (w.random.chance(60)) w.emit(0xdd, ...w.memory(3, 8));
    else w.emit(0xdb, ...w.memory(3, 4));
  },
  // FNSTSW AX.
  (w) => {
    w.emit(0xd8, 0xd0 | st(w));
    w.emit(0xdf, 0xe0);
    w.mix(EAX);
  },
];

const xmm = (w: Writer): number => w.random.below(8);
const pair = (w: Writer): number => 0xc0 | (xmm(w) << 3) | xmm(w);

/** CVTSI2SD or CVTSI2SS: an ordinary number. */
function tame(w: Writer): void {
  w.emit(w.random.pick([0xf2, 0xf3]), 0x0f, 0x2a, 0xc0 | (xmm(w) << 3) | w.register());
}

const VECTOR: readonly Statement[] = [
  (w) => w.emit(0x66, 0x0f, w.random.pick([0xfe, 0xfa, 0xef, 0xdb, 0xeb, 0xd4, 0x62, 0x75, 0x66]), pair(w)),
  (w) => w.emit(0x66, 0x0f, 0x70, pair(w), w.random.below(256)),
  (w) => w.emit(w.random.pick([0xf2, 0xf3]), 0x0f, w.random.pick([0x58, 0x59, 0x5c, 0x5e, 0x51]), pair(w)),
  (w) => w.emit(0x0f, w.random.pick([0x58, 0x59, 0x5c, 0x28]), pair(w)),
  (w) => w.emit(0x66, 0x0f, 0x6e, 0xc0 | (xmm(w) << 3) | w.register()),
  (w) => w.emit(0xf3, 0x0f, w.random.pick([0x6f, 0x7f]), ...w.memory(xmm(w), 16)),
  (w) => w.emit(0xf2, 0x0f, w.random.pick([0x10, 0x11, 0x58, 0x59]), ...w.memory(xmm(w), 8)),
  tame,
  tame,
  (w) => {
    w.emit(0x66, 0x0f, 0xd7, 0xc0 | (EDX << 3) | xmm(w));
    w.mix(EDX);
  },
  (w) => {
    tame(w);
    w.emit(0xf2, 0x0f, 0x2c, 0xc0 | (EDX << 3) | xmm(w));
    w.mix(EDX);
  },
];

const MMX: readonly Statement[] = [
  (w) => w.emit(0x0f, w.random.pick([0xfc, 0xfd, 0xfe, 0xef, 0xd4, 0x62, 0x75, 0xf9]), pair(w)),
  (w) => w.emit(0x0f, 0x6e, 0xc0 | (xmm(w) << 3) | w.register()),
  (w) => w.emit(0x0f, w.random.pick([0x6f, 0x7f]), ...w.memory(xmm(w), 8)),
  (w) => {
    w.emit(0x0f, 0x7e, 0xc0 | (xmm(w) << 3) | EDX);
    w.mix(EDX);
  },
];

/** A statement that leaves the flags. */
export function neutral(w: Writer): void {
  const { x87, vector, mmx } = w.units;
  const tables = [MOVES, ...(x87 ? [X87] : []), ...(vector ? [VECTOR] : []), ...(mmx ? [MMX] : [])];
  w.part(() => w.random.pick(w.random.pick(tables))(w));
}

/** Some of them. */
export function someNeutral(w: Writer, most: number): void {
  const length = w.random.below(most + 1);
  for (let count = 0; count < length; count++) neutral(w);
}

/** Puts numbers into the units' registers. */
export function beginUnits(w: Writer): void {
  if (w.units.x87) for (let count = 0; count < X87_DEPTH; count++) w.emit(0xdb, ...w.memory(0, 4));
  for (let register = 0; register < 8; register++) {
    if (w.units.vector) w.emit(0xf3, 0x0f, 0x6f, ...w.memory(register, 16));
    if (w.units.mmx) w.emit(0x0f, 0x6f, ...w.memory(register, 8));
  }
}
