/** The state of one message's transfer between two threads that are both there. What is done with it: transfers.ts. */
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import { Condition } from "./abi/ipc.ts";
import type { Exchange } from "./exchange.ts";
import type { PartList } from "./message.ts";
import type { DataSpaceName, PageItem } from "./native.ts";
import type { Thread } from "./thread.ts";

export const Step = { GATHER: 0, PREPARE: 1, WORDS: 2, PAGES: 3, STRINGS: 4, DATA_SPACES: 5, DOPES: 6 } as const;

const NO_DATA_SPACES: readonly DataSpaceName[] = [];
const NOTHING_ASKED: readonly AskedCopy[] = [];

/** What was asked of a data space's manager, to be given up if the message fails (data-space-copies.ts). */
export interface AskedCopy {
  /** The manager, and who got the question in its place. */
  readonly named: ThreadId;
  readonly addressee: Thread | undefined;
  readonly ticket: number;
  /** Whether there is, or may come to be, a copy. */
  readonly mayExist: boolean;
}

export class Transfer {
  readonly sender: Thread;
  readonly receiver: Thread;
  /** The sender's exchange, when the message is its question, and the receiver's, when the message is the answer to it. */
  readonly question: Exchange | undefined;
  readonly answers: Exchange | undefined;
  /** What the receiver is told: the name of the sender, why it gets the message, and whom it was sent to if redirected. */
  readonly from: ThreadId;
  readonly condition: number;
  readonly to: ThreadId;
  step: number = Step.GATHER;
  words: number[] = [];
  pages: PageItem[] = [];
  sources: PartList[] = [];
  targets: PartList[] = [];
  /** What the sender sends, what the receiver gets for it so far, and what managers were asked for that. */
  dataSpaces: readonly DataSpaceName[] = NO_DATA_SPACES;
  copies: readonly DataSpaceName[] = NO_DATA_SPACES;
  asked: readonly AskedCopy[] = NOTHING_ASKED;
  /** Sizes of the sender's own receive buffers. */
  offers: number[] = [];
  window = 0;
  cut = false;
  /** Progress of the strings: string, part and offset on either side. */
  string = 0;
  sourcePart = 0;
  sourceOffset = 0;
  targetPart = 0;
  targetOffset = 0;

  constructor(sender: Thread, question: Exchange | undefined, receiver: Thread, answers: Exchange | undefined) {
    this.sender = sender;
    this.question = question;
    this.receiver = receiver;
    this.answers = answers;
    const { plan } = sender;
    this.from = question === undefined ? plan.as : sender.id;
    this.condition = question === undefined ? plan.condition : question.condition;
    const redirected = (this.condition & Condition.REDIRECTED) !== 0;
    this.to = redirected ? (question === undefined ? plan.to : question.named) : NIL;
  }
}
