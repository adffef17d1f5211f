/**
 * The `lites` command: a thin user of the library.
 */
import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { type CommandOptions, commandName, exactWords, jobOf, parser } from "./command-line.ts";
import { closedDescriptors, OutputError, writeText } from "./host-output.ts";
import { OptionError } from "#system/option-error.ts";
import { type JobEnd, runJob } from "./run-job.ts";

declare const PACKAGE_VERSION: string;

const FAILURE_STATUS = 1;
const USAGE_STATUS = 2;
const INTERNAL_STATUS = 70;
/** Of a program that SIGPIPE ended. */
const BROKEN_PIPE_STATUS = 141;

const closed = closedDescriptors(process.env);
/** Messages, trace lines or what the program wrote to standard error were lost, and not because its reader went. */
let isLost = false;
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  isLost ||= error.code !== "EPIPE";
});

const ended = (status: number): JobEnd => ({ status, isForced: false });

function complain(message: string, status: number): JobEnd {
  process.stderr.write(`lites: ${message}\n`);
  return ended(status);
}

/** Runs the command line. */
async function main(argv: readonly string[]): Promise<JobEnd> {
  try {
    const words = exactWords(argv, () => readFileSync("/proc/self/cmdline"));
    const command = parser(PACKAGE_VERSION, (text) => writeText(1, "standard output", text, closed)).parse(words, { from: "user" });
    const options = command.opts<CommandOptions>();
    return await runJob(jobOf(command.args, options.command), options, closed);
  } catch (error) {
    if (error instanceof OptionError) {
      return complain(error.option === undefined ? error.reason : `${commandName(error.option)}: ${error.reason}`, USAGE_STATUS);
    }
    if (error instanceof OutputError) {
      return error.code === "EPIPE" ? ended(BROKEN_PIPE_STATUS) : complain(error.message, FAILURE_STATUS);
    }
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ended(0);
      return complain(`${error.message.replace(/^error: /, "")} (see lites --help)`, USAGE_STATUS);
    }
    return complain(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, INTERNAL_STATUS);
  }
}

const { status, isForced } = await main(process.argv.slice(2));
if (isForced) process.exit(status);
process.exitCode = status === 0 && isLost ? FAILURE_STATUS : status;
// Standard input may still be open (a terminal, a pipe nobody closes): do not wait for it.
process.stdin.destroy();
process.stdin.unref?.();
