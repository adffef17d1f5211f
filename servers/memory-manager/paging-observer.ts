/**
 * What the memory manager tells whoever measures it. Without an observer nothing is made for one.
 *
 * Layer beneath: counters.ts.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { Counters, FaultKind } from "./counters.ts";

/** What the manager is busy with: serving a fault, choosing a victim, waiting for the paging disk, answering, or none of them. */
export type ManagerStage = "manager" | "policy" | "disk" | "reply" | "other";

/** A page came into memory, or became dirty, for a reference of a client. */
export interface Arrival {
  /** The client's. */
  readonly counters: Counters;
  /** Number of the page. */
  readonly page: number;
  /** It was written, or made. */
  readonly write: boolean;
}

export interface PagingObserver {
  /** A task got its first data space. Its counters live on when it is gone. */
  task(task: ThreadId, counters: Counters): void;
  /** A fault was answered. @param address of the access in the client */
  fault(client: ThreadId, address: number, kind: FaultKind): void;
  /** A client has got a copy of the page with this number, which counts as a reference to it. */
  copied(client: ThreadId, page: number): void;
  /** The page with this number is gone for good. */
  dropped(page: number): void;
  /** A task has the page with this number at a place. Pages at consecutive places are neighbours in a data space. */
  placed(task: Counters, place: number, page: number): void;
  /** There is no page at the place any more. */
  displaced(place: number): void;
  /** A frame holds a page of a client, or does not any more. */
  occupied(frame: number, isOccupied: boolean): void;
  /**
   * A page shall come into a frame, or become dirty. Until filled(), which the policy must not notice, references count as later: so the choice of a
   * victim, the victim's leaving and the arrival of the page are one event, whatever happens while the disk works.
   */
  filling(): void;
  /** What came or became dirty; undefined when nothing could come. */
  filled(arrival: Arrival | undefined): void;
  /** The manager begins with something else. */
  stage(stage: ManagerStage): void;
}
