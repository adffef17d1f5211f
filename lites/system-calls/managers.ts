/**
 * Regions of processes at a memory manager that was booted for them: the call of libl3's l3_arena. The server binds the region, for
 * the manager is outside its clan. Layer beneath: the kernel's regions.
 */
import { RegionError, Right } from "#kernel/abi/calls.ts";
import { EINVAL, ENODEV, ENOMEM } from "../abi/errno.ts";
import { PAGE_SIZE } from "../abi/memory-flags.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";

const RIGHTS = Right.READ | Right.WRITE | Right.EXECUTE;

export function managerCalls(core: Core): UnixHandlers {
  return {
    bind_manager(process, { address, size, dataSpace, rights }) {
      const { manager } = core;
      if (manager === undefined) throw ENODEV;
      if ((address | size) % PAGE_SIZE !== 0 || size === 0 || rights & ~RIGHTS) throw EINVAL;
      // The addresses must be the process's, and of no other use.
      const { mappings } = process.space!;
      const end = address + size;
      if (!mappings.covers(address, end) || mappings.overlapping(address, end).some(({ protection }) => protection !== 0)) throw EINVAL;
      const result = core.kernel.regionMap(process.task, address, size, manager, dataSpace, 0, rights);
      if (result === RegionError.OVERLAP) throw EINVAL;
      if (result !== RegionError.OK) throw ENOMEM;
      return 0;
    },
  };
}
