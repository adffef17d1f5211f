import { expect, it } from "vitest";
import { Code } from "./code.ts";
import { encodeModule } from "./module.ts";
import { Op, ValueType } from "./opcodes.ts";

it("links keep their places when instructions are put in front, and their distances when they are moved", () => {
  const code = new Code().link(5).link(700).op(Op.I32_SUB).link(9000).op(Op.I32_SUB, Op.I32_ADD);
  code.prepend(new Code().link(3));
  code.moveLinks(100_000);
  const type = { parameters: [], results: [ValueType.I32] };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const bytes = encodeModule({ imports: [], functions: [{ type, code, name: "run" }], memoryPages: 1, usesTable: false });
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { memory } }).exports;
  expect(run!()).toBe(100_003 + (100_005 - 100_700 - 109_000));
});
