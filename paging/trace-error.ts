/** What is wrong with a line of a trace. Layer beneath: none. */
export class TraceError extends Error {
  /** @param line its number, from 1 */
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = "TraceError";
  }
}
