/**
 * Paths that cannot be read from the process, or are too long. Linux finds that out when it walks a path, after it has checked other values,
 * and a call with two paths walks the first before it looks at the second. So such a path travels as a text that no path
 * can be (it has a NUL), and whoever uses it throws its error.
 */
import { EFAULT, ENAMETOOLONG, type UnixError } from "./abi/errno.ts";

export const UNREADABLE_PATH = "\0unreadable";
export const OVERLONG_PATH = "\0overlong";

const errors: ReadonlyMap<string, UnixError> = new Map([
  [UNREADABLE_PATH, EFAULT],
  [OVERLONG_PATH, ENAMETOOLONG],
]);

/** @throws EFAULT, ENAMETOOLONG */
export function checkPath(path: string): void {
  if (path.startsWith("\0")) throw errors.get(path)!;
}
