/**
 * One SSE instruction with its operands (request) or its results (response), in the format of runner.c.
 */
import { fileURLToPath } from "node:url";
import { areApproximations } from "../hardware/tolerance.ts";

/** The program that executes records on the host. */
export const RUNNER = fileURLToPath(new URL("./runner.c", import.meta.url));

export const RECORD_BYTES = 48;
export const SIGFPE = 8;

/** Byte offsets in a request. */
export const RequestAt = { DESTINATION: 0, SOURCE: 16, MXCSR: 32, EFLAGS: 36, LENGTH: 40, CODE: 41 } as const;
/** Byte offsets in a response. */
export const ResponseAt = { XMM: 0, MMX: 16, GENERAL: 24, EFLAGS: 28, MXCSR: 32, SIGNAL: 36 } as const;

/** TF, IF and the like are the host's affair. */
export const COMPARED_FLAGS = 0x8d5;

export interface Request {
  destination: Uint32Array;
  source: Uint32Array;
  mxcsr: number;
  eflags: number;
  code: readonly number[];
}

export function encode(request: Request): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 4; i++) {
    view.setUint32(RequestAt.DESTINATION + 4 * i, request.destination[i]!, true);
    view.setUint32(RequestAt.SOURCE + 4 * i, request.source[i]!, true);
  }
  view.setUint32(RequestAt.MXCSR, request.mxcsr, true);
  view.setUint32(RequestAt.EFLAGS, request.eflags, true);
  bytes[RequestAt.LENGTH] = request.code.length;
  bytes.set(request.code, RequestAt.CODE);
  return bytes;
}

export function word(record: Uint8Array, at: number): number {
  return new DataView(record.buffer, record.byteOffset + at, 4).getUint32(0, true);
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function words(record: Uint8Array, at: number, count: number): string {
  return Array.from({ length: count }, (_, i) => hexadecimal(word(record, at + 4 * i))).join(" ");
}

export function formatRequest(record: Uint8Array): string {
  const code = Buffer.from(record.subarray(RequestAt.CODE, RequestAt.CODE + record[RequestAt.LENGTH]!)).toString("hex");
  return `${code} [${words(record, RequestAt.DESTINATION, 4)}] [${words(record, RequestAt.SOURCE, 4)}] mxcsr=${word(record, RequestAt.MXCSR).toString(16)}`;
}

export function formatResponse(record: Uint8Array): string {
  const [eflags, mxcsr] = [word(record, ResponseAt.EFLAGS) & COMPARED_FLAGS, word(record, ResponseAt.MXCSR)];
  return `xmm=[${words(record, ResponseAt.XMM, 4)}] mm=[${words(record, ResponseAt.MMX, 2)}] eax=${words(record, ResponseAt.GENERAL, 1)} eflags=${eflags.toString(16)} mxcsr=${mxcsr.toString(16)} signal=${record[ResponseAt.SIGNAL]!}`;
}

/**
 * @param approximated words of the XMM register that are compared within the error of RCP and RSQRT
 * @returns whether two responses agree in all that is defined
 */
export function agree(expected: Uint8Array, actual: Uint8Array, approximated = 0): boolean {
  for (let at = 0; at < RECORD_BYTES; at += 4) {
    const mask = at === ResponseAt.EFLAGS ? COMPARED_FLAGS : ~0;
    const isSame = ((word(expected, at) ^ word(actual, at)) & mask) === 0;
    const isApproximated = at < ResponseAt.XMM + 4 * approximated;
    if (!isSame && !(isApproximated && areApproximations(word(expected, at), word(actual, at)))) return false;
  }
  return true;
}
