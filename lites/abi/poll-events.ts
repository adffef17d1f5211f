/**
 * Readiness, as poll's POLLIN … bits. Source: poll(2).
 */
export const PollEvent = { IN: 1, PRI: 2, OUT: 4, ERR: 8, HUP: 0x10, NVAL: 0x20 } as const;
