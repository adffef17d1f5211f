/**
 * All lines that need no Unix: messages between threads, and page faults. Runs bundled, in a process of its own: the processor is several
 * times slower under a transforming loader. Prints JSON.
 */
import { emulatedManager, nativeManager } from "./faults.ts";
import type { Figure } from "./figure.ts";
import { LOADS, textOf } from "./messages.ts";
import { emulatedRpc, nativeRpc } from "./rpc.ts";

export interface KernelFigures {
  readonly rpc: readonly { load: string; native: Figure; emulated: Figure }[];
  readonly faults: { native: Figure; emulated: Figure };
}

const figures: KernelFigures = {
  rpc: LOADS.map((load) => ({ load: textOf(load), native: nativeRpc(load), emulated: emulatedRpc(load) })),
  faults: { native: nativeManager(), emulated: emulatedManager() },
};
process.stdout.write(JSON.stringify(figures));
