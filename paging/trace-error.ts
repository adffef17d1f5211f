/** What is wrong with a trace. Layer beneath: none. */
export class TraceError extends Error {
  /** @param line its number, from 1; undefined: it is not about a line */
  constructor(line: number | undefined, message: string) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.name = "TraceError";
  }
}
