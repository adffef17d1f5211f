/**
 * Signals: numbers, default actions, flags and codes of Linux/i386. Source: signal(7), sigaction(2).
 */

export type DefaultAction = "terminate" | "core" | "ignore" | "stop" | "continue";

// biome-ignore format: table
const rows = {
  SIGHUP:    [ 1, "terminate"],
  SIGINT:    [ 2, "terminate"],
  SIGQUIT:   [ 3, "core"],
  SIGILL:    [ 4, "core"],
  SIGTRAP:   [ 5, "core"],
  SIGABRT:   [ 6, "core"],
  SIGBUS:    [ 7, "core"],
  SIGFPE:    [ 8, "core"],
  SIGKILL:   [ 9, "terminate"],
  SIGUSR1:   [10, "terminate"],
  SIGSEGV:   [11, "core"],
  SIGUSR2:   [12, "terminate"],
  SIGPIPE:   [13, "terminate"],
  SIGALRM:   [14, "terminate"],
  SIGTERM:   [15, "terminate"],
  SIGSTKFLT: [16, "terminate"],
  SIGCHLD:   [17, "ignore"],
  SIGCONT:   [18, "continue"],
  SIGSTOP:   [19, "stop"],
  SIGTSTP:   [20, "stop"],
  SIGTTIN:   [21, "stop"],
  SIGTTOU:   [22, "stop"],
  SIGURG:    [23, "ignore"],
  SIGXCPU:   [24, "core"],
  SIGXFSZ:   [25, "core"],
  SIGVTALRM: [26, "terminate"],
  SIGPROF:   [27, "terminate"],
  SIGWINCH:  [28, "ignore"],
  SIGIO:     [29, "terminate"],
  SIGPWR:    [30, "terminate"],
  SIGSYS:    [31, "core"],
} as const satisfies Record<string, readonly [number, DefaultAction]>;

type SignalName = keyof typeof rows;

export const signalNumbers = Object.fromEntries(Object.entries(rows).map(([name, [number]]) => [name, number])) as {
  readonly [N in SignalName]: (typeof rows)[N][0];
};

// biome-ignore format: one line per ten
export const {
  SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1,
  SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN,
  SIGTTOU, SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGSYS,
} = signalNumbers;

/** Signals are 1 … SIGNAL_COUNT; from SIGRTMIN on they queue. */
export const SIGNAL_COUNT = 64;
export const SIGRTMIN = 32;

const byNumber = new Map<number, { name: SignalName; action: DefaultAction }>(
  Object.entries(rows).map(([name, [number, action]]) => [number, { name: name as SignalName, action }]),
);

/** Real-time signals terminate. */
export const defaultAction = (signal: number): DefaultAction => byNumber.get(signal)?.action ?? "terminate";

export const signalName = (signal: number): string => byNumber.get(signal)?.name ?? `SIGRT_${signal - SIGRTMIN}`;

/** Values of sa_handler that are no addresses. */
export const SIG_DFL = 0;
export const SIG_IGN = 1;

export const SA_NOCLDSTOP = 1;
export const SA_NOCLDWAIT = 2;
export const SA_SIGINFO = 4;
export const SA_RESTORER = 0x04000000;
export const SA_ONSTACK = 0x08000000;
export const SA_RESTART = 0x10000000;
export const SA_NODEFER = 0x40000000;
export const SA_RESETHAND = 0x80000000;

export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
/** Smallest alternate stack. */
export const MINSIGSTKSZ = 2048;

/** si_code: who sent it, or what happened. */
export const SignalCode = {
  SI_USER: 0,
  SI_KERNEL: 0x80,
  SI_QUEUE: -1,
  SI_TIMER: -2,
  SI_TKILL: -6,
  SEGV_MAPERR: 1,
  SEGV_ACCERR: 2,
  BUS_ADRALN: 1,
  BUS_ADRERR: 2,
  FPE_INTDIV: 1,
  FPE_INTOVF: 2,
  FPE_FLTDIV: 3,
  FPE_FLTOVF: 4,
  FPE_FLTUND: 5,
  FPE_FLTRES: 6,
  FPE_FLTINV: 7,
  ILL_ILLOPN: 2,
  TRAP_BRKPT: 1,
  TRAP_TRACE: 2,
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_DUMPED: 3,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
} as const;
