/**
 * The real programs: Debian's, unmodified, and what they are given to do.
 */

import { cLibrary, type PackageFile } from "../../tests/support/debian.ts";

/** How a program is linked says how it is started: a dynamic one through the loader in the place and libraries. */
type Linkage = "static" | "dynamic";

export interface RealProgram {
  name: string;
  from: PackageFile;
  linkage: Linkage;
  args: readonly string[];
  text: string;
}

const program = (name: string, from: RealProgram["from"], linkage: Linkage, args: string, text: string): RealProgram => ({
  name,
  from,
  linkage,
  args: args.split(" "),
  text,
});

/** One file several times, after options. */
const times = (options: string, file: string, count: number): string => [options, ...new Array<string>(count).fill(file)].join(" ").trim();

/** Large enough that each works for about a second in qemu: the start does not count for much. */
export const REAL_PROGRAMS: readonly RealProgram[] = [
  program("busybox-sh", ["busybox-static", "bin/busybox"], "static", "sh loops.sh", "shell loops in busybox"),
  program("bash", ["bash-static", "bin/bash-static"], "static", "loops.sh", "shell loops in bash"),
  program("dash", ["dash", "bin/dash"], "dynamic", "loops.sh", "shell loops in dash"),
  program("gzip", ["gzip", "bin/gzip"], "dynamic", "-9nc text", "gzip -9 of 20 MB"),
  program("gunzip", ["gzip", "bin/gzip"], "dynamic", times("-dc", "text.gz", 4), "gunzip to 80 MB"),
  program("md5sum", ["coreutils", "usr/bin/md5sum"], "dynamic", times("", "text", 20), "md5sum of 400 MB"),
  program("sha256sum", ["coreutils", "usr/bin/sha256sum"], "dynamic", times("", "text", 8), "sha256sum of 160 MB"),
  program("sort-file", ["coreutils", "usr/bin/sort"], "dynamic", "--parallel=1 -S 64M text", "sort of 20 MB"),
  program("awk", ["mawk", "usr/bin/mawk"], "dynamic", "-f numbers.awk", "awk, floating point"),
  program("bc", ["bc", "usr/bin/bc"], "dynamic", "-q -l digits.bc", "bc, long numbers"),
  program("perl", ["perl-base", "usr/bin/perl"], "dynamic", "words.pl lines", "perl, regular expressions"),
  program("python", ["python3.11-minimal", "usr/bin/python3.11"], "dynamic", "-I -S trees.py", "Python, binary trees"),
];

/** Shared libraries of all of them. */
export const LIBRARIES: readonly PackageFile[] = [
  ...cLibrary,
  ["zlib1g", "lib/i386-linux-gnu/libz.so.1"],
  ["libexpat1", "lib/i386-linux-gnu/libexpat.so.1"],
  ["libcrypt1", "lib/i386-linux-gnu/libcrypt.so.1"],
  ["libreadline8", "lib/i386-linux-gnu/libreadline.so.8"],
  ["libtinfo6", "lib/i386-linux-gnu/libtinfo.so.6"],
];

/** What Python needs of its library to start; the rest is compiled into it. */
export const PYTHON_LIBRARY = ["libpython3.11-minimal", "usr/lib/python3.11/encodings"] as const;
