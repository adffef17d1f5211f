/**
 * l3/abi.h: every number that C programs share with the kernel and the servers, from its one definition in
 * kernel/abi, servers/abi and lites/abi.
 */
import { KernelCallVector, RegionError, Right } from "#kernel/abi/calls.ts";
import { DATA_SPACE_TICKET_SHIFT, DataSpaceLabel } from "#kernel/abi/data-space.ts";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, PageStatus, Unmap, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { INVALID, NIL, THREADS_PER_TASK } from "#kernel/abi/identifiers.ts";
import { InfoPage } from "#kernel/abi/info-page.ts";
import {
  Condition,
  IpcError,
  MAX_DATA_SPACES,
  MAX_DWORDS,
  MAX_STRING_BYTES,
  MAX_STRINGS,
  ReceiveDescriptor,
  REGISTER_WORDS,
  SendDescriptor,
} from "#kernel/abi/ipc.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import { EXCEPTION_LABEL, ExRegs, TrapFrame, VECTOR_AST } from "#kernel/abi/trap-frame.ts";
import { emulatorCalls } from "#lites/abi/system-calls.ts";
import { ClockControl, DriverClass, DriverRequest, DriverStatus, RandomControl } from "#servers/abi/generic-driver.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { serverId, WellKnownServer } from "#servers/abi/well-known-servers.ts";

const servers = Object.fromEntries(Object.entries(WellKnownServer).map(([name, number]) => [name, serverId(number)]));

const groups: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  L3_: {
    NIL,
    INVALID,
    THREADS_PER_TASK,
    REGISTER_WORDS,
    MAX_DWORDS,
    MAX_STRINGS,
    MAX_STRING_BYTES,
    MAX_DATA_SPACES,
    VECTOR_AST,
    EXCEPTION_LABEL,
    FAULT_WRITE,
    DATA_SPACE_TICKET_SHIFT,
  },
  L3_DATA_SPACE_: DataSpaceLabel,
  L3_SERVER_: servers,
  L3_CALL_: KernelCallVector,
  L3_REGION_: RegionError,
  L3_RIGHT_: Right,
  L3_FPAGE_: { WRITE: FLEXPAGE_WRITE, GRANT: FLEXPAGE_GRANT, WHOLE_SPACE },
  L3_UNMAP_: Unmap,
  L3_PAGE_: PageStatus,
  L3_SEND_: SendDescriptor,
  L3_RECEIVE_: ReceiveDescriptor,
  L3_CONDITION_: Condition,
  L3_IPC_: IpcError,
  L3_REFUSE_: FaultRefusal,
  L3_FRAME_: TrapFrame,
  L3_EX_REGS_: ExRegs,
  L3_INFO_: InfoPage,
  L3_DRIVER_: DriverRequest,
  L3_STATUS_: DriverStatus,
  L3_CLASS_: DriverClass,
  L3_CLOCK_: ClockControl,
  L3_RANDOM_: RandomControl,
  L3_SIGMA0_: Sigma0Request,
  L3_UNIX_: { BIND_MANAGER: emulatorCalls.bind_manager.nr },
};

/** The text of l3/abi.h; usable from C and from assembly. */
export function libl3Header(): string {
  const lines = Object.entries(groups).flatMap(([prefix, values]) =>
    Object.entries(values).map(([name, value]) => `#define ${prefix}${name} 0x${(value >>> 0).toString(16)}`),
  );
  return ["/* Generated from the definitions in kernel/abi and servers/abi. */", "#pragma once", ...lines, ""].join("\n");
}
