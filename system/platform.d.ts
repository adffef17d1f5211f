/**
 * All that the portable layers expect of a JavaScript context beside the language and WebAssembly (machine/webassembly.d.ts): for the compiler, when
 * it checks them without any host's types (tsconfig.json in this folder). Sources: WHATWG, Encoding and Streams Standards.
 */

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}

// For web-streams.ts alone: a host that does not use it need not have them.

interface ReadableStreamDefaultController<Chunk> {
  readonly desiredSize: number | null;
  enqueue(chunk: Chunk): void;
  close(): void;
}

declare class ReadableStream<Chunk> {
  constructor(source: { start?(controller: ReadableStreamDefaultController<Chunk>): void; pull?(): void; cancel?(): void });
  readonly locked: boolean;
}

declare class WritableStream<Chunk> {
  constructor(sink: { write?(chunk: Chunk): Promise<void> | undefined; close?(): void; abort?(): void });
  readonly locked: boolean;
}
