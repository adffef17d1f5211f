/**
 * Executes records of one size on the host's own processor: each request has a result of the same size. Layer beneath: runner.ts.
 */
import { Runner } from "./runner.ts";

export class RecordRunner {
  readonly #runner: Runner;
  readonly #recordBytes: number;

  private constructor(runner: Runner, recordBytes: number) {
    this.#runner = runner;
    this.#recordBytes = recordBytes;
  }

  /**
   * @param source the program's file
   * @param recordBytes size of a request, and of its result
   * @returns undefined when the host cannot build or execute the program
   */
  static open(source: string, recordBytes: number): RecordRunner | undefined {
    const runner = Runner.open(source, new Uint8Array());
    return runner && new RecordRunner(runner, recordBytes);
  }

  execute(requests: readonly Uint8Array[]): Uint8Array[] {
    const size = this.#recordBytes;
    const { status, output } = this.#runner.run(Buffer.concat(requests));
    if (status !== 0) throw new Error(`the runner ended with ${status ?? "a signal"}`);
    return requests.map((_, i) => new Uint8Array(output.subarray(i * size, (i + 1) * size)));
  }

  close(): void {
    this.#runner.close();
  }
}
