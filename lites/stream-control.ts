/**
 * ioctl(2) requests that all streams answer alike.
 */
import { ioctlCommands } from "./abi/commands.ts";
import { ENOTTY } from "./abi/errno.ts";
import type { CommandArgument } from "./arguments.ts";

/** An int as it travels. */
export function intBytes(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** FIONREAD; everything else is ENOTTY. */
export function bytesReady(command: number, argument: CommandArgument, count: number): number {
  if (command !== ioctlCommands.FIONREAD.nr) throw ENOTTY;
  argument.output!.data = intBytes(count);
  return 0;
}
