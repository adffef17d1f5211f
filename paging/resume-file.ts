/**
 * The file that lets a long sweep go on where it was stopped: a line of JSON for the form, then one for each finished run.
 *
 * Runs are found by what they measured, so a sweep that was widened finds those it has in common with the earlier one. Layer
 * beneath: plan.ts, outcome.ts.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { OptionError } from "#node/options.ts";
import type { Outcome } from "./outcome.ts";
import { pointKey } from "./plan.ts";

const FORM = "lites paging 2";
/** Forms of other versions begin like this. */
const FAMILY = "lites paging ";

export class ResumeFile {
  readonly finished = new Map<string, Outcome>();
  readonly #file: string;

  /** Reads what is there; makes the file if it is not. Throws OptionError for a file of another kind. */
  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) {
      writeFileSync(file, `${JSON.stringify({ form: FORM })}\n`);
      return;
    }
    const text = readFileSync(file, "utf8");
    // What follows the last line end was being written when the sweep was killed.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const [head = "", ...lines] = whole.split("\n").slice(0, -1);
    const form = formOf(head);
    if (form?.startsWith(FAMILY) && form !== FORM) throw new OptionError(`'${file}' is of another version: begin with a new file`);
    if (form !== FORM) throw new OptionError(`'${file}' is not a file of finished runs`);
    for (const line of lines) {
      const outcome = JSON.parse(line) as Outcome;
      this.finished.set(pointKey(outcome.point), outcome);
    }
    if (whole.length < text.length) writeFileSync(file, whole);
  }

  add(outcome: Outcome): void {
    appendFileSync(this.#file, `${JSON.stringify(outcome)}\n`);
  }
}

/** What the first line says that the file is. */
function formOf(line: string): string | undefined {
  try {
    const { form } = JSON.parse(line) as { form?: unknown };
    return typeof form === "string" ? form : undefined;
  } catch {
    return undefined;
  }
}
