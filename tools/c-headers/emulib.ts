/**
 * abi.h for the emulation library: every number that it shares with the kernel and the Unix server, and the layout of trap frames.
 */
import * as calls from "#kernel/abi/calls.ts";
import * as ipc from "#kernel/abi/ipc.ts";
import { ExRegs, TrapFrame, VECTOR_AST } from "#kernel/abi/trap-frame.ts";
import * as map from "#lites/abi/address-map.ts";
import * as cloneFlags from "#lites/abi/clone-flags.ts";
import * as clocks from "#lites/abi/clocks.ts";
import { EPROBE, ERESTARTNOHAND, ERESTARTSYS, errorNumbers } from "#lites/abi/errno.ts";
import { ARGUMENT_BYTES_MAX, IOV_MAX } from "#lites/abi/limits.ts";
import * as memoryFlags from "#lites/abi/memory-flags.ts";
import { PATH_MAX } from "#lites/abi/open-flags.ts";
import * as prctl from "#lites/abi/prctl.ts";
import * as signals from "#lites/abi/signals.ts";
import { type Layout, structs } from "#lites/abi/structs.ts";
import { MemoryFlag, TRANSFER_LIMIT } from "#lites/abi/system-calls.ts";
import { header, macros, numbers, prefixed } from "./c-text.ts";

/** CLOCK_PAGE of a camel-cased name, as C writes macros. */
const upper = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase(), value]));

const offsets = (layout: Layout): Record<string, number> =>
  Object.fromEntries(Object.entries(layout.fields).map(([name, field]) => [name, field.offset]));

/** struct frame: the words of a trap frame, by their offsets. */
function frame(): string[] {
  const { SIZE, ...fields } = TrapFrame;
  const words = Object.entries(fields).sort(([, a], [, b]) => a - b);
  words.forEach(([name, offset], index) => {
    if (offset !== 4 * index) throw new Error(`the trap frame has a gap before ${name}`);
  });
  return [
    "#ifndef __ASSEMBLER__",
    `struct frame { unsigned ${words.map(([name]) => name.toLowerCase()).join(", ")}; };`,
    `_Static_assert(sizeof(struct frame) == ${SIZE}, "struct frame");`,
    "#endif",
  ];
}

/** The text of abi.h; usable from C and from assembly. */
export function emulibHeader(): string {
  const groups: readonly Readonly<Record<string, number>>[] = [
    numbers(map, /./),
    prefixed("PROCESS_", map.ProcessPage),
    prefixed("THREAD_", map.ThreadWords),
    prefixed("CLOCK_", map.ClockPage),
    prefixed("FRAME_", TrapFrame),
    { VECTOR_AST },
    prefixed("EX_REGS_", upper(ExRegs)),
    prefixed("KERNEL_", upper(calls.KernelCallVector)),
    prefixed("IPC_", ipc.IpcError),
    { IPC_NO_DESCRIPTOR: ipc.SendDescriptor.NONE, IPC_ERROR_MASK: ipc.Condition.ERROR, REGISTER_WORDS: ipc.REGISTER_WORDS },
    prefixed("MEMORY_", MemoryFlag),
    prefixed("DELIVERY_", upper(offsets(structs.signal_delivery))),
    { DELIVERY_SIZE: structs.signal_delivery.size, RUSAGE_SIZE: structs.rusage.size },
    errorNumbers,
    { ERESTARTSYS: ERESTARTSYS.errno, ERESTARTNOHAND: ERESTARTNOHAND.errno, EPROBE: EPROBE.errno },
    { TRANSFER_LIMIT, PATH_MAX, IOV_MAX, ARGUMENT_BYTES_MAX, PAGE_SIZE: memoryFlags.PAGE_SIZE },
    numbers(cloneFlags, /^CLONE_/),
    numbers(memoryFlags, /^(PROT|MAP)_/),
    numbers(signals, /^SA_/),
    numbers(clocks, /^CLOCK_/),
    numbers(prctl, /^PR_/),
  ];
  return header("kernel/abi and lites/abi", [...groups.flatMap(macros), ...frame()]);
}
