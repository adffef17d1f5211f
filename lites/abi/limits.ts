/**
 * Resource limits and sizes of the Unix interface. Source: getrlimit(2) and limits.h of Linux/i386.
 */
import { STACK_LIMIT_BYTES } from "./address-map.ts";

export const RLIM_INFINITY = Number.POSITIVE_INFINITY;
/** RLIM_INFINITY in the 32-bit structure. */
export const RLIM_INFINITY32 = 0xffffffff;

export const Resource = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  MEMLOCK: 8,
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  MSGQUEUE: 12,
  NICE: 13,
  RTPRIO: 14,
  RTTIME: 15,
} as const;

export const RESOURCE_COUNT = 16;

export interface ResourceLimit {
  soft: number;
  hard: number;
}

const unlimited: ResourceLimit = { soft: RLIM_INFINITY, hard: RLIM_INFINITY };

/** Limits of process 1, by resource number. */
export const initialLimits: readonly ResourceLimit[] = Array.from({ length: RESOURCE_COUNT }, (_, resource) => {
  switch (resource) {
    case Resource.STACK:
      return { soft: STACK_LIMIT_BYTES, hard: RLIM_INFINITY };
    case Resource.CORE:
      return { soft: 0, hard: RLIM_INFINITY };
    case Resource.NPROC:
      return { soft: 1024, hard: 1024 };
    case Resource.NOFILE:
      return { soft: 1024, hard: 4096 };
    case Resource.MEMLOCK:
      return { soft: 65_536, hard: 65_536 };
    case Resource.SIGPENDING:
      return { soft: 1024, hard: 1024 };
    case Resource.NICE:
    case Resource.RTPRIO:
      return { soft: 0, hard: 0 };
    default:
      return unlimited;
  }
});

/** Arguments and environment of exec together, with their NULs. */
export const ARGUMENT_BYTES_MAX = 1 << 20;
/** Most bytes of one of them, with its NUL: MAX_ARG_STRLEN of execve(2). */
export const ARGUMENT_STRING_MAX = 1 << 17;
/** Highest process id; ids then start again. */
export const PID_MAX = 32_767;
export const HOST_NAME_MAX = 64;
export const GROUPS_MAX = 65_536;
/** Most parts of readv and writev. */
export const IOV_MAX = 1024;
/** Writes to a pipe of at most so many bytes are not split. */
export const PIPE_BUF = 4096;

/** Whose usage: getrusage(2). */
export const RUSAGE_SELF = 0;
export const RUSAGE_CHILDREN = -1;
export const RUSAGE_THREAD = 1;
