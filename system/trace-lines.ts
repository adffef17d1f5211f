/**
 * Kernel events as lines of text, for --trace ipc and faults.
 */
import { lthreadNumber, taskNumber, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { KernelEvent } from "#kernel/trace.ts";

export const TRACE_KINDS = ["syscalls", "ipc", "faults"] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Names of FaultRefusal codes. */
const refusals = ["served", "no region", "rights", "beyond end", "no memory", "i/o error", "manager failed"];

export class TraceLines {
  private readonly names = new Map<number, string>();
  private readonly kinds: readonly TraceKind[];
  private readonly write: (line: string) => void;

  constructor(kinds: readonly TraceKind[], write: (line: string) => void) {
    this.kinds = kinds;
    this.write = write;
  }

  /** To be set as the kernel's trace callback. */
  readonly event = (event: KernelEvent): void => {
    switch (event.kind) {
      case "taskNew":
        this.names.set(taskNumber(event.task), event.name);
        break;
      case "ipc":
        if (this.kinds.includes("ipc")) {
          const strings = event.strings.length > 0 ? ` strings ${event.strings.join("+")} bytes` : "";
          const pages = event.pages > 0 ? ` ${event.pages} flexpages` : "";
          const error = event.error === 0 ? "" : ` error ${hex(event.error)}`;
          this.write(
            `ipc ${this.name(event.from)} -> ${this.name(event.to)} (${event.words.map(hex).join(" ")})${strings}${pages}${error}`,
          );
        }
        break;
      case "fault":
        if (this.kinds.includes("faults")) {
          this.write(
            `fault ${this.name(event.thread)} ${event.write ? "write" : "read"} ${hex(event.address)} at ${hex(event.eip)} -> ${this.name(event.manager)} data space ${event.ds} offset ${hex(event.offset)}`,
          );
        }
        break;
      case "faultEnd":
        if (this.kinds.includes("faults")) {
          this.write(`fault ${this.name(event.thread)} ${hex(event.address)}: ${refusals[event.reason] ?? event.reason}`);
        }
        break;
      case "trap":
        if (this.kinds.includes("faults")) {
          this.write(`trap ${this.name(event.thread)} vector ${event.vector} at ${hex(event.eip)} -> ${event.to}`);
        }
        break;
      default:
        break;
    }
  };

  /** "sh[12]" or "lites[5].1" with the thread number. */
  private name(thread: ThreadId): string {
    const task = taskNumber(thread);
    const lthread = lthreadNumber(thread);
    return `${this.names.get(task) ?? "task"}[${task}]${lthread === 0 ? "" : `.${lthread}`}`;
  }
}
