/**
 * The rows of MMX, SSE and SSE2: for every opcode after 0F the instructions without prefix and behind the mandatory
 * prefixes 66, F3 and F2. What has no row is an invalid opcode, SSE3 and later sets included.
 *
 * Part of the opcode table (opcodes.ts, which says what the operand codes mean). Source: Intel SDM vol. 2, appendix A;
 * which prefixes are refused was compared with a processor.
 */

/**
 * One encoding: rows by ModRM.reg, or one row; "A / B" is A with a memory operand and B with a register.
 * Row: mnemonic, space, operand codes.
 */
type Cell = string | readonly (string | undefined)[] | undefined;

/** Opcode, without prefix, 66, F3, F2. */
export type VectorRow = readonly [number, Cell, Cell?, Cell?, Cell?];

/** A row of MMX and its twin of SSE2. */
function twins(opcode: number, mnemonic: string): VectorRow {
  return [opcode, `${mnemonic} Pq,Qq`, `${mnemonic} Vdq,Wdq`];
}

/** The four forms of an arithmetic instruction. */
function arithmetic(opcode: number, mnemonic: string): VectorRow {
  return [opcode, `${mnemonic}ps Vdq,Wdq`, `${mnemonic}pd Vdq,Wdq`, `${mnemonic}ss Vd,Wd`, `${mnemonic}sd Vq,Wq`];
}

/** The packed forms of an instruction. */
function packed(opcode: number, mnemonic: string): VectorRow {
  return [opcode, `${mnemonic}ps Vdq,Wdq`, `${mnemonic}pd Vdq,Wdq`];
}

function shiftGroup(registers: string, members: Readonly<Record<number, string>>): Cell {
  return Array.from({ length: 8 }, (_, reg) => (members[reg] === undefined ? undefined : `${members[reg]} ${registers},Ib`));
}

function shifts(opcode: number, mmx: Readonly<Record<number, string>>, sse: Readonly<Record<number, string>> = {}): VectorRow {
  return [opcode, shiftGroup("Nq", mmx), shiftGroup("Udq", { ...mmx, ...sse })];
}

