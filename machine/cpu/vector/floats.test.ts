import { describe, expect, it } from "vitest";
import { DATA, TestMachine } from "../../../tests/support/code-machine.ts";

const FLD1 = [0xd9, 0xe8];
const FNSTSW_AX = [0xdf, 0xe0];
const INT3 = 0xcc;
const TOP = 0x3800;
const SIMD_FLOATING_POINT = 19;

/** MXCSR with all exceptions unmasked at DATA, a quiet NaN behind it. */
function machine(): TestMachine {
  const m = new TestMachine();
  m.write(DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x7f, 0, 0, 0, 0);
  m.set("EBX", DATA);
  return m;
}

const LDMXCSR = [0x0f, 0xae, 0x13];

describe("an unmasked SSE exception", () => {
  it.each([
    ["cvtps2pi mm0, [ebx + 8]", [0x0f, 0x2d, 0x43, 0x08], 0],
    ["cvtss2si eax, [ebx + 8]", [0xf3, 0x0f, 0x2d, 0x43, 0x08], TOP],
  ] as const)("of %s leaves the x87 stack as hardware does", (_name, code, top) => {
    const m = machine();
    expect(m.execute([...FLD1, ...LDMXCSR, ...code, INT3])).toMatchObject({ kind: "exception", vector: SIMD_FLOATING_POINT });
    expect(m.execute([...FNSTSW_AX, INT3])).toMatchObject({ vector: 3 });
    expect(m.get("EAX") & TOP).toBe(top);
  });
});
