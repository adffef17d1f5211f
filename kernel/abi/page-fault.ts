/**
 * The page-fault protocol between kernel and memory managers (L3 data spaces).
 *
 * An access without a mapping, in a region bound to (manager, data space, offset), makes the kernel
 * send, in the name of the faulting thread, to the manager:
 *
 *   w0 = (byte offset of the page in the data space) | (write ? FAULT_WRITE : 0)
 *   w1 = data space number     w2 = client's virtual address of the page     w3 = client's EIP
 *
 * (without w3 for a manager that receives registers only) and makes the client wait for the answer,
 * with the region as receive window. The manager replies with flexpages (hot spot = client's virtual address; pages outside the region are ignored; the page
 * asked for comes last, because a manager that is itself the client has a window of one page), or
 * with a short message w0 = a FaultRefusal, which raises a page-fault exception in the client.
 * In a region that no task made at boot has bound, the manager has ten seconds to take the message and ten to answer, then it is
 * taken for failed; an answer that comes later is one to a thread that does not wait.
 * A page that an emulated manager sends, lies in one of its own regions and is not mapped, is brought by its own manager first.
 * A reply that maps nothing useful restarts the instruction, which faults again; the kernel raises
 * the exception with FaultRefusal.MANAGER after three useless replies in a row.
 */
export const FAULT_WRITE = 2;

/** Why a page fault could not be served. 0 is left out: it means "mapped". */
export const FaultRefusal = {
  /** The kernel found no region at the address (SEGV_MAPERR). */
  NO_REGION: 1,
  /** The region's or object's rights forbid the access (SEGV_ACCERR). */
  RIGHTS: 2,
  /** Beyond the end of the object (SIGBUS). */
  BEYOND_END: 3,
  /** No memory and no room on the paging disk. */
  NO_MEMORY: 4,
  /** The medium failed. */
  IO: 5,
  /** The manager does not exist, died, or gives useless answers. */
  MANAGER: 6,
} as const;
