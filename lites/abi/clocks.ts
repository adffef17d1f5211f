/**
 * Clocks, timers and the units of time. Source: clock_gettime(2), setitimer(2).
 */
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_PROCESS_CPUTIME_ID = 2;
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const CLOCK_MONOTONIC_RAW = 4;
export const CLOCK_REALTIME_COARSE = 5;
export const CLOCK_MONOTONIC_COARSE = 6;
export const CLOCK_BOOTTIME = 7;

export const TIMER_ABSTIME = 1;

export const ITIMER_REAL = 0;
export const ITIMER_VIRTUAL = 1;
export const ITIMER_PROF = 2;

/** Ticks a second of times(2) and AT_CLKTCK. */
export const USER_HZ = 100;

export const NS_PER_SECOND = 1e9;
export const NS_PER_US = 1000;
export const NS_PER_TICK = NS_PER_SECOND / USER_HZ;
