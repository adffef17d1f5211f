/**
 * Instructions with a memory operand.
 *
 * Layer beneath: dyadic.ts, conversion.ts, decimal.ts, environment.ts. Source: Intel SDM volume 2, tables.
 *
 * Operands are read, or probed for writing, before any state changes, so that an instruction that faults can be
 * repeated. A store that an unmasked exception prevents does not touch its operand. Operations are named in octal:
 * escape opcode, then the reg field of the ModR/M byte.
 */
import {
  converted,
  indefiniteDouble,
  indefiniteInteger,
  indefiniteSingle,
  isLoadable,
  loadDouble,
  loadInteger32,
  loadInteger64,
  loadSingle,
  storeDouble,
  storeInteger,
  storeSingle,
} from "./conversion.ts";
import { DECIMAL_BYTES, indefiniteDecimal, loadDecimal, storeDecimal } from "./decimal.ts";
import { COMPARE, COMPARE_POP, operate, setConditionCodes } from "./dyadic.ts";
import {
  ENVIRONMENT_BYTES,
  ENVIRONMENT_BYTES_16,
  readEnvironment,
  readRegisters,
  REGISTERS_BYTES,
  writeEnvironment,
  writeRegisters,
} from "./environment.ts";
import { floatingPointFault, invalidOpcodeFault } from "./faults.ts";
import type { FpuInstruction, LinearMemory } from "./ports.ts";
import { C1, ES, type FpuState, RESULT, SOURCE } from "./state.ts";

/** Room for the longest operand, an FSAVE image. */
const buffer = new Uint8Array(ENVIRONMENT_BYTES + REGISTERS_BYTES);

/** Of an area the processor looks at the first word, then at the last byte: it lies on two pages at most. */
function probeAreaRead(memory: LinearMemory, address: number, length: number, wordBytes: number): void {
  memory.probeRead(address, wordBytes);
  memory.probeRead((address + length - 1) | 0, 1);
}

function probeAreaWrite(memory: LinearMemory, address: number, length: number, wordBytes: number): void {
  memory.probeWrite(address, wordBytes);
  memory.probeWrite((address + length - 1) | 0, 1);
}

function readBytes(memory: LinearMemory, address: number, length: number): void {
  for (let i = 0; i < length; i++) buffer[i] = memory.read8((address + i) | 0);
}

function writeBytes(memory: LinearMemory, address: number, length: number): void {
  for (let i = 0; i < length; i++) memory.write8((address + i) | 0, buffer[i]!);
}

function wait(s: FpuState): void {
  if ((s.status & ES) !== 0) throw floatingPointFault;
}

/** Pointers to the instruction and its operand. */
function record(s: FpuState, address: number, instruction: FpuInstruction): void {
  s.recordInstruction(instruction);
  s.recordOperand(instruction, address);
}

/** ST(0) operation SOURCE. */
function operateOnSource(s: FpuState, operation: number): void {
  const isMissing = s.isEmpty(s.top);
  if (operation === COMPARE) setConditionCodes(s, s.top, SOURCE, isMissing, false);
  else if (operation === COMPARE_POP) {
    if (setConditionCodes(s, s.top, SOURCE, isMissing, false)) s.pop();
  } else operate(s, operation, SOURCE, isMissing, s.top);
  s.sourceDenormal = 0;
}

/** Pushes SOURCE. @param isReal whether it came from a format with signalling NaNs and denormals to report */
function push(s: FpuState, isReal: boolean): void {
  s.status &= ~C1;
  if (!s.isEmpty(s.register(7))) {
    if (s.stackOverflow()) {
      s.setIndefinite(SOURCE);
      s.push(SOURCE);
    }
  } else if (!isReal || isLoadable(s)) {
    s.push(SOURCE);
  }
  s.sourceDenormal = 0;
}

/* The low word is read first, so that a fault reports the lowest address that is missing. */

function loadDoubleFrom(s: FpuState, memory: LinearMemory, address: number): void {
  const low = memory.read32(address);
  loadDouble(s, memory.read32((address + 4) | 0), low);
}

function loadInteger64From(s: FpuState, memory: LinearMemory, address: number): void {
  const low = memory.read32(address);
  loadInteger64(s, memory.read32((address + 4) | 0), low);
}

function loadExtendedFrom(s: FpuState, memory: LinearMemory, address: number): void {
  const low = memory.read32(address);
  const high = memory.read32((address + 4) | 0);
  s.set(SOURCE, memory.read16((address + 8) | 0) & 0xffff, high, low);
}

/**
 * Converts ST(0) to what a store writes.
 * @returns false when an unmasked exception keeps it from storing; the operand is then not even looked at
 */
