/**
 * execve.
 */
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { execute } from "../execution/execute.ts";
import { pageDown, pageUp } from "../abi/memory-flags.ts";

export function executionCalls(core: Core): UnixHandlers {
  return {
    *execve(process, { path, argv, envp, block, blockSize }, thread) {
      const { space } = process;
      yield* execute(core, thread, path, argv, envp);
      // Who shares the old image keeps it, without the room that the emulation library had taken for the arguments.
      if (blockSize > 0 && space!.isShown) yield* space!.unmap(pageDown(block), pageUp(block + blockSize));
      return 0;
    },
  };
}
