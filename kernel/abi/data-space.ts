/**
 * Data spaces in messages: the protocol between kernel and memory managers, beside that of page faults (page-fault.ts).
 *
 * A message may carry data spaces (layout: ipc.ts), each named by its manager's thread and a number that means something between that
 * manager and the sender's task. What arrives is a lazy copy, which the kernel asks for in the sender's name before the message is
 * complete. The receiver finds (manager, number of the copy) in its buffer, may bind regions to it, and gives it up when it likes.
 *
 *   COPY     w0 = label | ticket << 12   w1 = number   w2 = task (its thread 0) that is to have the copy
 *            answer: w0 = 0, w1 = number of the copy, in that task; or w0 = a FaultRefusal
 *   DISCARD  w0 = label | ticket << 12, in the receiver's name: the message with the copy of that ticket failed, or its answer was not
 *            waited for. The copy is to be given up. No answer.
 *   RELEASE  w0 = label   w1 = number: sent by a task that gives a data space up. Answer: w0 = 0 or a FaultRefusal.
 *
 * Three words, so that managers need no buffer. Bits of a label are clear in the first word of a fault. The copy belongs to the receiving
 * task: it goes when that task is gone, whatever becomes of the sender. A manager cannot tell COPY from the same words sent by the task
 * itself, as with faults, so what a task can be given is to be limited. Any answer but the one above, flexpages too, is a refusal: a
 * manager that does not know the protocol refuses. A manager whose answer is not taken need do nothing: DISCARD follows.
 */
export const DataSpaceLabel = { COPY: 0x10, DISCARD: 0x14, RELEASE: 0x18 } as const;

/** Tickets tell apart what the kernel has asked for: 20 bits, then they begin again. */
export const DATA_SPACE_TICKET_SHIFT = 12;
export const DATA_SPACE_TICKETS = 1 << 20;

export const dataSpaceLabel = (word: number): number => word & 0xfff;
export const dataSpaceTicket = (word: number): number => word >>> DATA_SPACE_TICKET_SHIFT;
