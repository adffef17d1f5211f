/** What a case of the tables is, and lines of text as cases. */

export type FileSpec =
  | string
  | { readonly content?: string; readonly mode?: number; readonly mtime?: number }
  | { readonly directory: true; readonly mode?: number }
  | { readonly link: string }
  /** Another name of a file that comes before it. */
  | { readonly hardLink: string };

export interface Case {
  /** argv[0] is the program's name. */
  readonly argv: readonly string[];
  /** One character is one byte. */
  readonly stdin?: string;
  /** By path below the working directory; directories above them are made. */
  readonly files?: Readonly<Record<string, FileSpec>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The order of the lines is not determined. */
  readonly unordered?: true;
  /** The wording of messages differs from the reference's: only whether there are any is compared. */
  readonly anyMessage?: true;
  /** Names, users, inode numbers, block counts or sizes of directories enter: between systems only the number of lines is comparable. */
  readonly hostOnly?: true;
}

export type Table = Readonly<Record<string, readonly Case[]>>;

export const commands = (lines: readonly (readonly string[])[], rest: Omit<Case, "argv"> = {}): Case[] =>
  lines.map((argv) => ({ argv, ...rest }));

/** "a b 'c d'" as words: enough of quoting for tables. */
const words = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string) => a ?? b ?? ""),
  );

/** One case per line of text. */
export const lines = (text: string, rest: Omit<Case, "argv"> = {}): Case[] =>
  commands(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map(words),
    rest,
  );
