/**
 * What a page fault costs that a memory manager outside the kernel serves: fault message, reply with a flexpage, mapping, and
 * the instruction again.
 */
import { FLEXPAGE_WRITE, flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import { ANY, type ThreadId } from "#kernel/abi/identifiers.ts";
import { type Op, receive, replyAndWait } from "#kernel/native.ts";
import { FINISH, type Guests } from "../../tests/support/kernel-guest.ts";
import { type Figure, figureOf } from "./figure.ts";
import { withGuests } from "./machine.ts";

const PAGE_SIZE = 4096;
const PAGES = 2048;
/** Where clients have the region. */
const REGION = 0x4000_0000;
const PRIORITY = 100;
const MANAGER_PRIORITY = 150;
const ALL_RIGHTS = 7;

/** Writes to every page of the region. */
const TOUCH = `
    mov ecx, ${PAGES}
    mov edx, ${REGION}
  1:
    mov [edx], ecx
    add edx, ${PAGE_SIZE}
    dec ecx
    jnz 1b
    mov edi, 0
  ${FINISH}`;

/** An emulated client, a native manager: it maps one page of its own everywhere. */
export function nativeManager(): Figure {
  return faultsOf(function* (guests) {
    const { kernel } = guests.context;
    const page = guests.block;
    const manager = kernel.nativeThreadNew({ lthread: 1, priority: MANAGER_PRIORITY }, function* () {
      let fault = yield* receive(ANY);
      for (;;) {
        fault = yield* replyAndWait(fault.from, {
          words: [0],
          pages: [{ hotSpot: fault.words[2]!, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }],
        });
      }
    });
    return {
      manager,
      *flush() {
        kernel.unmap(flexpage(page, 12), Unmap.FLUSH);
      },
    };
  });
}

/** The same manager as an emulated program; a message asks it to flush the page. */
const MANAGER = `
    mov dword ptr [DATA+0x4000], 4711
    mov eax, NONE
    xor esi, esi
    jmp 2f
  1:
    test edi, edi
    jz 3f
    mov edx, edi
    mov ebx, DATA+0x4000+(12<<2)+2
    mov eax, 2
    jmp 2f
  3:
    mov eax, DATA+0x4000+(12<<2)
    mov ecx, ${Unmap.FLUSH}
    int 0x32
    xor eax, eax
  2:
    xor ecx, ecx
    mov ebp, 1
    ipc
    jmp 1b`;

/** An emulated client, an emulated manager. */
export function emulatedManager(): Figure {
  return faultsOf(function* (guests) {
    const manager = yield* guests.create(MANAGER, { priority: MANAGER_PRIORITY });
    guests.start(manager);
    return {
      manager,
      *flush() {
        yield* guests.answer(manager, { words: [0, 0, 0] });
      },
    };
  });
}

/** A manager under measurement, and how it takes all its mappings back. */
interface Manager {
  manager: ThreadId;
  flush(): Op<void>;
}

/** The cost of one fault of a client that writes every page of a region of the manager. */
function faultsOf(managerOf: (guests: Guests) => Op<Manager>): Figure {
  return withGuests(function* (guests, { processor }) {
    const { manager, flush } = yield* managerOf(guests);
    const client = yield* guests.create(TOUCH, { priority: PRIORITY });
    yield* guests.introduce(client);
    guests.context.kernel.regionMap(client, REGION, PAGES * PAGE_SIZE, manager, 2, 0, ALL_RIGHTS);
    return yield* figureOf(
      PAGES,
      function* () {
        guests.start(client);
        yield* guests.next();
        yield* flush();
      },
      () => processor.instructions,
    );
  });
}
