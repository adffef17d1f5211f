/**
 * The page, as those above the kernel know it: unit of mapping, and of flexpages (whose size is a logarithm).
 */
import { PAGE_SHIFT } from "#machine/page.ts";

export { PAGE_SIZE } from "#machine/page.ts";
export const PAGE_LOG2 = PAGE_SHIFT;
