/**
 * What the kernel tells an observer: structured events, made only while a callback is set.
 */
import type { ThreadId } from "./abi/identifiers.ts";
import type { FaultProbe } from "./fault-probe.ts";

export type KernelEvent =
  /** A message was transferred (or its transfer failed with `error`, the sender's IpcError). */
  | {
      readonly kind: "ipc";
      readonly from: ThreadId;
      readonly to: ThreadId;
      readonly words: readonly number[];
      /** Sizes in bytes of the strings that arrived. */
      readonly strings: readonly number[];
      readonly pages: number;
      readonly error: number;
    }
  | {
      readonly kind: "fault";
      readonly thread: ThreadId;
      readonly address: number;
      readonly write: boolean;
      readonly eip: number;
      readonly manager: ThreadId;
      readonly ds: number;
      readonly offset: number;
    }
  /** The end of a fault: reason 0 = served, else a FaultRefusal. */
  | { readonly kind: "faultEnd"; readonly thread: ThreadId; readonly address: number; readonly reason: number }
  | {
      readonly kind: "trap";
      readonly thread: ThreadId;
      readonly vector: number;
      readonly eip: number;
      readonly address: number;
      readonly reason: number;
      /** Where it went: the handler, the nested handler, or (thread stopped) the chief. */
      readonly to: "handler" | "nested" | "chief";
    }
  | { readonly kind: "taskNew"; readonly task: ThreadId; readonly name: string; readonly chief: ThreadId }
  | { readonly kind: "taskDelete"; readonly task: ThreadId; readonly name: string };

export type KernelTrace = (event: KernelEvent) => void;

/** Who watches the kernel; without anybody nothing is told. */
export interface Observers {
  trace: KernelTrace | undefined;
  readonly probe: FaultProbe | undefined;
}
