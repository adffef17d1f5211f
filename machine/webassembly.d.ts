/**
 * The part of the WebAssembly interface that the machine uses; the standard libraries declare it only together with
 * the DOM.
 */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }

  class Table {
    constructor(descriptor: { element: "anyfunc"; initial: number; maximum?: number }, value?: unknown);
    readonly length: number;
    set(index: number, value: unknown): void;
    grow(delta: number): number;
  }

  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, (...values: number[]) => number>;
  }
}
