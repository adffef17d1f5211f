/**
 * boot(): from options to a running system.
 */
import type { BootOptions } from "./options.ts";
import { System } from "./system.ts";

/**
 * Boots a system and resolves when it can run programs (process 1 is up).
 * Rejects with an OptionError when the options make no sense.
 */
export function boot(options: BootOptions = {}): Promise<System> {
  return System.start(options);
}
