/**
 * The progress line on a terminal.
 *
 * Layer beneath: none.
 */

/** Width of terminals that do not tell theirs. */
const DEFAULT_COLUMNS = 80;
const CLEAR = "\r\x1b[K";

export class Progress {
  #done = 0;
  readonly #total: number;
  readonly #began = performance.now();
  readonly #stream: NodeJS.WriteStream;
  readonly #shown: boolean;

  /** @param shown whether anything is written at all */
  constructor(total: number, stream: NodeJS.WriteStream, shown: boolean) {
    this.#total = total;
    this.#stream = stream;
    this.#shown = shown && stream.isTTY === true;
  }

  begin(what: string): void {
    this.#write(what);
  }

  end(what: string): void {
    this.#done++;
    this.#write(what);
  }

  /** Leaves an empty line. */
  clear(): void {
    if (this.#shown) this.#stream.write(CLEAR);
  }

  #write(what: string): void {
    if (!this.#shown) return;
    const passed = (performance.now() - this.#began) / 1000;
    const left = this.#done === 0 ? "" : `, about ${Math.ceil((passed / this.#done) * (this.#total - this.#done))} s left`;
    const line = `${this.#done}/${this.#total} ${what}${left}`;
    this.#stream.write(CLEAR + line.slice(0, (this.#stream.columns || DEFAULT_COLUMNS) - 1));
  }
}