function convert(s: FpuState, operation: number): boolean {
  const isEmpty = s.isEmpty(s.top);
  if (isEmpty && !s.stackUnderflow()) return false;
  switch (operation) {
    case 0o12: // FST m32
    case 0o13:
      if (!isEmpty) return storeSingle(s, s.top);
      indefiniteSingle();
      return true;
    case 0o52: // FST m64
    case 0o53:
      if (!isEmpty) return storeDouble(s, s.top);
      indefiniteDouble();
      return true;
    case 0o37: // FSTP m80
      if (isEmpty) s.setIndefinite(RESULT);
      else s.copy(s.top, RESULT);
      return true;
    case 0o76: // FBSTP
      if (!isEmpty) return storeDecimal(s, s.top, buffer);
      indefiniteDecimal(buffer);
      return true;
    default: {
      // FIST, FISTP
      const bits = INTEGER_BITS[operation >> 3]![operation & 7]!;
      if (!isEmpty) return storeInteger(s, s.top, bits, false);
      indefiniteInteger(bits);
      return true;
    }
  }
}

/** Sizes of integers by escape (3 and 7) and reg field. */
const INTEGER_BITS: Readonly<Record<number, readonly number[]>> = {
  3: [0, 0, 32, 32],
  7: [0, 0, 16, 16, 0, 0, 0, 64],
};

function writeConverted(s: FpuState, memory: LinearMemory, operation: number, address: number, bytes: number): void {
  if (operation === 0o37) {
    memory.write32(address, s.low[RESULT]!);
    memory.write32((address + 4) | 0, s.high[RESULT]!);
    memory.write16((address + 8) | 0, s.signExponent[RESULT]!);
  } else if (operation === 0o76) {
    writeBytes(memory, address, DECIMAL_BYTES);
  } else if (bytes === 2) {
    memory.write16(address, converted.low & 0xffff);
  } else {
    memory.write32(address, converted.low);
    if (bytes === 8) memory.write32((address + 4) | 0, converted.high);
  }
}

/** Ten bytes are written as eight and two, and the eight remain when the two cannot be written. */
function writeFirstEight(s: FpuState, memory: LinearMemory, operation: number, address: number): void {
  memory.probeWrite(address, 8);
  if (operation === 0o37) {
    memory.write32(address, s.low[RESULT]!);
    memory.write32((address + 4) | 0, s.high[RESULT]!);
  } else {
    for (let i = 0; i < 8; i++) memory.write8((address + i) | 0, buffer[i]!);
  }
  memory.probeWrite((address + 8) | 0, 2);
}

/** Instructions that store ST(0). */
function store(s: FpuState, memory: LinearMemory, operation: number, address: number, bytes: number, instruction: FpuInstruction): void {
  wait(s);
  const before = s.status;
  s.status &= ~C1;
  const isStored = convert(s, operation);
  if (isStored) {
    // An operand that cannot be written leaves the status as it was.
    const after = s.status;
    s.status = before;
    if (bytes === DECIMAL_BYTES) writeFirstEight(s, memory, operation, address);
    else memory.probeWrite(address, bytes);
    s.status = after;
    writeConverted(s, memory, operation, address, bytes);
  }
  record(s, address, instruction);
  if (isStored && !KEEPS_TOP.has(operation)) s.pop();
}

/** FST and FIST; all other stores pop. */
const KEEPS_TOP: ReadonlySet<number> = new Set([0o12, 0o32, 0o52, 0o72]);

/** FLDENV…FNSTCW and FRSTOR…FNSTSW that do not wait for exceptions. */
const NOT_WAITING: ReadonlySet<number> = new Set([0o16, 0o17, 0o56, 0o57]);
/** Reg fields without an instruction. */
const INVALID: ReadonlySet<number> = new Set([0o11, 0o31, 0o34, 0o36, 0o51, 0o55, 0o71]);
const STORES: ReadonlySet<number> = new Set([0o12, 0o13, 0o32, 0o33, 0o37, 0o52, 0o53, 0o72, 0o73, 0o76, 0o77]);

/**
 * What comes before the look at the operand: invalid opcodes, pending exceptions, and exceptions that prevent a store.
 * @returns whether the operand is looked at at all; the state is as before
 */
export function reachesOperand(s: FpuState, operation: number): boolean {
  if (INVALID.has(operation)) throw invalidOpcodeFault;
  if (!NOT_WAITING.has(operation)) wait(s);
  if (!STORES.has(operation)) return true;
  const before = s.status;
  const isStored = convert(s, operation);
  s.status = before;
  return isStored;
}

