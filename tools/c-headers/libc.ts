/**
 * What the C library's headers repeat of the Unix server's tables: bits/NAME.h holds the numbers of NAME.h, and bits/kernel.h the
 * structures that travel where the library's own differ. `layout-checks.c` asserts that the others are the same.
 */
import * as clocks from "#lites/abi/clocks.ts";
import { fcntlCommands, ioctlCommands } from "#lites/abi/commands.ts";
import { errorNumbers, errorTexts } from "#lites/abi/errno.ts";
import * as events from "#lites/abi/events.ts";
import * as fileMode from "#lites/abi/file-mode.ts";
import * as limits from "#lites/abi/limits.ts";
import * as memoryFlags from "#lites/abi/memory-flags.ts";
import * as openFlags from "#lites/abi/open-flags.ts";
import { PollEvent } from "#lites/abi/poll-events.ts";
import * as recordLocks from "#lites/abi/record-locks.ts";
import * as signals from "#lites/abi/signals.ts";
import * as sockets from "#lites/abi/sockets.ts";
import { structs } from "#lites/abi/structs.ts";
import { systemCalls } from "#lites/abi/system-calls.ts";
import * as termios from "#lites/abi/termios.ts";
import * as times from "#lites/abi/times.ts";
import * as waitStatus from "#lites/abi/wait-status.ts";
import { assertions, header, type LayoutCheck, macros, numbers, prefixed, structure } from "./c-text.ts";

/** Numbers of a table whose rows have them as `nr`. */
const rowNumbers = (table: Readonly<Record<string, { readonly nr: number }>>): Record<string, number> =>
  Object.fromEntries(Object.entries(table).map(([name, { nr }]) => [name, nr]));

const fcntlNumbers = rowNumbers(fcntlCommands);
/** The library's off_t has 64 bits, so its locks are those of 64 bits. */
const locks64 = { F_GETLK: fcntlCommands.F_GETLK64.nr, F_SETLK: fcntlCommands.F_SETLK64.nr, F_SETLKW: fcntlCommands.F_SETLKW64.nr };

/** Header → its numbers, and where they stand in lites/abi. */
const headers: Readonly<Record<string, { from: string; values: Readonly<Record<string, number>> }>> = {
  dirent: { from: "file-mode.ts", values: numbers(fileMode, /^DT_/) },
  epoll: { from: "events.ts and poll-events.ts", values: { ...numbers(events, /^EPOLL/), ...prefixed("EPOLL", PollEvent) } },
  errno: { from: "errno.ts", values: errorNumbers },
  eventfd: { from: "events.ts", values: numbers(events, /^EFD/) },
  fcntl: {
    from: "open-flags.ts, commands.ts and record-locks.ts",
    values: { ...numbers(openFlags, /^(O|AT)_/), ...fcntlNumbers, ...locks64, ...numbers(recordLocks, /^F(D)?_/) },
  },
  ioctl: { from: "commands.ts", values: rowNumbers(ioctlCommands) },
  limits: {
    from: "limits.ts and open-flags.ts",
    values: {
      ...numbers(limits, /^(HOST_NAME_MAX|IOV_MAX|PIPE_BUF)$/),
      ...numbers(openFlags, /^(PATH|NAME)_MAX$/),
      NGROUPS_MAX: limits.GROUPS_MAX,
    },
  },
  mman: { from: "memory-flags.ts", values: numbers(memoryFlags, /^(PROT|MAP|MREMAP|MS|MADV|MCL)_/) },
  poll: { from: "poll-events.ts", values: prefixed("POLL", PollEvent) },
  resource: { from: "limits.ts", values: { ...prefixed("RLIMIT_", limits.Resource), ...numbers(limits, /^RUSAGE_/) } },
  signal: { from: "signals.ts", values: { ...signals.signalNumbers, ...numbers(signals, /^(SA|SIG)_(?!DFL|IGN)/), ...signals.SignalCode } },
  socket: { from: "sockets.ts", values: numbers(sockets, /^(AF_|SOCK_(?!TYPE)|MSG_|SHUT_)/) },
  stat: { from: "file-mode.ts and times.ts", values: { ...numbers(fileMode, /^S_/), ...numbers(times, /^UTIME_/) } },
  syscall: { from: "system-calls.ts", values: prefixed("SYS_", rowNumbers(systemCalls)) },
  termios: { from: "termios.ts", values: numbers(termios, /^[A-Z][A-Z0-9]*$/) },
  time: { from: "clocks.ts", values: numbers(clocks, /^(CLOCK|TIMER|ITIMER)_/) },
  unistd: { from: "open-flags.ts", values: numbers(openFlags, /^(SEEK_|[FRWX]_OK$)/) },
  wait: { from: "wait-status.ts", values: numbers(waitStatus, /^(W|P_|__W)[A-Z]+$/) },
};

