/**
 * From decoded instructions to operations: finds the handler of each instruction in the binders' tables.
 */
import type { Ram } from "../ram.ts";
import { createAddressBinding } from "./address.ts";
import { arithmeticBinders } from "./arithmetic.ts";
import type { Binding } from "./code-cache.ts";
import { controlBinders } from "./control.ts";
import { type Binders, type Core, generalProtection, type Handled, invalidOpcode } from "./core.ts";
import type { FloatingPoint } from "./floating-point.ts";
import { createFusion } from "./fusion.ts";
import { Flow, Unit } from "./instruction-set/row.ts";
import { Invalid, Kind } from "./instruction.ts";
import { moveBinders } from "./moves.ts";
import { multiplyBinders } from "./multiply.ts";
import { Operation } from "./operation.ts";
import { shiftBinders } from "./shifts.ts";
import { stackBinders } from "./stack.ts";
import { stringBinders } from "./strings.ts";
import { systemBinders } from "./system.ts";
import { createVectorUnit } from "./vector/vector.ts";

export function createBinding(core: Core, ram: Ram, floatingPoint: FloatingPoint): Binding {
  const vector = createVectorUnit(core, ram, floatingPoint);
  const binders: Binders = {
    ...arithmeticBinders(core),
    ...moveBinders(core),
    ...shiftBinders(core),
    ...multiplyBinders(core),
    ...stackBinders(core),
    ...controlBinders(core),
    ...stringBinders(core, ram),
    ...systemBinders(core),
    ...floatingPoint.binders,
    ...vector.binders,
  };
  const bindAddress = createAddressBinding(core);

  return {
    fuse: createFusion(core),
    bind(instruction, offset): Operation {
      const { row, invalid, operands } = instruction;
      if (invalid !== Invalid.NONE) {
        return new Operation(instruction, offset, invalid === Invalid.TOO_LONG ? generalProtection : invalidOpcode);
      }
      if (row.facts.flow === Flow.PRIVILEGED) return new Operation(instruction, offset, generalProtection);
      const isSegmentMove = row.mnemonic === "mov" && operands.some((operand) => operand.kind === Kind.SEGMENT);
      const op = new Operation(instruction, offset, invalidOpcode);
      const step = instruction.address === undefined ? null : bindAddress(op, instruction);
      op.target = op.after + instruction.immediate;
      const handler = binders[isSegmentMove ? "mov segment" : (row.mnemonic as Handled)](op, instruction);
      op.body = handler;
      if (step === null) op.plain = handler;
      else op.plain = row.facts.unit === Unit.X87 ? floatingPoint.precede(step) : vector.precede(instruction, step);
      op.alone = op.plain;
      op.exec = op.plain;
      return op;
    },
  };
}
