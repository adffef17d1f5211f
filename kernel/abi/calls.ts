/**
 * Kernel calls of emulated threads: each is an interrupt vector of its own. Sources: L4 X.0 manual
 * for 0x30…0x36; L3's data-space regions (0x37, 0x38, 0x3c) and trap mirroring (0x39…0x3b) are ours.
 *
 * Registers in → out ("-" unused). All other registers are kept, except where X.0 says undefined.
 *
 * ipc              EAX send descriptor, ECX timeouts, EDX w0, EBX w1, EDI w2, EBP receive descriptor,
 *                  ESI destination → EAX dope|cc, EDX w0, EBX w1, EDI w2, ESI source, ECX addressee of a redirected message
 *                  (SendDescriptor.PROPAGATE: the word at [ESP] is the name to send under, kernel/clans.ts)
 * id_nearest       ESI destination → ESI nearest, EAX 0, or Condition bits: REDIRECTED for outside, with FROM_INNER for an inner
 *                  clan (destination NIL: own id)
 * fpage_unmap      EAX flexpage, ECX mask (Unmap) → EAX PageStatus bits
 * thread_switch    ESI destination
 * thread_schedule  EAX param, EBX external preempter, ESI destination → EAX old param, ECX/EDX time, EBX old preempter,
 *                  ESI partner
 * lthread_ex_regs  EAX lthread, ECX ESP, EDX EIP, EBX internal preempter → old values, EAX old EFLAGS, ESI NIL
 * task_new         EAX mcp, ECX ESP, EDX EIP, EBX pager, ESI destination task → ESI new task or NIL
 *                  (deletes the task in ESI, of the own clan, and makes a new one in its slot; ESI NIL: in any slot. The pager
 *                  gets a region over the whole space, data space 0. Pager NIL: only deletes, and returns ESI)
 * region_map       ESI pointer to a RegionRequest of 6 words {base, size, manager, ds, offset, rights} → EAX RegionError
 * region_unmap     EAX base, ECX size → EAX RegionError
 * trap_return      EAX pointer to the trap frame: continues the interrupted user code
 * trap_setup       EAX trap frame, ECX handler EIP, EDX handler ESP, EBX nested handler EIP → EAX 0 or RegionError.INVALID
 * set_descriptor   EAX entry number (6…8), ECX base, EDX limit in bytes, EBX flags (1 present, 2 writable,
 *                  4 expands down, 8 limit kept in pages, 16 available bit) → EAX 0 or RegionError.INVALID
 * region_protect   EAX base, ECX size, EDX rights (Right) → EAX RegionError
 */
export const KernelCallVector = {
  IPC: 0x30,
  ID_NEAREST: 0x31,
  FPAGE_UNMAP: 0x32,
  THREAD_SWITCH: 0x33,
  THREAD_SCHEDULE: 0x34,
  LTHREAD_EX_REGS: 0x35,
  TASK_NEW: 0x36,
  REGION_MAP: 0x37,
  REGION_UNMAP: 0x38,
  TRAP_RETURN: 0x39,
  TRAP_SETUP: 0x3a,
  SET_DESCRIPTOR: 0x3b,
  REGION_PROTECT: 0x3c,
} as const;

/** Results of region calls. */
export const RegionError = { OK: 0, INVALID: 1, OVERLAP: 2, NO_MEMORY: 3, DENIED: 4 } as const;

/** Access rights of a region. EXECUTE is kept for the Unix server; i386 cannot enforce it. */
export const Right = { READ: 1, WRITE: 2, EXECUTE: 4 } as const;
