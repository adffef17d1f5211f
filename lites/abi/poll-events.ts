/**
 * Readiness, as poll's POLLIN … bits. Source: poll(2), epoll_ctl(2).
 */
export const PollEvent = {
  IN: 1,
  PRI: 2,
  OUT: 4,
  ERR: 8,
  HUP: 0x10,
  NVAL: 0x20,
  RDNORM: 0x40,
  WRNORM: 0x100,
  RDHUP: 0x2000,
} as const;
