/**
 * Parts of byte arrays. A view costs V8 as much as a short message, and nearly always the part is the whole.
 */
export const partOf = (bytes: Uint8Array, start: number, end = bytes.length): Uint8Array =>
  start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