export const VECTOR_ROWS: readonly VectorRow[] = [
  [0x10, "movups Vdq,Wdq", "movupd Vdq,Wdq", "movss Vdq,Wd", "movsd Vdq,Wq"],
  [0x11, "movups Wdq,Vdq", "movupd Wdq,Vdq", "movss Wd,Vd", "movsd Wq,Vq"],
  [0x12, "movlps Vq,Mq / movhlps Vq,Udq", "movlpd Vq,Mq"],
  [0x13, "movlps Mq,Vq", "movlpd Mq,Vq"],
  packed(0x14, "unpckl"),
  packed(0x15, "unpckh"),
  [0x16, "movhps Vdq,Mq / movlhps Vdq,Uq", "movhpd Vdq,Mq"],
  [0x17, "movhps Mq,Vdq", "movhpd Mq,Vdq"],
  packed(0x28, "mova"),
  [0x29, "movaps Wdq,Vdq", "movapd Wdq,Vdq"],
  [0x2a, "cvtpi2ps Vq,Qq", "cvtpi2pd Vdq,Qq", "cvtsi2ss Vd,Ed", "cvtsi2sd Vq,Ed"],
  [0x2b, "movntps Mdq,Vdq", "movntpd Mdq,Vdq"],
  [0x2c, "cvttps2pi Pq,Wq", "cvttpd2pi Pq,Wdq", "cvttss2si Gd,Wd", "cvttsd2si Gd,Wq"],
  [0x2d, "cvtps2pi Pq,Wq", "cvtpd2pi Pq,Wdq", "cvtss2si Gd,Wd", "cvtsd2si Gd,Wq"],
  [0x2e, "ucomiss Vd,Wd", "ucomisd Vq,Wq"],
  [0x2f, "comiss Vd,Wd", "comisd Vq,Wq"],
  [0x50, "movmskps Gd,Udq", "movmskpd Gd,Udq"],
  arithmetic(0x51, "sqrt"),
  [0x52, "rsqrtps Vdq,Wdq", undefined, "rsqrtss Vd,Wd"],
  [0x53, "rcpps Vdq,Wdq", undefined, "rcpss Vd,Wd"],
  packed(0x54, "and"),
  packed(0x55, "andn"),
  packed(0x56, "or"),
  packed(0x57, "xor"),
  arithmetic(0x58, "add"),
  arithmetic(0x59, "mul"),
  [0x5a, "cvtps2pd Vdq,Wq", "cvtpd2ps Vdq,Wdq", "cvtss2sd Vq,Wd", "cvtsd2ss Vd,Wq"],
  [0x5b, "cvtdq2ps Vdq,Wdq", "cvtps2dq Vdq,Wdq", "cvttps2dq Vdq,Wdq"],
  arithmetic(0x5c, "sub"),
  arithmetic(0x5d, "min"),
  arithmetic(0x5e, "div"),
  arithmetic(0x5f, "max"),
  [0x60, "punpcklbw Pq,Qd", "punpcklbw Vdq,Wdq"],
  [0x61, "punpcklwd Pq,Qd", "punpcklwd Vdq,Wdq"],
  [0x62, "punpckldq Pq,Qd", "punpckldq Vdq,Wdq"],
  twins(0x63, "packsswb"),
  twins(0x64, "pcmpgtb"),
  twins(0x65, "pcmpgtw"),
  twins(0x66, "pcmpgtd"),
  twins(0x67, "packuswb"),
  twins(0x68, "punpckhbw"),
  twins(0x69, "punpckhwd"),
  twins(0x6a, "punpckhdq"),
  twins(0x6b, "packssdw"),
  [0x6c, undefined, "punpcklqdq Vdq,Wdq"],
  [0x6d, undefined, "punpckhqdq Vdq,Wdq"],
  [0x6e, "movd Pq,Ed", "movd Vdq,Ed"],
  [0x6f, "movq Pq,Qq", "movdqa Vdq,Wdq", "movdqu Vdq,Wdq"],
  [0x70, "pshufw Pq,Qq,Ib", "pshufd Vdq,Wdq,Ib", "pshufhw Vdq,Wdq,Ib", "pshuflw Vdq,Wdq,Ib"],
  shifts(0x71, { 2: "psrlw", 4: "psraw", 6: "psllw" }),
  shifts(0x72, { 2: "psrld", 4: "psrad", 6: "pslld" }),
  shifts(0x73, { 2: "psrlq", 6: "psllq" }, { 3: "psrldq", 7: "pslldq" }),
  twins(0x74, "pcmpeqb"),
  twins(0x75, "pcmpeqw"),
  twins(0x76, "pcmpeqd"),
  [0x77, "emms"],
  [0x7e, "movd Ed,Pd", "movd Ed,Vd", "movq Vdq,Wq"],
  [0x7f, "movq Qq,Pq", "movdqa Wdq,Vdq", "movdqu Wdq,Vdq"],
  [
    0xae,
    ["fxsave Mx", "fxrstor Mx", "ldmxcsr Md", "stmxcsr Md", undefined, "(xrstor) / lfence", "(xsaveopt) / mfence", "clflush Mb / sfence"],
  ],
  [0xc2, "cmpps Vdq,Wdq,Ib", "cmppd Vdq,Wdq,Ib", "cmpss Vd,Wd,Ib", "cmpsd Vq,Wq,Ib"],
  [0xc3, "movnti Md,Gd"],
  [0xc4, "pinsrw Pq,Ew,Ib", "pinsrw Vdq,Ew,Ib"],
  [0xc5, "pextrw Gd,Nq,Ib", "pextrw Gd,Udq,Ib"],
  [0xc6, "shufps Vdq,Wdq,Ib", "shufpd Vdq,Wdq,Ib"],
  twins(0xd1, "psrlw"),
  twins(0xd2, "psrld"),
  twins(0xd3, "psrlq"),
  twins(0xd4, "paddq"),
  twins(0xd5, "pmullw"),
  [0xd6, undefined, "movq Wq,Vq", "movq2dq Vdq,Nq", "movdq2q Pq,Uq"],
  [0xd7, "pmovmskb Gd,Nq", "pmovmskb Gd,Udq"],
  twins(0xd8, "psubusb"),
  twins(0xd9, "psubusw"),
  twins(0xda, "pminub"),
  twins(0xdb, "pand"),
  twins(0xdc, "paddusb"),
  twins(0xdd, "paddusw"),
  twins(0xde, "pmaxub"),
  twins(0xdf, "pandn"),
  twins(0xe0, "pavgb"),
  twins(0xe1, "psraw"),
  twins(0xe2, "psrad"),
  twins(0xe3, "pavgw"),
  twins(0xe4, "pmulhuw"),
  twins(0xe5, "pmulhw"),
  [0xe6, undefined, "cvttpd2dq Vdq,Wdq", "cvtdq2pd Vdq,Wq", "cvtpd2dq Vdq,Wdq"],
  [0xe7, "movntq Mq,Pq", "movntdq Mdq,Vdq"],
  twins(0xe8, "psubsb"),
  twins(0xe9, "psubsw"),
  twins(0xea, "pminsw"),
  twins(0xeb, "por"),
  twins(0xec, "paddsb"),
  twins(0xed, "paddsw"),
  twins(0xee, "pmaxsw"),
  twins(0xef, "pxor"),
  twins(0xf1, "psllw"),
  twins(0xf2, "pslld"),
  twins(0xf3, "psllq"),
  twins(0xf4, "pmuludq"),
  twins(0xf5, "pmaddwd"),
  twins(0xf6, "psadbw"),
  [0xf7, "maskmovq Pq,Nq", "maskmovdqu Vdq,Udq"],
  twins(0xf8, "psubb"),
  twins(0xf9, "psubw"),
  twins(0xfa, "psubd"),
  twins(0xfb, "psubq"),
  twins(0xfc, "paddb"),
  twins(0xfd, "paddw"),
  twins(0xfe, "paddd"),
];

