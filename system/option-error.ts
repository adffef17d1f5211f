/**
 * A refused option.
 */

/** An option that makes no sense; the command line prints the message and exits with 2. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  /** Why, without the option's name. */
  readonly reason: string;
  /** Which: a name of BootOptions, SpawnOptions or RunOptions, or the command's ("--memory"). Undefined for words that are no option. */
  readonly option: string | undefined;
  /** As it was given. */
  readonly value: unknown;

  constructor(reason: string, option?: string, value?: unknown) {
    super(option === undefined ? reason : `${option}: ${reason}`);
    this.reason = reason;
    this.option = option;
    this.value = value;
  }
}
