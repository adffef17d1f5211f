/** What the kernel tells of the course of page faults to whoever measures how long they take. */
export interface FaultProbe {
  /** A fault has become a message. @param isDelivered whether the manager has it already */
  raised(isDelivered: boolean): void;
  /** What the manager answered is mapped; the client can go on. */
  served(): void;
}
