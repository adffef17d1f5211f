/**
 * The x87 floating-point unit.
 */
import { invalidOpcodeFault } from "./faults.ts";
import type { FpuFlagsPort, FpuInstruction, LinearMemory } from "./ports.ts";

export { floatingPointFault, invalidOpcodeFault } from "./faults.ts";
export type { FpuFlagsPort, FpuInstruction, LinearMemory } from "./ports.ts";

export class X87 {
  readonly #memory: LinearMemory;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  reset(): void {}

  executeMemory(_escape: number, _reg: number, address: number, _instruction: FpuInstruction): void {
    this.#memory.probeRead(address, 1);
    throw invalidOpcodeFault;
  }

  executeRegister(_escape: number, _modrm: number, _port: FpuFlagsPort, _instruction: FpuInstruction): void {
    throw invalidOpcodeFault;
  }

  wait(): void {}

  save(image: Uint8Array): void {
    image.fill(0);
  }

  load(_image: Uint8Array): void {}
}
