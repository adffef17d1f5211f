/**
 * Moves of vector registers: whole, in part, between register files, with all memory forms.
 *
 * Layer beneath: access.ts. Source: Intel SDM vol. 2. Non-temporal moves are moves: there is no cache.
 */
import type { Binder, BinderMap, Core } from "../core.ts";
import { Kind } from "../instruction.ts";
import { createOperands } from "../operands.ts";
import type { Handler, Operation } from "../operation.ts";
import { Word } from "../registers.ts";
import type { VectorAccess } from "./access.ts";

export function vectorMoveBinders(core: Core, access: VectorAccess) {
  const SCRATCH = Word.VECTOR_SCRATCH;
  const R = core.file.words;
  const { address, second, store } = createOperands(core);
  const { write32 } = core.memory;
  const { ready, beginMmx, beginMmxStore, endMmx, loadMmx, storeMmx } = access;
  const { read32, read64, write64, read128, write128, readAligned, writeAligned } = access;
  type Transfer = (at: number, word: number) => void;

  /** Makes a handler for XMM registers: the work, then on to the next operation. */
  const xmm =
    (work: (op: Operation) => void): Handler =>
    (op) => {
      ready();
      work(op);
      return op.next;
    };
  const mmx =
    (work: (op: Operation) => void): Handler =>
    (op) => {
      beginMmx();
      work(op);
      return op.next;
    };
  const mmxStore =
    (work: (op: Operation) => void): Handler =>
    (op) => {
      beginMmxStore();
      loadMmx(op.b, SCRATCH);
      work(op);
      endMmx();
      return op.next;
    };

  const copy64 = (op: Operation): void => {
    const low = R[op.b]!;
    R[op.a + 1] = R[op.b + 1]!;
    R[op.a] = low;
  };
  const clearHigh = (op: Operation): void => {
    R[op.a + 2] = 0;
    R[op.a + 3] = 0;
  };
  const copy128 = (op: Operation): void => {
    R[op.a] = R[op.b]!;
    R[op.a + 1] = R[op.b + 1]!;
    R[op.a + 2] = R[op.b + 2]!;
    R[op.a + 3] = R[op.b + 3]!;
  };

  /** Chooses by which operand is in memory. */
  const forms =
    (registers: Handler, load: Handler, storing: Handler): Binder =>
    (_op, { operands }) => {
      if (operands[0]!.kind === Kind.MEMORY) return storing;
      return operands[1]!.kind === Kind.MEMORY ? load : registers;
    };
  const wholeMove = (read: Transfer, write: Transfer): Binder =>
    forms(
      xmm(copy128),
      xmm((op) => read(address(op), op.a)),
      xmm((op) => write(address(op), op.b)),
    );
  const aligned = wholeMove(readAligned, writeAligned);
  const unaligned = wholeMove(read128, write128);

  const movss = forms(
    xmm((op) => {
      R[op.a] = R[op.b]!;
    }),
    xmm((op) => {
      read32(address(op), op.a);
      R[op.a + 1] = 0;
      clearHigh(op);
    }),
    xmm((op) => write32(address(op), R[op.b]!)),
  );
  const load64: Handler = xmm((op) => {
    read64(address(op), op.a);
    clearHigh(op);
  });
  const store64: Handler = xmm((op) => write64(address(op), op.b));
  const movsd = forms(xmm(copy64), load64, store64);
  const movqXmm = forms(
    xmm((op) => {
      copy64(op);
      clearHigh(op);
    }),
    load64,
    store64,
  );
  const movqMmx = forms(
    mmx((op) => {
      loadMmx(op.b, SCRATCH);
      storeMmx(op.a, SCRATCH);
    }),
    mmx((op) => {
      read64(address(op), SCRATCH);
      storeMmx(op.a, SCRATCH);
    }),
    mmxStore((op) => write64(address(op), SCRATCH)),
  );
  const isMmx: (...parameters: Parameters<Binder>) => boolean = (_op, { operands }) => operands.some(({ kind }) => kind === Kind.MMX);
  const movq: Binder = (op, instruction) => (isMmx(op, instruction) ? movqMmx : movqXmm)(op, instruction);

  const toXmm: Handler = xmm((op) => {
    R[op.a] = second(op);
    R[op.a + 1] = 0;
    clearHigh(op);
  });
  const fromXmm: Handler = xmm((op) => store(op, R[op.b]!));
  const toMmx: Handler = mmx((op) => {
    R[SCRATCH] = second(op);
    R[SCRATCH + 1] = 0;
    storeMmx(op.a, SCRATCH);
  });
  const fromMmx: Handler = mmxStore((op) => store(op, R[SCRATCH]!));
  const movd: Binder = (_op, { operands }) => {
    const [first, from] = operands;
    if (first!.kind === Kind.XMM) return toXmm;
    if (first!.kind === Kind.MMX) return toMmx;
    return from!.kind === Kind.XMM ? fromXmm : fromMmx;
  };

  const low = forms(
    xmm(copy64),
    xmm((op) => read64(address(op), op.a)),
    store64,
  );
  const loadHigh: Handler = xmm((op) => read64(address(op), op.a + 2));
  const high = forms(
    loadHigh,
    loadHigh,
    xmm((op) => write64(address(op), op.b + 2)),
  );
  const movhlps: Handler = xmm((op) => {
    R[op.a] = R[op.b + 2]!;
    R[op.a + 1] = R[op.b + 3]!;
  });
  const movlhps: Handler = xmm((op) => {
    R[op.a + 2] = R[op.b]!;
    R[op.a + 3] = R[op.b + 1]!;
  });
  const movq2dq: Handler = mmx((op) => {
    loadMmx(op.b, op.a);
    clearHigh(op);
    endMmx();
  });
  const movdq2q: Handler = mmx((op) => storeMmx(op.a, op.b));
  const movnti: Handler = (op) => {
    write32(address(op), R[op.b]!);
    return op.next;
  };

  return {
    movaps: aligned,
    movapd: aligned,
    movdqa: aligned,
    movntps: aligned,
    movntpd: aligned,
    movntdq: aligned,
    movups: unaligned,
    movupd: unaligned,
    movdqu: unaligned,
    movss,
    movsd,
    movq,
    movntq: movq,
    movd,
    movlps: low,
    movlpd: low,
    movhps: high,
    movhpd: high,
    movhlps: () => movhlps,
    movlhps: () => movlhps,
    movq2dq: () => movq2dq,
    movdq2q: () => movdq2q,
    movnti: () => movnti,
  } satisfies BinderMap;
}
