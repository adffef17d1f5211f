/**
 * Trap mirroring: how the kernel hands a trap of a thread back to user level, in the same thread.
 *
 * A thread announces with trap_setup a frame (in its own memory), a handler EIP and a handler ESP.
 * From then on every exception and every software interrupt that is not a kernel call is mirrored:
 * the kernel writes the user registers into the frame, sets `inHandler`, and continues at the
 * handler with the handler's stack in the flat segment, all general registers but ESP unchanged, and AC, DF, NT
 * and TF cleared.
 * trap_return restores everything from the frame and clears `inHandler`, in one step.
 *
 * - A fault while inHandler ≠ 0 (the handler touched bad memory) does not overwrite the frame: only the
 *   nested words are written and EIP becomes the nested handler; all registers are kept. Software interrupts in
 *   the handler that are not kernel calls are treated the same way.
 * - A forced exception (lthread_ex_regs with ExRegs.TRIGGER, by the chief or by a thread of the task)
 *   interrupts user code with vector AST. While inHandler ≠ 0 only `astPending` is set, and
 *   trap_return then enters the handler again with vector AST instead of returning.
 *   It cancels an IPC or a page-fault wait that the thread is in; after a page-fault wait the
 *   instruction restarts.
 * - If the frame itself cannot be written, or no handler is set up, the thread stops and the kernel
 *   sends an exception message (below) to its chief.
 *
 * The frame is word-aligned and lies within one page; frame 0 in trap_setup takes the handler away. A nested
 * handler that traps before it completes an instruction stops the thread as well.
 *
 * Byte offsets. The seven general registers are in the order of Linux's pt_regs, so that system-call
 * arguments are consecutive.
 */
export const TrapFrame = {
  IN_HANDLER: 0,
  AST_PENDING: 4,
  VECTOR: 8,
  ERROR_CODE: 12,
  /** Linear address of a page fault. */
  ADDRESS: 16,
  /** FaultRefusal of a page fault, else 0. */
  REASON: 20,
  EBX: 24,
  ECX: 28,
  EDX: 32,
  ESI: 36,
  EDI: 40,
  EBP: 44,
  EAX: 48,
  EIP: 52,
  EFLAGS: 56,
  ESP: 60,
  DS: 64,
  ES: 68,
  FS: 72,
  GS: 76,
  NESTED_VECTOR: 80,
  NESTED_EIP: 84,
  NESTED_ADDRESS: 88,
  NESTED_REASON: 92,
  SS: 96,
  SIZE: 100,
} as const;

/** VECTOR of a forced exception. */
export const VECTOR_AST = 0xffffffff;

/**
 * Exception message, kernel (in the name of the stopped thread) → chief's thread 0 unless a task was
 * created with another exception handler: w0 = EXCEPTION_LABEL, w1 = vector, w2 = EIP, w3 = address,
 * w4 = reason. The thread stays stopped until it is deleted or given new registers by ex_regs.
 */
export const EXCEPTION_LABEL = 0xfffffffe;

/** Flags of lthread_ex_regs, in EAX above the thread number. */
export const ExRegs = { TRIGGER: 1 << 8 } as const;
