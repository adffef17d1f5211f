/**
 * Which scripts there are, what runs them, and the Debian packages that they need.
 */

export interface Program {
  /** In scripts/. */
  readonly script: string;
  readonly interpreter: string;
  /** With which it ends. */
  readonly status: number;
  /** Besides `common`. */
  readonly packages: readonly string[];
}

/** What shell scripts use. */
export const common: readonly string[] = ["bash", "coreutils", "dash", "sed"];

const tools = ["base-files", "base-passwd", "bsdextrautils", "bsdutils", "diffutils", "findutils", "grep", "mawk", "util-linux"];

/** Those that the tests run. */
export const start: Program = { script: "start.sh", interpreter: "/bin/bash", status: 4, packages: [] };
export const quick: Program = { script: "quick.sh", interpreter: "/bin/bash", status: 3, packages: ["perl-base"] };

export const programs: readonly Program[] = [
  start,
  quick,
  { script: "bash.sh", interpreter: "/bin/bash", status: 3, packages: tools },
  { script: "perl.pl", interpreter: "/usr/bin/perl", status: 4, packages: ["perl"] },
  { script: "python.py", interpreter: "/usr/bin/python3", status: 5, packages: ["python3"] },
  { script: "git.sh", interpreter: "/bin/bash", status: 0, packages: [...tools, "git", "tar"] },
  { script: "make.sh", interpreter: "/bin/bash", status: 0, packages: [...tools, "make"] },
  { script: "sqlite.sh", interpreter: "/bin/bash", status: 2, packages: ["sqlite3"] },
  { script: "archives.sh", interpreter: "/bin/bash", status: 6, packages: [...tools, "bzip2", "gzip", "tar", "xz-utils"] },
  { script: "dpkg.sh", interpreter: "/bin/bash", status: 1, packages: [...tools, "dpkg", "libc-bin", "tar"] },
  { script: "gcc.sh", interpreter: "/bin/bash", status: 7, packages: [...tools, "gcc", "libc6-dev"] },
];
