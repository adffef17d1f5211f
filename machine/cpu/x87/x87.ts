/**
 * The x87 floating-point unit: executes the instructions of the escape opcodes D8 to DF.
 *
 * Layer beneath: memory-instructions.ts and register-instructions.ts; memory and integer flags come through ports.ts.
 * Source: Intel SDM volume 1, chapter 8.
 */
import { readEnvironment, readRegisters, writeEnvironment, writeRegisters } from "./environment.ts";
import { floatingPointFault } from "./faults.ts";
import { executeMemoryForm, reachesOperand } from "./memory-instructions.ts";
import type { FpuFlagsPort, FpuInstruction, LinearMemory } from "./ports.ts";
import { executeRegisterForm } from "./register-instructions.ts";
import { ES, FpuState } from "./state.ts";

export { floatingPointFault, invalidOpcodeFault } from "./faults.ts";
export type { FpuFlagsPort, FpuInstruction, LinearMemory } from "./ports.ts";

export class X87 {
  readonly #memory: LinearMemory;
  readonly #state: FpuState;

  constructor(memory: LinearMemory, state = new FpuState()) {
    this.#memory = memory;
    this.#state = state;
  }

  /** The state after FNINIT, with zeros in the empty registers. */
  reset(): void {
    this.#state.initialize();
    for (let slot = 0; slot < 8; slot++) this.#state.setZero(slot, 0);
  }

  /**
   * Executes an instruction with a memory operand. Throws floatingPointFault, invalidOpcodeFault or what the memory
   * throws, in each case before any state has changed.
   * @param escape 0…7 for D8…DF
   * @param reg reg field of the ModR/M byte
   * @param address linear address of the operand
   */
  executeMemory(escape: number, reg: number, address: number, instruction: FpuInstruction): void {
    executeMemoryForm(this.#state, this.#memory, (escape << 3) | reg, address, instruction);
  }

  /** Throws what comes before a fault of the operand's address. @returns whether the operand is looked at at all */
  reachesOperand(escape: number, reg: number): boolean {
    return reachesOperand(this.#state, (escape << 3) | reg);
  }

  /** Executes an instruction on registers only; modrm is the whole byte, C0…FF. Throws like executeMemory. */
  executeRegister(escape: number, modrm: number, port: FpuFlagsPort, instruction: FpuInstruction): void {
    executeRegisterForm(this.#state, (escape << 3) | ((modrm >> 3) & 7), modrm & 7, port, instruction);
  }

  /** FWAIT. Throws floatingPointFault if an unmasked exception is pending. */
  wait(): void {
    if ((this.#state.status & ES) !== 0) throw floatingPointFault;
  }

  /** Writes the 108-byte protected-mode image of FSAVE, leaving the state as it is. */
  save(image: Uint8Array): void {
    writeRegisters(this.#state, image, writeEnvironment(this.#state, image, false));
  }

  load(image: Uint8Array): void {
    readRegisters(this.#state, image, readEnvironment(this.#state, image, false));
  }
}
