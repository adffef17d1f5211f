/**
 * The error of programs that could not be started.
 */

/** What the guest's system said, with the members that Node's system errors have. */
export interface SystemCallError extends Error {
  /** Name of the error: "ENOENT". */
  readonly code: string;
  /** Its number on Linux. */
  readonly errno: number;
  readonly syscall: "chdir" | "execve";
  readonly path: string;
}

/** The program could not be started. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  /** What was to be started: argv[0]. */
  readonly program: string;
  /** Name of the error: "ENOENT". */
  readonly code: string;
  /** Its number in the guest, that of Linux. */
  readonly errno: number;
  /** The guest's call that failed: chdir for the working directory, else execve. */
  override readonly cause: SystemCallError;

  constructor(program: string, cwd: string, failure: { code: string; errno: number; message: string; at: "cwd" | "program" }) {
    const [syscall, path, what] =
      failure.at === "cwd" ? (["chdir", cwd, `working directory '${cwd}'`] as const) : (["execve", program, program] as const);
    super(`${what}: ${failure.message}`);
    this.program = program;
    this.code = failure.code;
    this.errno = failure.errno;
    const { code, errno } = failure;
    this.cause = Object.assign(new Error(`${code}: ${failure.message}, ${syscall} '${path}'`), { code, errno, syscall, path });
  }
}
