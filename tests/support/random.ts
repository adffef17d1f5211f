/** For tests: numbers that look random and are the same in every run. A linear congruential generator, whose high bits are used. */

/** @returns a source of integers from 0 to below a limit, which is at most 2^32 */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
