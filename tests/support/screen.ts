/** What a terminal shows: xterm's emulation without a window. */
import xterm from "@xterm/headless";

const DEFAULT_TIMEOUT_MS = 30_000;

export class Screen {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  #changed: (() => void)[] = [];
  /** All that was written, as it came. */
  output = "";

  constructor(rows = 24, columns = 80) {
    this.#terminal = new xterm.Terminal({ rows, cols: columns, allowProposedApi: true });
  }

  write(bytes: Uint8Array): void {
    this.output += Buffer.from(bytes).toString("latin1");
    this.#terminal.write(bytes, () => {
      const waiting = this.#changed;
      this.#changed = [];
      for (const wake of waiting) wake();
    });
  }

  resize(rows: number, columns: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** All rows since the start, without blanks at their ends; empty rows at the end are left out. */
  lines(): string[] {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true).trimEnd() ?? "");
    while (lines.length > 0 && lines.at(-1) === "") lines.pop();
    return lines;
  }

  cursor(): { row: number; column: number } {
    const { active } = this.#terminal.buffer;
    return { row: active.baseY + active.cursorY, column: active.cursorX };
  }

  /** Waits until it shows what is wished; fails with what it shows otherwise. */
  async until(isReached: (lines: string[]) => boolean, what: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!isReached(this.lines())) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`the screen does not show ${what}:\n${this.lines().join("\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}
