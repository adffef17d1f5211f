/**
 * Strings of the server are byte strings: each character is one byte (U+0000 … U+00FF), for names, arguments and texts are bytes in Unix.
 *
 * Users of the host see Unicode: UTF-8 decoded, and each byte that is no part of UTF-8 as a lone surrogate U+DC80 … U+DCFF. So different
 * bytes are different texts, and they come back as they were. The names of memfs are such texts.
 */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const ESCAPE = 0xdc00;
/** Arguments of one call of String.fromCharCode. */
const CHUNK = 8192;
const NOT_ASCII = /[^\0-\x7f]/;
const NOT_BYTES = /[^\0-\xff]/;

export const isAscii = (text: string): boolean => !NOT_ASCII.test(text);

/** Bytes as a byte string. */
export function decodeText(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    // Not by spreading: that goes through an iterator.
    text += String.fromCharCode.apply(null, bytes.subarray(start, start + CHUNK) as unknown as number[]);
  }
  return text;
}

/** The bytes of a byte string. @throws RangeError for a text that is none: it must go through byteStringOf() first */
export function encodeText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) throw new RangeError(`not a byte string: ${JSON.stringify(text)}`);
    bytes[index] = code;
  }
  return bytes;
}

/** A byte string as Unicode text; other texts stay. */
export function unicodeOf(text: string): string {
  if (isAscii(text) || NOT_BYTES.test(text)) return text;
  const bytes = encodeText(text);
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeWithEscapes(bytes);
  }
}

/** Length of the UTF-8 sequence at `index`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || index + length > bytes.length) return 0;
  try {
    decoder.decode(bytes.subarray(index, index + length));
    return length;
  } catch {
    return 0;
  }
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    if (length === 0) text += String.fromCharCode(ESCAPE + bytes[index++]!);
    else {
      text += decoder.decode(bytes.subarray(index, index + length));
      index += length;
    }
  }
  return text;
}

/** Unicode text as a byte string: UTF-8, with escapes as the bytes that they stand for. Other lone surrogates become U+FFFD. */
export function byteStringOf(text: string): string {
  if (isAscii(text)) return text;
  let bytes = "";
  let start = 0;
  const escape = /(?<![\ud800-\udbff])[\udc80-\udcff]/g;
  for (const match of text.matchAll(escape)) {
    bytes += decodeText(encoder.encode(text.slice(start, match.index))) + String.fromCharCode(match[0].charCodeAt(0) - ESCAPE);
    start = match.index + 1;
  }
  return bytes + decodeText(encoder.encode(text.slice(start)));
}