/** Executes escape opcode and reg field `operation` with the operand at a linear address. */
export function executeMemoryForm(
  s: FpuState,
  memory: LinearMemory,
  operation: number,
  address: number,
  instruction: FpuInstruction,
): void {
  switch (operation) {
    case 0o00: // FADD m32 …
    case 0o01:
    case 0o02:
    case 0o03:
    case 0o04:
    case 0o05:
    case 0o06:
    case 0o07: // … FDIVR m32
      wait(s);
      loadSingle(s, memory.read32(address));
      record(s, address, instruction);
      operateOnSource(s, operation & 7);
      return;
    case 0o20: // FIADD m32 …
    case 0o21:
    case 0o22:
    case 0o23:
    case 0o24:
    case 0o25:
    case 0o26:
    case 0o27: // … FIDIVR m32
      wait(s);
      loadInteger32(s, memory.read32(address));
      record(s, address, instruction);
      operateOnSource(s, operation & 7);
      return;
    case 0o40: // FADD m64 …
    case 0o41:
    case 0o42:
    case 0o43:
    case 0o44:
    case 0o45:
    case 0o46:
    case 0o47: // … FDIVR m64
      wait(s);
      loadDoubleFrom(s, memory, address);
      record(s, address, instruction);
      operateOnSource(s, operation & 7);
      return;
    case 0o60: // FIADD m16 …
    case 0o61:
    case 0o62:
    case 0o63:
    case 0o64:
    case 0o65:
    case 0o66:
    case 0o67: // … FIDIVR m16
      wait(s);
      loadInteger32(s, (memory.read16(address) << 16) >> 16);
      record(s, address, instruction);
      operateOnSource(s, operation & 7);
      return;
    case 0o10: // FLD m32
      wait(s);
      loadSingle(s, memory.read32(address));
      record(s, address, instruction);
      push(s, true);
      return;
    case 0o50: // FLD m64
      wait(s);
      loadDoubleFrom(s, memory, address);
      record(s, address, instruction);
      push(s, true);
      return;
    case 0o35: // FLD m80
      wait(s);
      loadExtendedFrom(s, memory, address);
      record(s, address, instruction);
      push(s, false);
      return;
    case 0o30: // FILD m32
      wait(s);
      loadInteger32(s, memory.read32(address));
      record(s, address, instruction);
      push(s, false);
      return;
    case 0o70: // FILD m16
      wait(s);
      loadInteger32(s, (memory.read16(address) << 16) >> 16);
      record(s, address, instruction);
      push(s, false);
      return;
    case 0o75: // FILD m64
      wait(s);
      loadInteger64From(s, memory, address);
      record(s, address, instruction);
      push(s, false);
      return;
    case 0o74: // FBLD
      wait(s);
      memory.probeRead(address, DECIMAL_BYTES);
      readBytes(memory, address, DECIMAL_BYTES);
      loadDecimal(s, buffer);
      record(s, address, instruction);
      push(s, false);
      return;
    case 0o72:
    case 0o73:
      store(s, memory, operation, address, 2, instruction);
      return;
    case 0o12:
    case 0o13:
    case 0o32:
    case 0o33:
      store(s, memory, operation, address, 4, instruction);
      return;
    case 0o52:
    case 0o53:
    case 0o77:
      store(s, memory, operation, address, 8, instruction);
      return;
    case 0o37:
    case 0o76:
      store(s, memory, operation, address, 10, instruction);
      return;
    default:
      executeControl(s, memory, operation, address, instruction.operand16);
  }
}

/** Control instructions, which leave the pointers alone; those called FN… do not wait. */
function executeControl(s: FpuState, memory: LinearMemory, operation: number, address: number, is16Bit: boolean): void {
  const wordBytes = is16Bit ? 2 : 4;
  const environmentBytes = is16Bit ? ENVIRONMENT_BYTES_16 : ENVIRONMENT_BYTES;
  switch (operation) {
    case 0o14: // FLDENV
      wait(s);
      probeAreaRead(memory, address, environmentBytes, wordBytes);
      readBytes(memory, address, environmentBytes);
      readEnvironment(s, buffer, is16Bit);
      return;
    case 0o15: // FLDCW
      wait(s);
      s.setControl(memory.read16(address));
      return;
    case 0o16: // FNSTENV
      probeAreaWrite(memory, address, environmentBytes, wordBytes);
      writeEnvironment(s, buffer, is16Bit);
      writeBytes(memory, address, environmentBytes);
      s.maskAll();
      return;
    case 0o17: // FNSTCW
      memory.write16(address, s.control);
      return;
    case 0o54: // FRSTOR
      wait(s);
      probeAreaRead(memory, address, environmentBytes + REGISTERS_BYTES, wordBytes);
      readBytes(memory, address, environmentBytes + REGISTERS_BYTES);
      readRegisters(s, buffer, readEnvironment(s, buffer, is16Bit));
      return;
    case 0o56: // FNSAVE
      probeAreaWrite(memory, address, environmentBytes + REGISTERS_BYTES, wordBytes);
      writeRegisters(s, buffer, writeEnvironment(s, buffer, is16Bit));
      writeBytes(memory, address, environmentBytes + REGISTERS_BYTES);
      s.initialize();
      return;
    case 0o57: // FNSTSW m16
      memory.write16(address, s.statusWord());
      return;
    default:
      throw invalidOpcodeFault;
  }
}
