/**
 * All instructions of MMX, SSE and SSE2, as binders for the interpreter.
 */
import type { Ram } from "../../ram.ts";
import type { BinderMap, Core } from "../core.ts";
import type { FloatingPoint } from "../floating-point.ts";
import { type Instruction, Kind } from "../instruction.ts";
import type { Handler } from "../operation.ts";
import { createVectorAccess, type VectorAccess } from "./access.ts";
import { vectorControlBinders } from "./control.ts";
import { floatBinders } from "./floats.ts";
import { maskBinders } from "./masks.ts";
import { vectorMoveBinders } from "./moves.ts";
import { packedBinders } from "./packed.ts";

function createBinders(core: Core, access: VectorAccess, floatingPoint: FloatingPoint) {
  return {
    ...packedBinders(core, access),
    ...floatBinders(core, access),
    ...vectorMoveBinders(core, access),
    ...maskBinders(core, access),
    ...vectorControlBinders(core, access, floatingPoint),
  } satisfies BinderMap;
}

export interface VectorUnit {
  readonly binders: ReturnType<typeof createBinders>;
  /** Puts in front of an address step what comes before it: MMX instructions look at pending x87 exceptions first. */
  precede(instruction: Instruction, step: Handler): Handler;
}

export function createVectorUnit(core: Core, ram: Ram, floatingPoint: FloatingPoint): VectorUnit {
  const access = createVectorAccess(core, ram, floatingPoint);
  const { beginMmx, beginMmxStore } = access;
  return {
    binders: createBinders(core, access, floatingPoint),
    precede({ operands }: Instruction, step: Handler): Handler {
      if (!operands.some(({ kind }) => kind === Kind.MMX)) return step;
      const begin = operands[0]!.kind === Kind.MEMORY ? beginMmxStore : beginMmx;
      return (op) => {
        begin();
        return step(op);
      };
    },
  };
}
