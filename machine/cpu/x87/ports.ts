/**
 * What the floating-point unit needs of the processor around it: linear memory, the flags and AX of
 * the integer unit, and the address of the instruction being executed.
 */

/**
 * Memory by linear address. Addresses are taken modulo 2^32; the unit passes sums of an address and
 * an offset as signed 32-bit numbers. Values read may be signed or unsigned.
 */
export interface LinearMemory {
  read8(a: number): number;
  read16(a: number): number;
  read32(a: number): number;
  write8(a: number, v: number): void;
  write16(a: number, v: number): void;
  write32(a: number, v: number): void;
  /** Throws the page fault if any byte cannot be written. */
  probeWrite(a: number, bytes: number): void;
  /** Throws the page fault if any byte cannot be read. */
  probeRead(a: number, bytes: number): void;
}

/** The integer unit's side of FCOMI, FCMOVcc and FNSTSW AX. */
export interface FpuFlagsPort {
  /** Result of a comparison; OF, SF and AF become 0. */
  setComparison(zf: boolean, pf: boolean, cf: boolean): void;
  /** Whether condition code cc (0…15, as in Jcc) holds. */
  condition(cc: number): boolean;
  setAX(v: number): void;
}

/** The instruction as the unit records it for exception handlers. */
export interface FpuInstruction {
  /** Offset of the first byte, prefixes included. */
  eip: number;
  cs: number;
  /** (escape << 8 | modrm) & 0x7ff. */
  opcode: number;
  /** Operand-size prefix: the environment formats are the 16-bit ones. */
  operand16: boolean;
  /** Selector of the memory operand's segment. */
  selector: number;
}
