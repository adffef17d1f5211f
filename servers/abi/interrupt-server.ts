/**
 * Protocol of the interrupt server, which owns all interrupt lines: drivers register, and it asks them around.
 *
 * Request: w0 = InterruptRequest, w1 = line, w2 by request. Reply: w0 = InterruptStatus, further as listed. All messages fit in
 * registers.
 *
 * When a line is raised, the server sends the question { QUESTION, line } to one registered thread after the other until one
 * claims it: answer { Claim.CLAIMED } once its device no longer asserts the line, or { Claim.NOT_MINE }. An answer has to come
 * within ANSWER_US. A driver recognises questions by their sender, a thread of the server's task.
 *
 * Anybody may register, for it gives no privilege: those whose claims proved true keep their place in the order, those that
 * claimed falsely or kept silent are asked after all others, and who was silent SILENCE_LIMIT times in a row is struck off.
 * Sources: the design asked for in a study of shared interrupts on L4/ARM; that a right to a line is not the kernel's business is X.0's.
 */
export const InterruptRequest = {
  /** The sending thread is asked from now on (once per thread and line) → w1 = the thread that asks. */
  REGISTER: 0x200,
  /** w2 = thread, NIL = the sender. Only for itself, its task, or a task of its clan. */
  UNREGISTER: 0x201,
  /** → w1 = interrupts claimed, w2 = not claimed by anybody; with a buffer for more words: w3 = false claims, w4 = silences, w5 = registered threads. */
  STATISTICS: 0x202,
  /** Server → driver. */
  QUESTION: 0x203,
} as const;

export const InterruptStatus = {
  OK: 0,
  NO_SUCH_LINE: 1,
  ALREADY_REGISTERED: 2,
  /** Too many threads are registered for the line, or too many of one task. */
  FULL: 3,
  NOT_REGISTERED: 4,
  DENIED: 5,
  BAD_REQUEST: 6,
} as const;

export const Claim = { NOT_MINE: 0, CLAIMED: 1 } as const;

/** How long a driver may take to take a question, and again to answer it, in microseconds of the machine's clock. */
export const ANSWER_US = 5_000;
/** So many questions in a row without an answer end a registration. */
export const SILENCE_LIMIT = 3;
/** Registered threads per line, in all and of one task. */
export const MAX_DRIVERS = 64;
export const MAX_DRIVERS_OF_TASK = 4;
