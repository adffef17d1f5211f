/**
 * All instructions of MMX, SSE and SSE2, as binders for the interpreter.
 */
import type { Ram } from "../../ram.ts";
import type { BinderMap, Core } from "../core.ts";
import type { FloatingPoint } from "../floating-point.ts";
import { createVectorAccess } from "./access.ts";
import { vectorControlBinders } from "./control.ts";
import { floatBinders } from "./floats.ts";
import { maskBinders } from "./masks.ts";
import { vectorMoveBinders } from "./moves.ts";
import { packedBinders } from "./packed.ts";

export function vectorBinders(core: Core, ram: Ram, floatingPoint: FloatingPoint): BinderMap {
  const access = createVectorAccess(core, ram, floatingPoint);
  return {
    ...packedBinders(core, access),
    ...floatBinders(core, access),
    ...vectorMoveBinders(core, access),
    ...maskBinders(core, access),
    ...vectorControlBinders(core, access, floatingPoint),
  };
}
