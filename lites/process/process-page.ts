/**
 * Writes the process page: what a process may know without asking (address-map.ts). The page is a frame of the pager,
 * mapped read-only in the process.
 */
import { ProcessPage, ThreadWords } from "../abi/address-map.ts";
import type { PageFrames } from "../memory/page-frames.ts";

export type ProcessPageWord = keyof typeof ProcessPage;

export class ProcessPageWriter {
  readonly frame: number;
  private readonly frames: PageFrames;

  constructor(frames: PageFrames, frame: number) {
    this.frames = frames;
    this.frame = frame;
    frames.view(frame, "write").fill(0);
  }

  set(words: Partial<Record<ProcessPageWord, number>>): void {
    const view = this.view();
    for (const name in words) {
      const word = name as ProcessPageWord;
      view.setUint32(ProcessPage[word], words[word]!, true);
    }
  }

  /** The words of one thread, by its number in the task. */
  setOfThread(lthread: number, words: Readonly<Record<keyof typeof ThreadWords, number>>): void {
    const view = this.view();
    for (const name in words) {
      const word = name as keyof typeof ThreadWords;
      view.setUint32(ThreadWords[word] + 4 * lthread, words[word], true);
    }
  }

  private view(): DataView {
    const page = this.frames.view(this.frame, "write");
    return new DataView(page.buffer, page.byteOffset, page.byteLength);
  }
}
