/**
 * execve.
 */
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { execute } from "../execution/execute.ts";

export function executionCalls(core: Core): UnixHandlers {
  return {
    *execve(process, { path, argv, envp }) {
      yield* execute(core, process, path, argv, envp);
      return 0;
    },
  };
}
