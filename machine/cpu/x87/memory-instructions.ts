/**
 * Instructions with a memory operand.
 *
 * Layer beneath: dyadic.ts, conversion.ts, decimal.ts, environment.ts. Source: Intel SDM volume 2, tables.
 *
 * Operands are read, or probed for writing, before any state changes, so that an instruction that faults can be
 * repeated. Operations are named in octal: escape opcode, then the reg field of the ModR/M byte.
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
import { C1, ES, type FpuState, SOURCE } from "./state.ts";

/** Room for the longest operand, an FSAVE image. */
const buffer = new Uint8Array(ENVIRONMENT_BYTES + REGISTERS_BYTES);

function readBytes(memory: LinearMemory, address: number, length: number): void {
  memory.probeRead(address, length);
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

/** Whether ST(0) is missing and this has no masked response. */
function isStoppedByEmpty(s: FpuState): boolean {
  return s.isEmpty(s.top) && !s.stackUnderflow();
}

function storeSingleTo(s: FpuState, memory: LinearMemory, address: number): boolean {
  if (isStoppedByEmpty(s)) return false;
  if (s.isEmpty(s.top)) indefiniteSingle();
  else if (!storeSingle(s, s.top)) return false;
  memory.write32(address, converted.low);
  return true;
}

function storeDoubleTo(s: FpuState, memory: LinearMemory, address: number): boolean {
  if (isStoppedByEmpty(s)) return false;
  if (s.isEmpty(s.top)) indefiniteDouble();
  else if (!storeDouble(s, s.top)) return false;
  memory.write32(address, converted.low);
  memory.write32((address + 4) | 0, converted.high);
  return true;
}

function storeExtendedTo(s: FpuState, memory: LinearMemory, address: number): boolean {
  if (isStoppedByEmpty(s)) return false;
  if (s.isEmpty(s.top)) s.setIndefinite(s.top);
  memory.write32(address, s.low[s.top]!);
  memory.write32((address + 4) | 0, s.high[s.top]!);
  memory.write16((address + 8) | 0, s.signExponent[s.top]!);
  return true;
}

function storeIntegerTo(s: FpuState, memory: LinearMemory, address: number, bits: number, isTruncated: boolean): boolean {
  if (isStoppedByEmpty(s)) return false;
  if (s.isEmpty(s.top)) indefiniteInteger(bits);
  else if (!storeInteger(s, s.top, bits, isTruncated)) return false;
  if (bits === 16) {
    memory.write16(address, converted.low & 0xffff);
    return true;
  }
  memory.write32(address, converted.low);
  if (bits === 64) memory.write32((address + 4) | 0, converted.high);
  return true;
}

function storeDecimalTo(s: FpuState, memory: LinearMemory, address: number): boolean {
  if (isStoppedByEmpty(s)) return false;
  if (s.isEmpty(s.top)) indefiniteDecimal(buffer);
  else if (!storeDecimal(s, s.top, buffer)) return false;
  writeBytes(memory, address, DECIMAL_BYTES);
  return true;
}

/** Instructions that store ST(0). */
function store(s: FpuState, memory: LinearMemory, operation: number, address: number, bytes: number, instruction: FpuInstruction): void {
  wait(s);
  memory.probeWrite(address, bytes);
  record(s, address, instruction);
  s.status &= ~C1;
  switch (operation) {
    case 0o12: // FST m32
      storeSingleTo(s, memory, address);
      return;
    case 0o13: // FSTP m32
      if (storeSingleTo(s, memory, address)) s.pop();
      return;
    case 0o52: // FST m64
      storeDoubleTo(s, memory, address);
      return;
    case 0o53: // FSTP m64
      if (storeDoubleTo(s, memory, address)) s.pop();
      return;
    case 0o32: // FIST m32
    case 0o72: // FIST m16
      storeIntegerTo(s, memory, address, bytes * 8, false);
      return;
    case 0o33: // FISTP m32
    case 0o73: // FISTP m16
    case 0o77: // FISTP m64
      if (storeIntegerTo(s, memory, address, bytes * 8, false)) s.pop();
      return;
    case 0o31: // FISTTP m32
    case 0o51: // FISTTP m64
    case 0o71: // FISTTP m16
      if (storeIntegerTo(s, memory, address, bytes * 8, true)) s.pop();
      return;
    case 0o37: // FSTP m80
      if (storeExtendedTo(s, memory, address)) s.pop();
      return;
    default: // FBSTP
      if (storeDecimalTo(s, memory, address)) s.pop();
  }
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
      readBytes(memory, address, DECIMAL_BYTES);
      loadDecimal(s, buffer);
      record(s, address, instruction);
      push(s, false);
      return;
    case 0o71:
    case 0o72:
    case 0o73:
      store(s, memory, operation, address, 2, instruction);
      return;
    case 0o12:
    case 0o13:
    case 0o31:
    case 0o32:
    case 0o33:
      store(s, memory, operation, address, 4, instruction);
      return;
    case 0o51:
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
  const environmentBytes = is16Bit ? ENVIRONMENT_BYTES_16 : ENVIRONMENT_BYTES;
  switch (operation) {
    case 0o14: // FLDENV
      wait(s);
      readBytes(memory, address, environmentBytes);
      readEnvironment(s, buffer, is16Bit);
      return;
    case 0o15: // FLDCW
      wait(s);
      s.setControl(memory.read16(address));
      return;
    case 0o16: // FNSTENV
      memory.probeWrite(address, environmentBytes);
      writeEnvironment(s, buffer, is16Bit);
      writeBytes(memory, address, environmentBytes);
      s.maskAll();
      return;
    case 0o17: // FNSTCW
      memory.write16(address, s.control);
      return;
    case 0o54: // FRSTOR
      wait(s);
      readBytes(memory, address, environmentBytes + REGISTERS_BYTES);
      readRegisters(s, buffer, readEnvironment(s, buffer, is16Bit));
      return;
    case 0o56: // FNSAVE
      memory.probeWrite(address, environmentBytes + REGISTERS_BYTES);
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
