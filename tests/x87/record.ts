/**
 * One x87 instruction with the state before it (request) or after it (response), in the format of runner.c.
 */
import { fileURLToPath } from "node:url";
import type { Extended } from "../hardware/tolerance.ts";

/** The program that executes records on the host. */
export const RUNNER = fileURLToPath(new URL("./runner.c", import.meta.url));

export const IMAGE_BYTES = 108;
export const OPERAND_BYTES = 112;
export const RECORD_BYTES = IMAGE_BYTES + OPERAND_BYTES + 4;
/** Offset of the two bytes of EFLAGS in a response; requests have operands that end before. */
export const FLAGS_AFTER = IMAGE_BYTES + 110;
/** Offset of escape and ModR/M byte and flags (request), of signal and AX (response). */
export const TRAILER = IMAGE_BYTES + OPERAND_BYTES;
export const SIGILL = 4;
export const SIGFPE = 8;

export interface Request {
  control: number;
  /** Status word except TOP. */
  status: number;
  top: number;
  /** ST(0)…ST(7); undefined = empty. */
  stack: readonly (Extended | undefined)[];
  operand: Uint8Array;
  escape: number;
  modrm: number;
  flags: number;
}

export function encode(request: Request): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  let tags = 0;
  request.stack.forEach((value, i) => {
    if (value === undefined) {
      tags |= 3 << (2 * ((request.top + i) & 7));
      return;
    }
    view.setBigUint64(28 + 10 * i, value.significand, true);
    view.setUint16(36 + 10 * i, value.signExponent, true);
  });
  view.setUint32(0, 0xffff0000 | request.control, true);
  view.setUint32(4, 0xffff0000 | (request.status & ~0x3800) | (request.top << 11), true);
  view.setUint32(8, 0xffff0000 | tags, true);
  bytes.set(request.operand, IMAGE_BYTES);
  bytes[TRAILER] = request.escape;
  bytes[TRAILER + 1] = request.modrm;
  bytes[TRAILER + 2] = request.flags;
  return bytes;
}

export function word(record: Uint8Array, at: number): number {
  return record[at]! | (record[at + 1]! << 8);
}

/** ST(i) of an image. */
export function stackEntry(record: Uint8Array, i: number): Extended {
  const view = new DataView(record.buffer, record.byteOffset + 28 + 10 * i, 10);
  return { significand: view.getBigUint64(0, true), signExponent: view.getUint16(8, true) };
}

/** Whether ST(i) of an image is empty. */
export function isEmptyEntry(record: Uint8Array, i: number): boolean {
  const top = (word(record, 4) >> 11) & 7;
  return ((word(record, 8) >> (2 * ((top + i) & 7))) & 3) === 3;
}

export function formatExtended(value: Extended): string {
  return `${value.signExponent.toString(16).padStart(4, "0")}:${value.significand.toString(16).padStart(16, "0")}`;
}

/** A record in words, for messages of failed tests. */
export function format(record: Uint8Array): string {
  const stack = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (isEmptyEntry(record, i) ? "-" : formatExtended(stackEntry(record, i))));
  const operand = Buffer.from(record.subarray(IMAGE_BYTES, IMAGE_BYTES + 28)).toString("hex");
  const trailer = Buffer.from(record.subarray(TRAILER)).toString("hex");
  const [control, status, tags] = [0, 4, 8].map((at) => word(record, at).toString(16).padStart(4, "0"));
  return `cw=${control} sw=${status} tags=${tags} [${stack.join(" ")}] memory=${operand} trailer=${trailer} flags=${word(record, FLAGS_AFTER).toString(16)}`;
}
