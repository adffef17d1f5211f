/**
 * Packages that only some commands need: users install them themselves, for they are many times as large as the rest.
 */
import { OptionError } from "#system/option-error.ts";

/**
 * @param what needs them
 * @throws OptionError that names those that are missing
 */
export async function needPackages(names: readonly string[], what: string): Promise<void> {
  const missing: string[] = [];
  for (const name of names) {
    try {
      await import(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
      missing.push(name);
    }
  }
  if (missing.length > 0) throw new OptionError(`${what} needs more packages: npm install ${missing.join(" ")}`);
}
