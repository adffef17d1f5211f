/**
 * What an RPC with an empty server costs: between two native threads, and between two emulated ones.
 */
import { ANY } from "#kernel/abi/identifiers.ts";
import { call, receive, replyAndWait, send } from "#kernel/native.ts";
import { DATA, FINISH } from "../../tests/support/kernel-guest.ts";
import { withGuests } from "./machine.ts";
import { BUFFER, bufferOf, bufferWords, type Load, nativeMessage } from "./messages.ts";
import { type Figure, figureOf } from "./figure.ts";

const ROUNDS = 20_000;
const COUNT = DATA + 0xf00;
const PRIORITY = 100;

/** Two native tasks. */
export function nativeRpc(load: Load): Figure {
  return withGuests(function* ({ context }) {
    const message = nativeMessage(load);
    const server = context.kernel.nativeTaskNew({ priority: PRIORITY, name: "server" }, function* () {
      let request = yield* receive(ANY);
      for (;;) request = yield* replyAndWait(request.from, message);
    });
    const controller = context.id;
    const client = context.kernel.nativeTaskNew({ priority: PRIORITY, name: "client" }, function* () {
      for (;;) {
        yield* receive(controller);
        for (let round = 0; round < ROUNDS; round++) yield* call(server, message);
        yield* send(controller, { words: [] });
      }
    });
    return yield* figureOf(ROUNDS, function* () {
      yield* call(client, { words: [] });
    });
  });
}

/** Sends a message to PARTNER and waits for its answer, as often as COUNT says. */
const CLIENT = (buffer: number): string => `
  again:
    mov esi, [PARTNER]
    mov eax, ${buffer}
    mov ebp, ${buffer}
    xor ecx, ecx
    ipc
    test al, 0xf0
    jnz finish
    dec dword ptr [${COUNT}]
    jnz again
    mov edi, 0
  ${FINISH}`;

const SERVER = (buffer: number): string => `
    mov eax, NONE
    xor esi, esi
  1:
    xor ecx, ecx
    mov ebp, ${buffer + 1}
    ipc
    mov eax, ${buffer}
    jmp 1b`;

/** Two emulated tasks. */
export function emulatedRpc(load: Load): Figure {
  return withGuests(function* (guests, { processor }) {
    const buffer = bufferOf(load);
    const server = yield* guests.create(SERVER(buffer), { priority: PRIORITY });
    const client = yield* guests.create(CLIENT(buffer), { priority: PRIORITY });
    for (const task of [server, client]) {
      yield* guests.writeWords(task, BUFFER, bufferWords(load));
    }
    yield* guests.introduce(client, [server]);
    guests.start(server);
    return yield* figureOf(
      ROUNDS,
      function* () {
        yield* guests.writeWords(client, COUNT, [ROUNDS]);
        guests.start(client);
        const { words } = yield* guests.next();
        if (words[2] !== 0) throw new Error(`an RPC failed: ${words.join(" ")}`);
      },
      () => processor.instructions,
    );
  });
}
