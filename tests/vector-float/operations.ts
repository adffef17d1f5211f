/**
 * The instructions under test: encoding, where the operands are, what the source holds.
 */

/** Where an operand is: XMM0/1, MM0/1, EAX/ECX. */
export type Place = "xmm" | "mmx" | "general";
export type ElementType = "single" | "double" | "integer";
/** How a result depends on exponents; decides which pairs of operands are interesting. */
export type Kind = "sum" | "product" | "quotient" | "root" | "comparison" | "toInteger" | "other";

export interface Operation {
  readonly mnemonic: string;
  /** Up to the opcode; ModR/M and immediate byte follow. */
  readonly opcode: readonly number[];
  readonly destination: Place;
  readonly source: Place;
  readonly type: ElementType;
  readonly kind: Kind;
  readonly hasImmediate: boolean;
}

const PREFIX = { ps: [], pd: [0x66], ss: [0xf3], sd: [0xf2] } as const;
type Suffix = keyof typeof PREFIX;
const ALL: readonly Suffix[] = ["ps", "pd", "ss", "sd"];
const SINGLES: readonly Suffix[] = ["ps", "ss"];

function regular(stem: string, opcode: number, kind: Kind, suffixes: readonly Suffix[] = ALL): Operation[] {
  return suffixes.map((suffix) => ({
    mnemonic: stem + suffix,
    opcode: [...PREFIX[suffix], 0x0f, opcode],
    destination: "xmm",
    source: "xmm",
    type: suffix.endsWith("s") ? "single" : "double",
    kind,
    hasImmediate: stem === "cmp",
  }));
}

function comparison(mnemonic: string, opcode: readonly number[], type: ElementType): Operation {
  return { mnemonic, opcode, destination: "xmm", source: "xmm", type, kind: "comparison", hasImmediate: false };
}

function conversion(mnemonic: string, opcode: readonly number[], destination: Place, source: Place, type: ElementType): Operation {
  const kind = /2(pi|si|dq)$/.test(mnemonic) ? "toInteger" : "other";
  return { mnemonic, opcode, destination, source, type, kind, hasImmediate: false };
}

export const OPERATIONS: readonly Operation[] = [
  ...regular("add", 0x58, "sum"),
  ...regular("mul", 0x59, "product"),
  ...regular("sub", 0x5c, "sum"),
  ...regular("min", 0x5d, "comparison"),
  ...regular("div", 0x5e, "quotient"),
  ...regular("max", 0x5f, "comparison"),
  ...regular("sqrt", 0x51, "root"),
  ...regular("rsqrt", 0x52, "other", SINGLES),
  ...regular("rcp", 0x53, "other", SINGLES),
  ...regular("cmp", 0xc2, "comparison"),
  comparison("ucomiss", [0x0f, 0x2e], "single"),
  comparison("ucomisd", [0x66, 0x0f, 0x2e], "double"),
  comparison("comiss", [0x0f, 0x2f], "single"),
  comparison("comisd", [0x66, 0x0f, 0x2f], "double"),
  conversion("cvtpi2ps", [0x0f, 0x2a], "xmm", "mmx", "integer"),
  conversion("cvtpi2pd", [0x66, 0x0f, 0x2a], "xmm", "mmx", "integer"),
  conversion("cvtsi2ss", [0xf3, 0x0f, 0x2a], "xmm", "general", "integer"),
  conversion("cvtsi2sd", [0xf2, 0x0f, 0x2a], "xmm", "general", "integer"),
  conversion("cvttps2pi", [0x0f, 0x2c], "mmx", "xmm", "single"),
  conversion("cvttpd2pi", [0x66, 0x0f, 0x2c], "mmx", "xmm", "double"),
  conversion("cvttss2si", [0xf3, 0x0f, 0x2c], "general", "xmm", "single"),
  conversion("cvttsd2si", [0xf2, 0x0f, 0x2c], "general", "xmm", "double"),
  conversion("cvtps2pi", [0x0f, 0x2d], "mmx", "xmm", "single"),
  conversion("cvtpd2pi", [0x66, 0x0f, 0x2d], "mmx", "xmm", "double"),
  conversion("cvtss2si", [0xf3, 0x0f, 0x2d], "general", "xmm", "single"),
  conversion("cvtsd2si", [0xf2, 0x0f, 0x2d], "general", "xmm", "double"),
  conversion("cvtps2pd", [0x0f, 0x5a], "xmm", "xmm", "single"),
  conversion("cvtpd2ps", [0x66, 0x0f, 0x5a], "xmm", "xmm", "double"),
  conversion("cvtss2sd", [0xf3, 0x0f, 0x5a], "xmm", "xmm", "single"),
  conversion("cvtsd2ss", [0xf2, 0x0f, 0x5a], "xmm", "xmm", "double"),
  conversion("cvtdq2ps", [0x0f, 0x5b], "xmm", "xmm", "integer"),
  conversion("cvtps2dq", [0x66, 0x0f, 0x5b], "xmm", "xmm", "single"),
  conversion("cvttps2dq", [0xf3, 0x0f, 0x5b], "xmm", "xmm", "single"),
  conversion("cvttpd2dq", [0x66, 0x0f, 0xe6], "xmm", "xmm", "double"),
  conversion("cvtdq2pd", [0xf3, 0x0f, 0xe6], "xmm", "xmm", "integer"),
  conversion("cvtpd2dq", [0xf2, 0x0f, 0xe6], "xmm", "xmm", "double"),
];

/** The operation of a request's code. */
export function operationOf(code: Uint8Array): Operation {
  const found = OPERATIONS.find(
    ({ opcode, hasImmediate }) => code.length === opcode.length + 1 + Number(hasImmediate) && opcode.every((byte, i) => code[i] === byte),
  );
  if (found === undefined) throw new RangeError(`no operation is encoded ${Buffer.from(code).toString("hex")}`);
  return found;
}
