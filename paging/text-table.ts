/**
 * Tables of text: words to the left, numbers to the right.
 *
 * Layer beneath: none.
 */

/** A cell; undefined is what is not known. */
export type Cell = string | number | undefined;

const UNKNOWN = "–";

const text = (cell: Cell): string => (cell === undefined ? UNKNOWN : String(cell));

const isNumber = (cell: Cell): boolean => cell === undefined || (cell !== "" && !Number.isNaN(Number(cell)));

/** Lines with an indent of two. A column of numbers stands to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const right = head.map((_, column) => rows.every((row) => isNumber(row[column])));
  const lines = [head, ...rows.map((row) => row.map(text))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `  ${widths.map((width, column) => (right[column] ? (cells[column] ?? "").padStart(width) : (cells[column] ?? "").padEnd(width))).join("  ")}`.trimEnd();
  return `${lines.map(line).join("\n")}\n`;
}
