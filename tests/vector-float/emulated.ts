/**
 * Executes a request (record.ts) on the emulated vector unit.
 */
import { GuestFault } from "#machine/cpu/fault.ts";
import { createFlags } from "#machine/cpu/flags.ts";
import { type RegisterFile, Word } from "#machine/cpu/registers.ts";
import { createVectorFloat } from "#machine/cpu/vector/float/float.ts";
import type { FloatOperation } from "#machine/cpu/vector/float/shapes.ts";
import { Vector } from "#machine/exit.ts";
import { operationOf, type Place } from "./operations.ts";
import { RECORD_BYTES, RequestAt, ResponseAt, SIGFPE } from "./record.ts";

const FILE_BYTES = 1024;
const EAX = 0;
const ECX = 1;

const buffer = new ArrayBuffer(FILE_BYTES);
const file: RegisterFile = { words: new Int32Array(buffer), halves: new Uint16Array(buffer), bytes: new Uint8Array(buffer) };
const flags = createFlags(file);
const operations = createVectorFloat(file, flags);

/** Word indices of both operands in each place. */
const OPERANDS: Readonly<Record<Place, readonly [number, number]>> = {
  xmm: [Word.XMM, Word.XMM + 4],
  mmx: [Word.VECTOR_SCRATCH, Word.VECTOR_SCRATCH + 4],
  general: [EAX, ECX],
};

/** @returns the response as runner.c would give it */
export function executeEmulated(request: Uint8Array): Uint8Array {
  const { words: R, bytes } = file;
  const view = new DataView(request.buffer, request.byteOffset, RECORD_BYTES);
  const code = request.subarray(RequestAt.CODE, RequestAt.CODE + request[RequestAt.LENGTH]!);
  const { mnemonic, opcode, destination, source } = operationOf(code);
  const sourceRegister = code[opcode.length]! & 1;
  const destinationBytes = request.subarray(RequestAt.DESTINATION, RequestAt.DESTINATION + 16);
  const sourceBytes = request.subarray(RequestAt.SOURCE, RequestAt.SOURCE + 16);
  bytes.set(destinationBytes, 4 * Word.XMM);
  bytes.set(destinationBytes, 4 * Word.VECTOR_SCRATCH);
  bytes.set(destinationBytes.subarray(0, 4), 4 * EAX);
  bytes.set(sourceBytes, 4 * (Word.XMM + 4));
  bytes.set(sourceBytes, 4 * (Word.VECTOR_SCRATCH + 4));
  bytes.set(sourceBytes.subarray(0, 4), 4 * ECX);
  R[Word.MXCSR] = view.getInt32(RequestAt.MXCSR, true);
  flags.setArithmetic(view.getInt32(RequestAt.EFLAGS, true));
  const operation: FloatOperation | undefined = (operations as Readonly<Record<string, FloatOperation>>)[mnemonic];
  if (operation === undefined) throw new RangeError(`${mnemonic} is not implemented`);
  let signal = 0;
  try {
    operation(OPERANDS[destination][0], OPERANDS[source][sourceRegister]!, code[code.length - 1]!);
  } catch (fault) {
    if (!(fault instanceof GuestFault) || fault.vector !== Vector.SIMD_FLOATING_POINT) throw fault;
    signal = SIGFPE;
  }
  const response = new Uint8Array(RECORD_BYTES);
  const after = new DataView(response.buffer);
  response.set(bytes.subarray(4 * Word.XMM, 4 * Word.XMM + 16), ResponseAt.XMM);
  response.set(bytes.subarray(4 * Word.VECTOR_SCRATCH, 4 * Word.VECTOR_SCRATCH + 8), ResponseAt.MMX);
  after.setInt32(ResponseAt.GENERAL, R[EAX]!, true);
  after.setInt32(ResponseAt.EFLAGS, flags.arithmetic(), true);
  after.setInt32(ResponseAt.MXCSR, R[Word.MXCSR]!, true);
  after.setInt32(ResponseAt.SIGNAL, signal, true);
  return response;
}
