/** Data spaces of the standard memory manager in messages: lazy copies, of private and shared ones, with and without the kernel's ticket. */
import { describe, expect, it } from "vitest";
import { DATA_SPACE_TICKET_SHIFT, DataSpaceLabel } from "#kernel/abi/data-space.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { ANY, NIL } from "#kernel/abi/identifiers.ts";
import { call, type Op, type Received, receive, send, sleep } from "#kernel/native.ts";
import { DataSpaceFlag, FIRST_COPY_NUMBER, MemoryRequest } from "../abi/memory-manager.ts";
import { type Master, runSystem } from "../../tests/support/server-system.ts";

/** Clients see data spaces at addresses that follow from their numbers: one of a low number is the same as the copy. */
const LOW = 2;

/** Sends data space 1 of the master's to a client, as the kernel would ask for it. @returns the answer's words */
function* ask(master: Master, to: ThreadId, number: number, ticket = 0): Op<number[]> {
  return yield* master.request(DataSpaceLabel.COPY | (ticket << DATA_SPACE_TICKET_SHIFT), number, to);
}

/** The master gets data space 1 with `pages` pages; it shares it with a client, which can write to it. */
function* shared(master: Master, flags: number): Op<ThreadId> {
  const client = yield* master.clientWith(4, flags);
  yield* master.must(MemoryRequest.ALIAS, master.context.id, client, 1, 1);
  return client;
}

/** A client with a copy that the master sends, under a number at which it can look. */
function* receiver(master: Master): Op<ThreadId> {
  const client = master.newClient();
  expect(yield* ask(master, client, 1)).toEqual([0, FIRST_COPY_NUMBER]);
  yield* master.must(MemoryRequest.ALIAS, client, client, FIRST_COPY_NUMBER, LOW);
  return client;
}

describe("a data space that is sent", () => {
  it.each([0, DataSpaceFlag.SHARED, DataSpaceFlag.NO_RESERVE])("is copied when one side writes (flags %i)", (flags) => {
    runSystem({}, function* (master) {
      const owner = yield* shared(master, flags);
      yield* master.write(owner, 1, 0, 10);
      yield* master.write(owner, 1, 1, 11);
      const before = yield* master.statistics();
      const client = yield* receiver(master);
      expect(yield* master.read(client, LOW, 0)).toBe(10);
      expect(yield* master.read(client, LOW, 1)).toBe(11);
      expect((yield* master.statistics()).freeFrames).toBe(before.freeFrames);
      yield* master.write(owner, 1, 0, 20);
      yield* master.write(client, LOW, 1, 21);
      yield* master.write(owner, 1, 2, 22);
      expect((yield* master.statistics()).copies - before.copies).toBe(2);
      const seen: number[] = [];
      for (let index = 0; index < 3; index++) seen.push(yield* master.read(owner, 1, index), yield* master.read(client, LOW, index));
      expect(seen).toEqual([20, 10, 11, 21, 22, 0]);
    });
  });

  it("goes on to be one object for those who share it", () => {
    runSystem({}, function* (master) {
      const owner = yield* shared(master, DataSpaceFlag.SHARED);
      const other = master.newClient();
      yield* master.must(MemoryRequest.ALIAS, other, owner, 1, 1);
      yield* master.write(owner, 1, 0, 10);
      expect(yield* master.read(other, 1, 0)).toBe(10);
      const client = yield* receiver(master);
      yield* master.write(owner, 1, 0, 20);
      expect([yield* master.read(other, 1, 0), yield* master.read(client, LOW, 0)]).toEqual([20, 10]);
    });
  });

  it("is refused when there is none of that number, no such task, no memory, or too many", () => {
    runSystem({ diskBlocks: 0, frames: 32 }, function* (master) {
      const client = master.newClient();
      expect(yield* ask(master, client, 1)).toEqual([FaultRefusal.NO_REGION]);
      yield* shared(master, 0);
      expect(yield* ask(master, NIL, 1)).toEqual([FaultRefusal.NO_REGION]);
      yield* master.must(MemoryRequest.CREATE, master.context.id, 2, 20, 0);
      expect(yield* ask(master, client, 2)).toEqual([FaultRefusal.NO_MEMORY]);
      yield* master.must(MemoryRequest.CREATE, master.context.id, 3, 1, DataSpaceFlag.NO_RESERVE);
      let taken = 0;
      while ((yield* ask(master, client, 3))[0] === 0) taken++;
      expect(taken).toBe(1024);
    });
  });

  it("is given up by its receiver, by the kernel's ticket, or with the task", () => {
    runSystem({}, function* (master) {
      const before = yield* master.statistics();
      const owner = yield* shared(master, 0);
      const self = master.context.id;
      expect(yield* ask(master, self, 1, 5)).toEqual([0, FIRST_COPY_NUMBER]);
      expect(yield* ask(master, self, 1, 6)).toEqual([0, FIRST_COPY_NUMBER + 1]);
      expect((yield* master.statistics()).committed - before.committed).toBe(12);
      yield* send(master.manager, { words: [DataSpaceLabel.DISCARD | (6 << DATA_SPACE_TICKET_SHIFT), 0, 0] });
      yield* send(master.manager, { words: [DataSpaceLabel.DISCARD | (7 << DATA_SPACE_TICKET_SHIFT), 0, 0] });
      expect((yield* master.statistics()).committed - before.committed).toBe(8);
      expect(yield* master.request(DataSpaceLabel.RELEASE, FIRST_COPY_NUMBER, 0)).toEqual([0]);
      expect(yield* master.request(DataSpaceLabel.RELEASE, FIRST_COPY_NUMBER, 0)).toEqual([FaultRefusal.NO_REGION]);
      const client = yield* receiver(master);
      yield* master.end(client);
      yield* master.end(owner);
      yield* master.must(MemoryRequest.DESTROY, self, 1);
      expect(yield* master.statistics()).toMatchObject({ committed: before.committed, freeFrames: before.freeFrames });
    });
  });

  it("goes with a message, by the kernel's question", () => {
    runSystem({}, function* (master) {
      const owner = yield* shared(master, 0);
      yield* master.write(owner, 1, 3, 33);
      let received: Received | undefined;
      const client = master.newTask({ priority: 100, name: "receiver" }, function* (context) {
        received = yield* receive(ANY, undefined, 0, 1);
        yield* call(received.from, { words: [context.id] });
      });
      const sent = yield* send(client, { words: [1], dataSpaces: [{ manager: master.manager, number: 1 }] });
      yield* sleep(10);
      expect(sent.error).toBe(0);
      expect(received?.dataSpaces).toEqual([{ manager: master.manager, number: FIRST_COPY_NUMBER }]);
      const reader = master.newClient();
      yield* master.must(MemoryRequest.ALIAS, reader, client, FIRST_COPY_NUMBER, LOW);
      expect(yield* master.read(reader, LOW, 3)).toBe(33);
    });
  });
});
