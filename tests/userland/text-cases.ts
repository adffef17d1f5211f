/** Cases of the programs that read text: what GNU's have beyond POSIX. */
import { commands, type FileSpec, lines, type Table } from "./case.ts";

const files: Readonly<Record<string, FileSpec>> = {
  t: "foo one\nbar\nfoo two\n",
  hard: { hardLink: "t" },
  bin: "a\0b foo\nfoo bar\nbaz\n",
  "d/f": "foo in d\n",
  "d/e/g.c": "foo e\n",
  "d/link": { link: "../t" },
  "d/e/up": { link: ".." },
  months: "Jan 1\nfeb 2\nDEC\nxx\n mar\nMAY 5\n\njun\n",
  floats: "1e3\nnan\ninf\n-inf\n0x10\nabc\n-1\n1e-2\n+5\n-nan\n1e400\n1.5e\n",
  tiny: "1e-5000\n0\n1e-4950\n-1e-4950\n1e4900\n1e308\n0x1p3\n7.5\nINF\n-NaN\n+nan\n 12\n",
  versions:
    "1.2\n1.10\n1.1~\n1.1\na.tar.gz\na1.tar.gz\na10.tar.gz\na2.tar.gz\n.x\n..\n.\n\na~\na\nB\nb2\nb02\nb1\n.a.tar\n.1\n.10\n...\n.~\nx..y\na.~b\na.b1.c\n",
  strings: "abc\0de\0\x01fghi\0xyz",
};

export const textCases: Table = {
  "grep: binary files, trees, names": [
    ...lines(
      `
      grep foo bin
      grep -a foo bin
      grep -I foo bin
      grep -c foo bin
      grep --binary-files=text foo bin
      grep --binary-files=without-match foo bin
      grep -z foo bin
      grep -az foo bin
      grep -r foo t
      grep -R foo d/e/g.c
      grep -rh foo t hard
      grep --exclude=t foo t hard
      grep -d skip foo d t
      grep -s foo d nonexist t
      grep -lZ foo t hard
      grep -cZ foo t hard
      grep -nT foo t hard
      grep -nbT foo t
      grep -HT foo t
      grep --color=always foo t
      grep -n --color=always -A1 foo t hard
      grep -v --color=always foo t
      grep -o --color=always foo t
      grep -l --color=always foo t hard
      grep -c --color=always foo t hard
      grep --color=always -C1 bar t
      grep --color=auto foo t
      `,
      { files },
    ),
    ...lines(
      `
      grep -r foo d
      grep -R foo d
      grep -r foo d t
      grep -rn --include=*.c foo d
      grep -r --include=*.c --include=f foo d
      grep -r --exclude=*.c foo d
      grep -r --exclude-dir=e foo d
      grep -r --exclude-dir=d foo .
      `,
      { files, unordered: true },
    ),
    ...lines("grep --label=x -H foo -\ngrep -H foo -", { stdin: "foo\n" }),
  ],
  "cut: lines as fields": [
    ...commands(
      [
        ["-f1", "t"],
        ["-f2-", "t"],
        ["-f1,3", "--output-delimiter=:", "t"],
        ["-s", "-f2", "t"],
        ["-s", "-f5", "t"],
        ["-f5", "t"],
        ["--complement", "-f2", "t"],
        ["-f1", "t", "d/f"],
        ["-z", "-f2", "t"],
      ].map((rest) => ["cut", "-d", "\n", ...rest]),
      { files },
    ),
    ...lines("cut --output-delimiter= -d' ' -f1,2 t", { files }),
  ],
  "sort: months, numbers, versions": lines(
    `
    sort -M months
    sort -rM months
    sort -k1,1M -k2n months
    sort --sort=month months
    sort -g floats
    sort -rg floats
    sort -gu floats
    sort --sort=general-numeric floats
    sort -g tiny
    sort -V versions
    sort -rV versions
    sort -uV versions
    sort --version-sort versions
    sort -gn t
    sort -Mgn t
    sort -dVn t
    sort -diM t
    sort -iV t
    sort -k1gn t
    sort --check=quiet months
    sort --check=diagnose-first months
    sort --dictionary-order --ignore-leading-blanks t
    `,
    { files },
  ),
  "od: letters, offsets, strings": [
    ...lines(
      `
      od -B t
      od -D t
      od -F t
      od -H t
      od -O t
      od -X t
      od -e d/f
      od -h t
      od -i t
      od -S 3 bin
      od --endian=big -x t
      od --endian=big -t x4 t
      od -c t +4
      od -c t 4
      od -c t 0x4
      od t +1b
      od -w0 t
      od -w3 t
      od -w5 -tx1 t
      od -t f8 t
      `,
      { files },
    ),
    ...lines("od -S 3\nod -An -S2\nod -Ax -S2 -j 4", { stdin: "abc\0de\0\x01fghi\0xyz" }),
    ...lines("od -c +2", { stdin: "hello\n" }),
  ],
  "seq: forms of numbers": lines(`
    seq -f '%Lg' 2
    seq -f %.3Lf 2
    seq -f "%'g" 1000 1001
    seq -f %a 1 2
    seq -wf %g 2
    seq 18446744073709551615 18446744073709551617
    seq 99999999999999999999 100000000000000000001
    seq 999999999999999999999999 1000000000000000000000001
    seq 1e20 1e20
    seq 1e-3 1e-3 3e-3
    seq 1.25e1 13
    seq 1 3e-1 2
    seq -w -0 1
    seq -w 003
    seq -w 8 -3 04
    seq -w 03 .3 0004
    seq -w 010 -5 -10
    seq -f %-1.2.3f 2
    seq -f %2..2f 2
    seq 007 010
    seq 5 3 12
    seq 1 1000000001 3
    seq 0x10 0x12
  `),
  "date: zones": [
    ...[
      "Europe/Berlin",
      "America/New_York",
      "Asia/Kolkata",
      "Australia/Lord_Howe",
      "Europe/Dublin",
      "America/St_Johns",
      "EST5EDT",
      "CET-1CEST,M3.5.0,M10.5.0/3",
      "EST5EDT4,J60/1:30,300",
      "<+11>-11<+12>,M10.1.0,M4.1.0/3",
      "Nowhere/City",
      "ABC",
      ":Asia/Tokyo",
    ].flatMap((zone) =>
      lines(
        `
          date -d @0 '+%F %T %z %Z'
          date -d @500000000 '+%F %T %z %Z'
          date -d @1710054000 '+%F %T %z %Z'
          date -d @1720000000 '+%F %T %z %Z'
          date -d @1729990800 '+%F %T %z %Z'
          date -d @3000000000 '+%F %T %z %Z'
          date -d '2024-03-31 02:30' +%s
          date -d '1999-07-01 12:00' +%s
          `,
        { env: { TZ: zone } },
      ),
    ),
  ],
};
