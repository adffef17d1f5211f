/**
 * Reads and writes structures by their layout tables (structs.ts). Integers are numbers; 64-bit ones are exact up to
 * 2^53, and may be given as bigint. Byte fields are Uint8Arrays.
 */
import { fieldSizes, type Field, type Layout } from "./structs.ts";

export type ValueOf<F extends Field> = F extends { type: "bytes" } ? Uint8Array : number;
export type ValuesOf<L extends Layout> = { [K in keyof L["fields"]]: ValueOf<L["fields"][K]> };
export type InputsOf<L extends Layout> = {
  [K in keyof L["fields"]]?: L["fields"][K] extends { type: "bytes" } ? Uint8Array : number | bigint;
};

function writeInteger(view: DataView, field: Field, value: number | bigint): void {
  switch (fieldSizes[field.type]) {
    case 1:
      view.setUint8(field.offset, Number(value));
      break;
    case 2:
      view.setUint16(field.offset, Number(value), true);
      break;
    case 4:
      view.setUint32(field.offset, Number(value), true);
      break;
    default:
      writeWide(view, field.offset, value);
  }
}

/** 64 bits. Numbers are written by halves: making a bigint of each takes longer. */
function writeWide(view: DataView, offset: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    view.setBigInt64(offset, BigInt.asIntN(64, value), true);
    return;
  }
  const whole = Math.trunc(value);
  view.setUint32(offset, whole, true);
  view.setUint32(offset + 4, Math.floor(whole / 2 ** 32), true);
}

function readInteger(view: DataView, field: Field): number {
  switch (field.type) {
    case "u8":
      return view.getUint8(field.offset);
    case "u16":
      return view.getUint16(field.offset, true);
    case "u32":
      return view.getUint32(field.offset, true);
    case "i32":
      return view.getInt32(field.offset, true);
    case "u64":
      return Number(view.getBigUint64(field.offset, true));
    default:
      return Number(view.getBigInt64(field.offset, true));
  }
}

/** A structure with the given fields, others zero. Byte fields are cut to their length. */
export function encode<const L extends Layout>(layout: L, values: InputsOf<L>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  const view = new DataView(bytes.buffer);
  const inputs: Record<string, Uint8Array | number | bigint | undefined> = values;
  for (const name in inputs) {
    const field = layout.fields[name];
    const value = inputs[name];
    if (field === undefined || value === undefined) continue;
    if (value instanceof Uint8Array) bytes.set(value.subarray(0, field.count ?? 0), field.offset);
    else writeInteger(view, field, value);
  }
  return bytes;
}

/** All fields of a structure. `bytes` must be at least as long as the layout; byte fields are copies. */
export function decode<const L extends Layout>(layout: L, bytes: Uint8Array): ValuesOf<L> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Record<string, number | Uint8Array> = {};
  for (const name in layout.fields) {
    const field = layout.fields[name]!;
    values[name] = field.type === "bytes" ? bytes.slice(field.offset, field.offset + (field.count ?? 0)) : readInteger(view, field);
  }
  return values as ValuesOf<L>;
}
