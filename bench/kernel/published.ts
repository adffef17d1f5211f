/**
 * Published costs of IPC, to stand beside ours.
 *
 * Sources: Liedtke, "Improving IPC by Kernel Design" (SOSP 1993) and "On µ-Kernel Construction" (SOSP 1995); Liedtke et al.,
 * "Achieved IPC Performance" (HotOS 1997); Härtig et al., "The Performance of µ-Kernel-Based Systems" (SOSP 1997).
 */
export interface Published {
  readonly what: string;
  readonly machine: string;
  /** Clock cycles. */
  readonly cycles: number;
}

export const PUBLISHED: readonly Published[] = [
  { what: "L3, message of 8 bytes, one way", machine: "486, 50 MHz", cycles: 250 },
  { what: "L3, RPC of 1 byte, both ways", machine: "486, 50 MHz", cycles: 500 },
  { what: "L4, short message, one way", machine: "Pentium", cycles: 121 },
  { what: "L4, short message, one way", machine: "Alpha 21164", cycles: 45 },
  { what: "Mach, short message, one way", machine: "486, 50 MHz", cycles: 5750 },
  { what: "Mach, RPC of 1 byte, both ways", machine: "486, 50 MHz", cycles: 11500 },
  { what: "L4, page fault served by a pager", machine: "Pentium, 133 MHz", cycles: 825 },
  { what: "L4Linux, getpid through the server", machine: "Pentium, 133 MHz", cycles: 526 },
  { what: "MkLinux, getpid through the server", machine: "Pentium, 133 MHz", cycles: 14710 },
];
