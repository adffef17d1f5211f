/**
 * The system as a whole: uname, sysinfo, host name, random numbers, reboot, log. Source: uname(2), sysinfo(2), reboot(2).
 */
import { EFAULT, EINVAL, ENOSYS, EPERM } from "../abi/errno.ts";
import { HOST_NAME_MAX } from "../abi/limits.ts";
import { GRND_INSECURE, GRND_RANDOM } from "../abi/open-flags.ts";
import { NS_PER_SECOND } from "../abi/clocks.ts";
import { PAGE_SIZE } from "../abi/memory-flags.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { decodeText, encodeText } from "../text.ts";

/** Names of uname(2). The release is one that C libraries accept: they refuse kernels older than they know. */
export const SYSTEM_NAME = "Lites";
export const SYSTEM_RELEASE = "6.1.0-lites";
export const SYSTEM_VERSION = "#1 Lites/L3";
export const MACHINE_NAME = "i686";
const DOMAIN_NAME = "(none)";

const RebootCommand = { RESTART: 0x01234567, HALT: 0xcdef0123, POWER_OFF: 0x4321fedc, CAD_OFF: 0, CAD_ON: 0x89abcdef } as const;
const REBOOT_MAGIC = 0xfee1dead;
const REBOOT_MAGIC2 = [672274793, 85072278, 369367448, 537993216];

/** @param halt ends the system */
export function systemInfoCalls(core: Core, halt: () => void): UnixHandlers {
  return {
    uname(_process, { buffer }) {
      buffer.data = encode(structs.utsname, {
        sysname: encodeText(SYSTEM_NAME),
        nodename: encodeText(core.hostName),
        release: encodeText(SYSTEM_RELEASE),
        version: encodeText(SYSTEM_VERSION),
        machine: encodeText(MACHINE_NAME),
        domainname: encodeText(DOMAIN_NAME),
      });
      return 0;
    },

    sethostname(process, { name, length }) {
      if (process.credentials.euid !== 0) throw EPERM;
      if (length > HOST_NAME_MAX) throw EINVAL;
      core.hostName = decodeText(name).split("\0")[0]!;
      return 0;
    },

    *sysinfo(_process, { buffer }) {
      const statistics = yield* core.memory.manager.statistics();
      buffer.data = encode(structs.sysinfo, {
        uptime: Math.floor(core.kernel.now() / NS_PER_SECOND),
        totalram: (statistics.frames + core.frames.total) * PAGE_SIZE,
        freeram: (statistics.freeFrames + core.frames.freeCount) * PAGE_SIZE,
        totalswap: statistics.swapPages * PAGE_SIZE,
        freeswap: (statistics.swapPages - statistics.swapUsed) * PAGE_SIZE,
        procs: core.processes.size,
        mem_unit: 1,
      });
      return 0;
    },

    /** The source never runs dry, so the flags make no difference. */
    *getrandom(_process, { buffer, flags }) {
      if (flags & GRND_RANDOM && flags & GRND_INSECURE) throw EINVAL;
      if (buffer.capacity === 0 && buffer.wanted > 0) throw EFAULT;
      buffer.data = yield* core.random(buffer.capacity);
      return buffer.capacity;
    },

    /** There is one of each. */
    getcpu(_process, { cpu, node }) {
      for (const number of [cpu, node]) if (number) number.data = new Uint8Array(4);
      return 0;
    },

    reboot(process, { magic1, magic2, command }) {
      if (process.credentials.euid !== 0) throw EPERM;
      if (magic1 !== REBOOT_MAGIC || !REBOOT_MAGIC2.includes(magic2)) throw EINVAL;
      switch (command) {
        case RebootCommand.CAD_ON:
        case RebootCommand.CAD_OFF:
          return 0;
        case RebootCommand.HALT:
        case RebootCommand.POWER_OFF:
        case RebootCommand.RESTART:
          halt();
          return 0;
        default:
          throw EINVAL;
      }
    },

    /** The server's diagnostics go to the host, not to a log of the guest. */
    syslog() {
      throw ENOSYS;
    },

    swapoff(process) {
      throw process.credentials.euid === 0 ? EINVAL : EPERM;
    },
  };
}