/** Vector instructions whose first operand is written without being read. */
export const VECTOR_MOVES: ReadonlySet<string> = new Set([
  ...["movups", "movupd", "movaps", "movapd", "movss", "movsd", "movdqa", "movdqu", "movd", "movq", "movq2dq", "movdq2q"],
  ...["movlps", "movlpd", "movhps", "movhpd", "movhlps", "movlhps", "movntps", "movntpd", "movntq", "movntdq", "movnti"],
  ...["movmskps", "movmskpd", "pmovmskb", "pextrw", "pshufw", "pshufd", "pshufhw", "pshuflw"],
  ...["sqrtps", "sqrtpd", "sqrtss", "sqrtsd", "rsqrtps", "rsqrtss", "rcpps", "rcpss"],
  ...["cvtpi2ps", "cvtpi2pd", "cvtsi2ss", "cvtsi2sd", "cvttps2pi", "cvttpd2pi", "cvttss2si", "cvttsd2si"],
  ...["cvtps2pi", "cvtpd2pi", "cvtss2si", "cvtsd2si", "cvtps2pd", "cvtpd2ps", "cvtss2sd", "cvtsd2ss"],
  ...["cvtdq2ps", "cvtps2dq", "cvttps2dq", "cvttpd2dq", "cvtdq2pd", "cvtpd2dq", "stmxcsr", "fxsave"],
]);

/** Vector instructions that only read their first operand. */
export const VECTOR_READERS: ReadonlySet<string> = new Set([
  ...["ucomiss", "ucomisd", "comiss", "comisd", "maskmovq", "maskmovdqu", "ldmxcsr", "fxrstor", "clflush"],
]);

/** 128-bit memory operands need no alignment in these; everywhere else they must lie at a multiple of 16. */
export const VECTOR_UNALIGNED: ReadonlySet<string> = new Set(["movups", "movupd", "movdqu"]);
