/** What the kernel tells of the course of page faults to whoever measures how long they take. */
import type { ThreadId } from "./abi/identifiers.ts";

export interface FaultProbe {
  /** A client's fault has become a message. @param isDelivered whether the manager has it already */
  raised(client: ThreadId, manager: ThreadId, isDelivered: boolean): void;
  /** What the manager answered is mapped; the client can go on. */
  served(client: ThreadId): void;
}
