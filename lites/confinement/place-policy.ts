/**
 * The rules of a policy that name places. The chief sees a call's message, but where its paths lead only the Unix server can tell, and only at
 * the moment of use. So the chief passes such a call on with a note, which says what is still to be decided; the server decides
 * it at the look-up that the call itself makes (../vfs/place-guard.ts). Layer beneath: the file system space.
 *
 * Rules speak of places in the tree, so what lies in a place must not get out under another name, nor anything else in: names are not moved
 * or added across the border of a place. As Linux's Landlock has it (LANDLOCK_ACCESS_FS_REFER), programs get EXDEV, and mv copies.
 */
import type { UnixError } from "../abi/errno.ts";
import { EXDEV } from "../abi/errno.ts";
import type { FoundObject, PlaceGuard } from "../vfs/place-guard.ts";
import type { Inode } from "../vfs/inode.ts";
import type { Verdict } from "./chief-policy.ts";

/** A file (of), or a directory and all below it (under). Absolute path. */
export interface Place {
  readonly kind: "of" | "under";
  readonly path: string;
}

/** What of the file system the rules need. */
export interface PlaceTree {
  /** A path without links and without "." and "..", as far as it exists. */
  canonical(path: string): string;
  /** Where a directory is; undefined: it was removed. */
  ofDirectory(directory: Inode): string | undefined;
  /** Whether the object is what the path, which has no links, leads to now: under another name, for it has several. */
  isAlso(found: FoundObject, path: string): boolean;
}

/** One thing to be decided: the rule holds for objects in its place. Without a place it only forbids names to cross borders. */
export interface Question {
  readonly deny: boolean;
  readonly place: Place | undefined;
}

/** What is to be decided about a call: the first question that holds decides, or else `deny`. */
interface Note {
  readonly questions: readonly Question[];
  readonly deny: boolean;
}

/** Told how a call was decided: with the object's path, and the error, if it was refused. */
export type Outcome = (path: string | undefined, error: UnixError | undefined) => void;

const isBelow = (path: string, directory: string): boolean => path.startsWith(directory === "/" ? "/" : `${directory}/`);

function isIn({ kind, path }: Place, object: string | undefined): boolean {
  return object !== undefined && (object === path || (kind === "under" && isBelow(object, path)));
}

export class PlacePolicy {
  private readonly tree: PlaceTree;
  private readonly error: UnixError;
  private readonly questions: readonly Question[];
  private readonly notes: Note[] = [];
  /** Numbers of notes by their content. */
  private readonly known = new Map<string, number>();

  /** @param questions in the order of the policy's rules */
  constructor(tree: PlaceTree, error: UnixError, questions: readonly Question[]) {
    this.tree = tree;
    this.error = error;
    this.questions = questions.map(({ deny, place }) => ({ deny, place: place && { ...place, path: tree.canonical(place.path) } }));
  }

  /** The chief's side. @param questions their indices @returns the note's number, above 0 */
  note(questions: readonly number[], otherwise: Verdict): number {
    const deny = otherwise !== "pass";
    const key = `${questions.join()} ${deny}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const number = this.notes.push({ questions: questions.map((index) => this.questions[index]!), deny });
    this.known.set(key, number);
    return number;
  }

  /** The server's side. undefined: there is no such note, hence nothing to be decided. */
  guard(note: number, outcome: Outcome): CallGuard | undefined {
    const content = this.notes[note - 1];
    return content && new CallGuard(this, content, outcome);
  }

  /** Whether the object is refused. */
  refuses({ questions, deny }: Note, found: FoundObject): boolean {
    const decisive = questions.find(({ place }) => place !== undefined && this.holds(place, found));
    return decisive === undefined ? deny : decisive.deny;
  }

  /** The object with its place as it is now: directories may have been moved within one. */
  located(found: FoundObject): FoundObject {
    const { inode } = found;
    return inode?.isDirectory ? { path: this.tree.ofDirectory(inode), inode } : found;
  }

  private holds(place: Place, found: FoundObject): boolean {
    return isIn(place, found.path) || (place.kind === "of" && this.tree.isAlso(found, place.path));
  }

  /** Whether a name leaves or enters a place, or a place itself would be moved. */
  crosses(from: string | undefined, to: string | undefined, isDirectory: boolean): boolean {
    if (from === undefined || to === undefined) return true;
    return this.questions.some(({ place }) => {
      if (place === undefined) return false;
      return isIn(place, from) !== isIn(place, to) || (isDirectory && (isBelow(place.path, from) || isBelow(place.path, to)));
    });
  }

  get refusal(): UnixError {
    return this.error;
  }
}

/** What a policy has still to say of one call. */
export class CallGuard implements PlaceGuard {
  private readonly policy: PlacePolicy;
  private readonly note: Note;
  private readonly outcome: Outcome;
  private isRefused = false;

  constructor(policy: PlacePolicy, note: Note, outcome: Outcome) {
    this.policy = policy;
    this.note = note;
    this.outcome = outcome;
  }

  check(found: FoundObject): void {
    const object = this.policy.located(found);
    if (this.policy.refuses(this.note, object)) this.refuse(object.path, this.policy.refusal);
  }

  checkMove(from: string | undefined, to: string | undefined, isDirectory: boolean): void {
    if (this.policy.crosses(from, to, isDirectory)) this.refuse(from, EXDEV);
  }

  /** The call is over. */
  finish(): void {
    if (!this.isRefused) this.outcome(undefined, undefined);
  }

  private refuse(path: string | undefined, error: UnixError): never {
    this.isRefused = true;
    this.outcome(path, error);
    throw error;
  }
}
