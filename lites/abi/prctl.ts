/**
 * Options of prctl(2).
 */
export const PR_SET_NAME = 15;