/** Structures as they travel, for the library's conversions. */
const kernelStructures = ["stat64", "statfs64", "ksigaction"] as const;

/** Path below the folder of generated headers → text. */
export function libcHeaders(): Record<string, string> {
  const texts = Object.entries(errorTexts).map(([name, text]) => `  ROW(${name}, ${JSON.stringify(text)}) \\`);
  return {
    ...Object.fromEntries(
      Object.entries(headers).map(([name, { from, values }]) => [`bits/${name}.h`, header(`lites/abi: ${from}`, macros(values))]),
    ),
    "bits/error-texts.h": header("lites/abi/errno.ts", ["#define ERROR_TEXTS(ROW) \\", ...texts, ""]),
    "bits/kernel.h": header("lites/abi/structs.ts", [
      "#include <stdint.h>",
      ...kernelStructures.flatMap((name) => structure(`kernel_${name}`, structs[name])),
    ]),
  };
}

/** Structures that programs hand to the kernel as they are. */
const checks: Readonly<Record<string, readonly LayoutCheck[]>> = {
  "dirent.h": [{ type: "struct dirent", layout: structs.dirent64, open: true }],
  "fcntl.h": [{ type: "struct flock", layout: structs.flock64 }],
  "poll.h": [{ type: "struct pollfd", layout: structs.pollfd }],
  "signal.h": [
    { type: "siginfo_t", layout: structs.siginfo, members: { si_utime: undefined, si_stime: undefined } },
    { type: "siginfo_t", layout: structs.siginfo_fault },
  ],
  "sys/epoll.h": [{ type: "struct epoll_event", layout: structs.epoll_event }],
  "sys/ioctl.h": [{ type: "struct winsize", layout: structs.winsize }],
  "sys/resource.h": [
    { type: "struct rlimit", layout: structs.rlimit64 },
    {
      type: "struct rusage",
      layout: structs.rusage,
      members: {
        utime_sec: "ru_utime.tv_sec",
        utime_usec: "ru_utime.tv_usec",
        stime_sec: "ru_stime.tv_sec",
        stime_usec: "ru_stime.tv_usec",
      },
    },
  ],
  "sys/socket.h": [{ type: "struct msghdr", layout: structs.msghdr }],
  "sys/time.h": [
    { type: "struct timeval", layout: structs.timeval },
    {
      type: "struct itimerval",
      layout: structs.itimerval,
      members: {
        interval_sec: "it_interval.tv_sec",
        interval_usec: "it_interval.tv_usec",
        value_sec: "it_value.tv_sec",
        value_usec: "it_value.tv_usec",
      },
    },
  ],
  "sys/times.h": [{ type: "struct tms", layout: structs.tms }],
  "sys/utsname.h": [{ type: "struct utsname", layout: structs.utsname }],
  "termios.h": [{ type: "struct termios", layout: structs.termios }],
  "time.h": [{ type: "struct timespec", layout: structs.timespec64 }],
};

/** A source file without code: it compiles if the library's structures are those of the tables. */
export function layoutChecks(): string {
  return [
    "/* Generated from lites/abi/structs.ts: structures that programs hand to the kernel as they are. */",
    ...["stddef.h", ...Object.keys(checks)].map((name) => `#include <${name}>`),
    ...Object.values(checks).flat().flatMap(assertions),
    "",
  ].join("\n");
}
