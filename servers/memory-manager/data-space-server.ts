/**
 * Data spaces in messages: lazy copies that the kernel asks for in a sender's name (kernel/abi/data-space.ts).
 *
 * A copy is a data space of the receiving task like any other, but for its number, which this server chooses, where
 * nobody else puts any (FIRST_COPY_NUMBER). Nothing here waits.
 * Layers beneath: data-space.ts, page-store.ts, commitment.ts.
 */
import { DataSpaceLabel, dataSpaceLabel, dataSpaceTicket } from "#kernel/abi/data-space.ts";
import { taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import type { Message, Received } from "#kernel/native.ts";
import { FIRST_COPY_NUMBER, MemoryError } from "../abi/memory-manager.ts";
import type { Directory } from "./data-space.ts";
import type { RequestServer } from "./request-server.ts";

/** Copies that a task has at most: others can give it some that it has not asked for. */
const MAX_COPIES = 1024;

export class DataSpaceServer {
  private readonly directory: Directory;
  private readonly requests: RequestServer;

  constructor(directory: Directory, requests: RequestServer) {
    this.directory = directory;
    this.requests = requests;
  }

  /** Whether a message is one of this protocol. */
  static concerns(words: readonly number[]): boolean {
    const label = dataSpaceLabel(words[0] ?? 0);
    return label === DataSpaceLabel.COPY || label === DataSpaceLabel.DISCARD || label === DataSpaceLabel.RELEASE;
  }

  /** @returns the answer, undefined when none is expected */
  serve({ from, words }: Received): Message | undefined {
    const [first = 0, number = 0, task = 0] = words;
    switch (dataSpaceLabel(first)) {
      case DataSpaceLabel.COPY:
        return this.copy(taskOf(from), number, taskOf(task), dataSpaceTicket(first));
      case DataSpaceLabel.DISCARD:
        this.discard(taskOf(from), dataSpaceTicket(first));
        return undefined;
      default:
        return { words: [this.requests.release(taskOf(from), number) ? 0 : FaultRefusal.NO_REGION] };
    }
  }

  private copy(from: ThreadId, number: number, to: ThreadId, ticket: number): Message {
    const { requests } = this;
    const space = this.directory.find(from, number);
    if (space === undefined || !requests.exists(to)) return { words: [FaultRefusal.NO_REGION] };
    const { copies } = this.directory.record(to);
    if (copies.size >= MAX_COPIES) return { words: [FaultRefusal.NO_MEMORY] };
    let copy = FIRST_COPY_NUMBER;
    while (this.directory.find(to, copy)) copy++;
    if (requests.copyTo(space, to, copy) !== MemoryError.OK) return { words: [FaultRefusal.NO_MEMORY] };
    copies.set(copy, ticket);
    return { words: [0, copy] };
  }

  private discard(task: ThreadId, ticket: number): void {
    const copies = this.directory.tasks.get(task)?.copies ?? new Map<number, number>();
    // Tickets come again after a million: the newest is meant.
    const numbers = [...copies].filter(([, given]) => given === ticket).map(([number]) => number);
    const newest = numbers.at(-1);
    if (newest !== undefined) this.requests.release(task, newest);
  }
}
