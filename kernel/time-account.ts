/**
 * Processor time that a task has taken, as processor-time.ts finds it out.
 */

/** In nanoseconds. */
export interface TaskTimes {
  userNs: number;
  systemNs: number;
}

/** What a task did, for dividing the time among tasks. */
export class TimeAccount implements TaskTimes {
  userNs = 0;
  systemNs = 0;
  /** Of trap handlers, since the task exists. */
  handlerInstructions = 0;
  /** Since the clock was last read: instructions of its own code, and how often it ran. */
  instructions = 0;
  runs = 0;
}
