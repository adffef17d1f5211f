/**
 * Reference traces: which pages tasks touched, and when.
 *
 * Layer beneath: none.
 */

/** Is told of references in program order. */
export interface ReferenceSink {
  /**
   * @param time instructions executed
   * @param task a small number
   * @param page number of the page
   */
  reference(time: number, task: number, page: number, write: boolean, fetch: boolean): void;
}
