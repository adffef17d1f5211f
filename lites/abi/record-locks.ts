/**
 * Flags of descriptors and types of record locks. Source: fcntl(2).
 */
export const FD_CLOEXEC = 1;

export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;
