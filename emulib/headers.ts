/**
 * abi.h for the emulation library: every number that C shares with TypeScript, from its one definition.
 */
import * as calls from "#kernel/abi/calls.ts";
import { ExRegs, TrapFrame, VECTOR_AST } from "#kernel/abi/trap-frame.ts";
import * as ipc from "#kernel/abi/ipc.ts";
import * as map from "#lites/abi/address-map.ts";
import { type Layout, structs } from "#lites/abi/structs.ts";
import { MemoryFlag } from "#lites/abi/system-calls.ts";

const macroName = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();

function macros(prefix: string, values: Readonly<Record<string, number>>): string[] {
  return Object.entries(values).map(([name, value]) => `#define ${prefix}${macroName(name)} 0x${(value >>> 0).toString(16)}`);
}

/** The text of abi.h; usable from C and from assembly. */
export function abiHeader(): string {
  const addresses = Object.fromEntries(Object.entries(map).filter(([, value]) => typeof value === "number")) as Record<string, number>;
  const offsets = (layout: Layout) => Object.fromEntries(Object.entries(layout.fields).map(([name, field]) => [name, field.offset]));
  return [
    "/* Generated from the TypeScript definitions in kernel/abi and lites/abi. */",
    ...macros("", addresses),
    ...macros("PROCESS_", map.ProcessPage),
    ...macros("CLOCK_", map.ClockPage),
    ...macros("FRAME_", TrapFrame),
    `#define VECTOR_AST 0x${VECTOR_AST.toString(16)}`,
    ...macros("EX_REGS_", ExRegs),
    ...macros("KERNEL_", calls.KernelCallVector),
    ...macros("IPC_", ipc.IpcError),
    `#define IPC_NO_DESCRIPTOR 0x${ipc.SendDescriptor.NONE.toString(16)}`,
    ...macros("MEMORY_", MemoryFlag),
    ...macros("DELIVERY_", offsets(structs.signal_delivery)),
    `#define DELIVERY_SIZE ${structs.signal_delivery.size}`,
    "",
  ].join("\n");
}
