/**
 * The command `lites paging`: options in, measurements, reports out.
 *
 * Layer beneath: cli-options.ts, run.ts.
 */
import { CommanderError } from "commander";
import { OptionError } from "#node/options.ts";
import { listText, parser, type RawOptions, requestOf } from "./cli-options.ts";
import { run } from "./run.ts";

declare const PACKAGE_VERSION: string;

const USAGE_STATUS = 2;
const INTERNAL_STATUS = 70;

function complain(message: string): number {
  process.stderr.write(`lites paging: ${message}\n`);
  return USAGE_STATUS;
}

/** Runs the command line; returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parser(PACKAGE_VERSION).parse(argv, { from: "user" });
    const request = requestOf(command.opts<RawOptions>(), command.args);
    if (!request.list) return await run(request);
    process.stdout.write(listText());
    return 0;
  } catch (error) {
    if (error instanceof OptionError) return complain(error.message);
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      return complain(`${error.message.replace(/^error: /, "")} (see lites paging --help)`);
    }
    // A file that cannot be written, a disk that is full.
    if (error instanceof Error && "syscall" in error) return complain(error.message);
    process.stderr.write(`lites paging: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return INTERNAL_STATUS;
  }
}

// The reader of a pipe may go when it has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main(process.argv.slice(2));
