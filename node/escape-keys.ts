/**
 * The escape for whoever sits at a terminal whose program ignores everything: a character at the start of a line, then a command. As in ssh(1).
 */

const CR = 0x0d;
const LF = 0x0a;

export type EscapeCommand = "end" | "help";

const COMMANDS: Readonly<Record<string, EscapeCommand>> = { ".": "end", "?": "help" };

/** What the keys do, for a terminal in raw mode. */
export const escapeHelp = (escape: string): string =>
  [
    "",
    "At the start of a line:",
    `  ${escape}.  end the run: SIGHUP to the program; again, or after two seconds, the machine is halted`,
    `  ${escape}?  this text`,
    `  ${escape}${escape}  the character ${escape}`,
    "",
  ].join("\r\n");

export class EscapeKeys {
  private readonly escape: number;
  private readonly onCommand: (command: EscapeCommand) => void;
  private atLineStart = true;
  /** The escape character was typed, and waits for the next one. */
  private held = false;

  /** @param escape one ASCII character */
  constructor(escape: string, onCommand: (command: EscapeCommand) => void) {
    this.escape = escape.charCodeAt(0);
    this.onCommand = onCommand;
  }

  /** Takes what was typed. @returns what the program gets of it */
  type(bytes: Uint8Array): Uint8Array {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (this.held) {
        this.held = false;
        const command = COMMANDS[String.fromCharCode(byte)];
        if (command !== undefined) {
          this.atLineStart = true;
          this.onCommand(command);
          continue;
        }
        // Twice is the character itself.
        if (byte !== this.escape) passed.push(this.escape);
      } else if (this.atLineStart && byte === this.escape) {
        this.held = true;
        continue;
      }
      passed.push(byte);
      this.atLineStart = byte === CR || byte === LF;
    }
    return Uint8Array.from(passed);
  }
}
