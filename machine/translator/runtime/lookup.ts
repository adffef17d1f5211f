/**
 * How generated code finds the slot of the region at an address (layout.ts says how the tables look).
 */
import { type Layout, LOOKUP_ENTRIES, LOOKUP_ENTRY_BYTES, LOOKUP_FACTOR, LOOKUP_SHIFTS, UNLINKED } from "../layout.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";

/** Pushes the slot that one of the tables has for the address in a local, or UNLINKED. */
export function pushSlot(code: Code, layout: Layout, table: 0 | 1, address: number): void {
  const start = layout.lookup + table * LOOKUP_ENTRIES * LOOKUP_ENTRY_BYTES;
  const entry = code.temporary();
  // The index times the size of an entry.
  code
    .get(address)
    .i32(LOOKUP_FACTOR)
    .op(Op.I32_MUL)
    .i32(LOOKUP_SHIFTS[table] - Math.log2(LOOKUP_ENTRY_BYTES))
    .op(Op.I32_SHR_U)
    .i32((LOOKUP_ENTRIES - 1) * LOOKUP_ENTRY_BYTES)
    .op(Op.I32_AND)
    .set(entry);
  code
    .get(entry)
    .access(Op.I32_LOAD, start + 4)
    .i32(UNLINKED);
  code.get(entry).access(Op.I32_LOAD, start).get(address).op(Op.I32_EQ, Op.SELECT);
  code.release(entry);
}
