/**
 * What the programs of the userland are tried on: command lines with the files and input they work on. A case says nothing
 * about the right answer: that is what the same command of the host (or the same binary elsewhere) gives.
 */
import { type FileSpec, lines, type Table } from "./case.ts";
import { textCases } from "./text-cases.ts";
import { treeCases } from "./tree-cases.ts";

const fruit = "banana\napple\nCherry\napple\ncherry\nbanana split\n\n10 dates\n9 figs\n";
const numbers = "10\n9\n-1\n2.5\n2.50\n1e3\n0\n\n-0.5\n007\nabc\n100000000000000000000\n99999999999999999999\n";
const table = "1:one:uno\n2:two:dos\n3:three:tres\nplain\n:empty first\n5::\n";
const spaced = "a  b c\n  lead x\nz\ty\tw\nsame  1\nsame 1\n";
const text = "The quick brown fox\njumps over the lazy dog.\nfoo_bar foo-bar foobar\n\nfoo\nFOO bar\nab abab ababab\n12:34:56\nend";
const binary = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
const tenLines = Array.from({ length: 25 }, (_, i) => `line ${i + 1}\n`).join("");

const tree: Readonly<Record<string, FileSpec>> = {
  "d/a.txt": { content: "alpha\nbeta\n", mtime: 1_000_000_000 },
  "d/b.c": { content: "int main;\n", mode: 0o755, mtime: 1_200_000_000 },
  "d/.hidden": { content: "secret beta\n", mtime: 1_100_000_000 },
  "d/sub/c": { content: "x".repeat(5000), mtime: 1_700_000_000 },
  "d/sub/deep/e.txt": { content: "beta again\n", mode: 0o600, mtime: 1_650_000_000 },
  "d/empty": { directory: true },
  "d/link": { link: "a.txt" },
  "d/dirlink": { link: "sub" },
  "d/dangling": { link: "nowhere" },
  "top file": { content: "top\n", mtime: 1_300_000_000 },
};

const numberedFiles: Readonly<Record<string, FileSpec>> = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [`name${"x".repeat((i * 7) % 11)}${i}`, "1"]),
);

const ownCases: Table = {
  echo: lines(`
    echo
    echo a b  'c  d'
    echo -n hello
    echo -e 'a\\tb\\n\\x41\\0101\\101\\\\ \\q'
    echo -E 'a\\tb'
    echo -ne 'x\\cy' z
    echo -nE a
    echo -x -n
    echo -- a
    echo -
  `),
  printf: lines(`
    printf 'hello\\n'
    printf '%s\\n' a b c
    printf '%d %i %u\\n' 1 -2 3 4
    printf '%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o\\n' 42 42 42 42 42 255 255 255 8 8
    printf '%5.3d|%.0d|%.3s|%10.2s|%-6s|\\n' 7 0 abcdef xyz ab
    printf '%f %.2f %e %g %G %.3e\\n' 3.14159 2.005 12345.678 0.0001 1e-10 0
    printf '%10.3f|%-10.1f|%+f|%010.2f\\n' 3.14159 2.55 1 -3.5
    printf '%g %g %g %g\\n' 100000 1000000 1e15 123456789
    printf '%.0f %.0f %.0f %.0f\\n' 0.5 1.5 2.5 3.5
    printf '%c%c%c\\n' abc d ''
    printf '%b|%b\\n' 'a\\tb\\0101' 'x\\cy'
    printf '%s %s\\n' only
    printf '%d\\n' "'A" 0x1f 010
    printf '%d\\n' 12abc
    printf '%d\\n' abc
    printf '%d\\n' 99999999999999999999
    printf '%d %u\\n' -9223372036854775808 18446744073709551615
    printf '%*d|%-*d|%.*f\\n' 5 1 5 2 2 3.14159
    printf '%%|%5s|%-5s|\\n' a b
    printf '\\101\\x42\\a\\b\\n'
    printf '%s\\n'
    printf 'no args\\n' extra args
    printf '%z\\n'
    printf
    printf '%s\\0%s' a b
    printf '%.50f\\n' 0.1
    printf '%.20g %.17g\\n' 0.1 1e22
    printf '%f %g %e\\n' inf -inf nan
    printf '%q\\n' 'a b' simple "it's"
  `),
  test: lines(
    `
    test
    test ''
    test a
    test -n ''
    test -z ''
    test a = a
    test a = b
    test a != b
    test 1 -eq 01
    test ' 5 ' -lt 10
    test -1 -gt -2
    test 1 -ge 2
    test 5 -ne 5
    test 5 -le 5
    test abc -eq 1
    test ! a
    test ! ''
    test ! a = a
    test '(' a ')'
    test '(' a = b ')'
    test a -a ''
    test '' -o b
    test -f file
    test -d file
    test -d dir
    test -e missing
    test -s file
    test -s zero
    test -r file -a -w file
    test -x file
    test -x dir
    test -L link
    test -h file
    test -p file
    test file -nt missing
    test old -ot file
    test file -ef link
    test -n
    test -f = -f
    test '!' = '!'
    test a b
    test a b c
    test -t 0
    test 1 -eq 1 -a 2 -eq 2 -o 3 -eq 4
    test '(' 1 -eq 2 -o 2 -eq 2 ')' -a x
    [ a = a ]
    [ a = b ]
    [ a = a
    [ ]
  `,
    { files: { file: "x", zero: "", dir: { directory: true }, link: { link: "file" }, old: { mtime: 1000 } } },
  ),
  cat: [
    ...lines("cat\ncat -n\ncat -b\ncat -s\ncat -E\ncat -T\ncat -A\ncat -v\ncat -bs\ncat -ns\ncat -e\ncat -t\ncat -u", {
      stdin: "a\n\n\n\tb\n\n\nc\u0001\u007f\u0080\u00ff\r\nlast",
    }),
    ...lines("cat f g\ncat f - g\ncat missing f\ncat -n f g\ncat d\ncat -z", {
      stdin: "in\n",
      files: { f: "one\ntwo", g: "three\n", d: { directory: true } },
    }),
    { argv: ["cat", "-v"], stdin: binary },
    { argv: ["cat"], stdin: binary.repeat(1000) },
  ],
  head: [
    ...lines(
      "head\nhead -n 3\nhead -n3\nhead -3\nhead -n -3\nhead -n -100\nhead -n 0\nhead -c 10\nhead -c -10\nhead -c 1k\nhead -n x\nhead -q\nhead -v -n 1",
      { stdin: tenLines },
    ),
    ...lines("head -n 2 f g\nhead -n2 f missing g\nhead -q -n 1 f g\nhead -v -n 1 f\nhead -n -1 f", {
      files: { f: tenLines, g: "no newline" },
    }),
    { argv: ["head", "-n", "-2"], stdin: "a\nb\nc" },
  ],
  tail: [
    ...lines(
      "tail\ntail -n 3\ntail -3\ntail -n +3\ntail +20\ntail -n 0\ntail -n +0\ntail -c 10\ntail -c +10\ntail -n 100\ntail -c 1000000",
      { stdin: tenLines },
    ),
    ...lines("tail -n 2 f g\ntail -n 1 f missing\ntail -q -n 1 f g\ntail -c 3 g\ntail -n 3 big\ntail -c 5 big\ntail -n +9999 big", {
      files: { f: tenLines, g: "no newline", big: "0123456789\n".repeat(10_000) },
    }),
    { argv: ["tail", "-n", "2"], stdin: "a\nb\nc" },
  ],
  wc: [
    ...lines("wc\nwc -l\nwc -w\nwc -c\nwc -lw\nwc -L\nwc -m\nwc -cl -", { stdin: "one two\n three\tfour \n\nlast word" }),
    ...lines("wc f g\nwc -l f g\nwc f missing\nwc -c f\nwc f - g\nwc d", {
      stdin: "x\n",
      files: { f: fruit, g: tenLines, d: { directory: true } },
    }),
    { argv: ["wc"], stdin: binary },
    { argv: ["wc"], stdin: "" },
  ],
  sort: [
    ...lines(
      "sort\nsort -r\nsort -f\nsort -u\nsort -fu\nsort -d\nsort -b\nsort -s -f\nsort -rf\nsort -k2\nsort -k 1,1 -s\nsort -c\nsort -C\nsort -i",
      { stdin: fruit },
    ),
    ...lines("sort -n\nsort -rn\nsort -nu\nsort -g\nsort -h\nsort -n -s\nsort -c -n", { stdin: numbers }),
    ...lines(
      "sort -t: -k2\nsort -t: -k2,2\nsort -t : -k 3r\nsort -t: -k1n -k2\nsort -t: -k2.2,2.3\nsort -t: -k1,1n -r\nsort -t: -k 2,2 -u\nsort -t '' -k2\nsort -t:: -k2\nsort -k0\nsort -k1.0\nsort -kx",
      { stdin: table },
    ),
    ...lines("sort -k2\nsort -b -k2\nsort -k2b,2\nsort -k1,1 -k2n\nsort -k2,2 -s\nsort -k 2.2b,2.2", { stdin: spaced }),
    ...lines("sort -o out f\nsort -m f g\nsort f missing\nsort -c f\nsort -o f f\nsort f g -u\nsort -z f", {
      files: { f: "c\nb\na\n", g: "bb\ncc\n" },
    }),
    { argv: ["sort", "-c"], stdin: "a\nb\nb\n" },
    { argv: ["sort", "-cu"], stdin: "a\nb\nb\n" },
    { argv: ["sort", "-h"], stdin: "1K\n2M\n500\n1.5K\n-1K\n3G\n0\n" },
  ],
  uniq: [
    ...lines("uniq\nuniq -c\nuniq -d\nuniq -u\nuniq -i\nuniq -ci\nuniq -f1\nuniq -s 2\nuniq -w 1\nuniq -D\nuniq -cd\nuniq -du\nuniq -f x", {
      stdin: "a 1\na 1\nA 1\nb 1\nb 2\nc\nc\nc\nd",
    }),
    ...lines("uniq in out\nuniq missing\nuniq in out extra", { files: { in: "x\nx\ny\n" } }),
  ],
  grep: [
    ...lines(
      `
      grep foo
      grep -i FOO
      grep -v foo
      grep -n foo
      grep -c foo
      grep -o foo
      grep -w foo
      grep -x foo
      grep -nw foo
      grep -q foo
      grep -q nothing
      grep nothing
      grep -E 'fo+|lazy'
      grep -E '(ab)+'
      grep -oE '(ab)+'
      grep -oE 'ab|abab'
      grep -E '^(ab ?)+$'
      grep '\\(ab\\)\\1'
      grep -o '\\(ab\\)\\1'
      grep -F 'foo.'
      grep -F -e dog. -e fox
      grep '[[:digit:]][[:digit:]]:'
      grep -o '[0-9]*'
      grep -E '[0-9]{2}:'
      grep '[0-9]\\{2\\}:'
      grep '^$'
      grep -v '^$'
      grep '^'
      grep -c '$'
      grep -on 'o'
      grep -b foo
      grep -ob foo
      grep -m1 foo
      grep -m 2 -n foo
      grep -A1 jumps
      grep -B1 -n foo_
      grep -C1 FOO
      grep -1 FOO
      grep -n -A1 -B1 foo
      grep '\\<foo\\>'
      grep '\\bfoo\\b'
      grep 'foo\\B'
      grep '\\w\\+'
      grep -o '\\w\\+'
      grep -e foo -e lazy
      grep -ie foo
      grep '\\(foo\\|fox\\)'
      grep 'o\\?x'
      grep -E 'a{,2}b'
      grep -E 'x{1'
      grep '*foo'
      grep -E 'a||b'
      grep -E '(|foo)bar'
      grep -E '()'
      grep -E '[a'
      grep '[a'
      grep -E 'x)'
      grep -E '('
      grep -E ')'
      grep 'a\\{1'
      grep '\\'
      grep '[[:foo:]]'
      grep -E 'a{2,1}'
      grep '[b-a]'
      grep '\\(foo'
      grep -l foo
      grep -L foo
      grep -H foo
      grep -h foo
      grep -vc foo
      grep ''
      grep -w ''
      grep -x ''
      grep -E 'foo$|^end'
      grep -o -i 'F[o]*'
      grep -z foo
      grep -s foo missing
      grep -vx foo
      grep -vn ''
    `,
      { stdin: text },
    ),
    ...lines(
      `
      grep beta d/a.txt d/.hidden
      grep -h beta d/a.txt d/.hidden
      grep -l beta d/a.txt d/b.c d/.hidden
      grep -L beta d/a.txt d/b.c
      grep -c a d/a.txt d/b.c
      grep beta missing d/a.txt
      grep -s beta missing d/a.txt
      grep -q beta d/a.txt missing
      grep beta d
      grep -n -f patterns d/a.txt
      grep -f empty d/a.txt
      grep -H alpha d/a.txt
      grep -A1 -n a d/a.txt d/b.c
    `,
      { files: { ...tree, patterns: "alpha\nint\n", empty: "" } },
    ),
    ...lines(
      "grep -r beta d\ngrep -rl beta .\ngrep -rc a d\ngrep -rh a d\ngrep -r beta\ngrep -R beta d\ngrep -rn --include='*.txt' beta d",
      { files: tree, unordered: true },
    ),
    { argv: ["grep", "x"], stdin: "a\0x\nx\n" },
    { argv: ["grep", "-c", "x"], stdin: "a\0x\nx\n" },
    { argv: ["grep", "-E", "^(a+)+$"], stdin: `${"a".repeat(300)}b\n${"a".repeat(300)}\n` },
    { argv: ["grep", "-oE", "[a-z]+[0-9]|[a-z]+"], stdin: "abc1def ghi2\n" },
    { argv: ["grep", "-oE", "(a|ab)(c|bcd)(d*)"], stdin: "abcd\n" },
    { argv: ["grep", "-E", "(a*)(b|abc)(c*)x"], stdin: "abcx\nabccx\nax\n" },
    { argv: ["grep", "-iE", "STRAẞE|ÄÖ"], stdin: "nothing\n" },
  ],
  tr: [
    ...lines(
      `
      tr a-z A-Z
      tr -d aeiou
      tr -s ' '
      tr -s a-z
      tr -cd 'a-z\\n'
      tr '[:lower:]' '[:upper:]'
      tr '[:upper:]' '[:lower:]'
      tr -d '[:space:]'
      tr -c '[:alnum:]' '_'
      tr -cs '[:alpha:]' '\\n'
      tr abc x
      tr abc xy
      tr 'a-c' '[x*]'
      tr 'a-e' 'x[y*3]z'
      tr '\\n' ' '
      tr '\\141' X
      tr -t abc xy
      tr -ds a-c x-z
      tr '[=a=]' b
      tr z-a x
      tr
      tr a
      tr a b c
      tr -d a b
      tr '[:bad:]' x
      tr a-z '[:digit:]'
      tr '' x
      tr -s o 0
    `,
      { stdin: "The quick  brown fox\njumps over\tthe lazy dog; aabbccxxyyzz 123\n" },
    ),
    { argv: ["tr", "-d", "\\000-\\037"], stdin: binary },
    { argv: ["tr", "-c", "a-z", "X"], stdin: binary },
  ],
  cut: [
    ...lines(
      `
      cut -c 1
      cut -c 1-3
      cut -c 3-
      cut -c -2
      cut -b 2,4-5
      cut -c 5-,1-2
      cut -d: -f1
      cut -d : -f 2,3
      cut -d: -f2-
      cut -d: -f -2
      cut -d: -f1 -s
      cut -f1
      cut -d: -f3,1
      cut -d: --complement -f2
      cut --complement -c 2
      cut -d: -f1,2 --output-delimiter=' <> '
      cut -c 1,3 --output-delimiter=,
      cut -f 0
      cut -f 3-1
      cut -f x
      cut -c -
      cut
      cut -d:: -f1
      cut -c1 -d:
      cut -c1 -f1
    `,
      { stdin: table, anyMessage: true },
    ),
    ...lines("cut -f2 -d' ' f\ncut -c1 f missing", { files: { f: "a b c\nno" } }),
  ],
  tee: [...lines("tee\ntee out\ntee -a f\ntee f g\ntee d/x/y\ntee d", { stdin: "data\n", files: { f: "old\n", d: { directory: true } } })],
  env: lines(
    `
    env
    env A=1
    env -u B
    env -i X=y
    env -
    env A=1 printf '%s\\n' hi
    env -i sh-does-not-exist
    env -u A=B
    env -0
    env --bad
  `,
    { env: { B: "2", C: "three" } },
  ),
  date: lines(
    `
    date -u -d @0
    date -u -d @1700000000 +%Y-%m-%dT%H:%M:%S
    date -u -d @1234567890 +%s
    date -u -d '2024-02-29 12:34:56' '+%A %B %d %j %U %V %W %u %w %G %g'
    date -u -d 2023-12-31 '+%a %b %e %y %C %D %F %T %R %r %I %l %k %p %P %Z %z %:z %n%t%%'
    date -u -d @1 +%N
    date -u -d @1.25 +%s.%N
    date -u -d @1.987654321 +%3N
    date -u -d '2024-01-31 10:00 +0200' +%H
    date -u -d '2024-01-01T00:00:00Z' +%s
    date -u -d @0 -I
    date -u -d @0 -Iseconds
    date -u -d @0 -R
    date -u -d '1970-01-01 00:00:00' +%s
    date -u -d @-1
    date -u -d @4102444800 +%c
    date -u -d '2024-03-10 2 days ago' +%F
    date -u -d '2024-03-10 +1 week' +%F
    date -u -d nonsense
    date -u -d 2024-13-01
    date -u -d @0 +%-d/%_m/%05Y/%^a/%10d
    date -u -d @0 +
    date -u -r f +%s
    date -r missing
    date bad
  `,
    { files: { f: { mtime: 1_000_000_000 } } },
  ),
  seq: lines(`
    seq 5
    seq 2 5
    seq 1 2 10
    seq 5 1
    seq 5 -1 1
    seq -5 -3
    seq -w 8 11
    seq -w -5 5
    seq -s, 3
    seq -s ' ' 1 3
    seq 0 0.1 1
    seq 1 0.5 3
    seq 0.1 0.1 0.5
    seq -w 0.5 0.5 11
    seq 1.0 3
    seq 0 0 1
    seq 1 0
    seq
    seq 1 2 3 4
    seq x
    seq -f %03g 3
    seq -f '%.2f!' 1 3
    seq -f %d 3
    seq 1000000 1000003
    seq 999999 1 1000001
    seq 1e1
    seq 100000000000000000 100000000000000002
    seq .5 2
    seq -s '' 3
  `),
  expr: lines(
    `
    expr 1 + 2
    expr 10 - 3 '*' 2
    expr '(' 10 - 3 ')' '*' 2
    expr 7 / 2
    expr 7 % 3
    expr -7 / 2
    expr -7 % 3
    expr 1 / 0
    expr a + 1
    expr 1 '<' 2
    expr abc '<' abd
    expr 10 '<' 9
    expr 10 '>=' 9
    expr a = a
    expr a '!=' a
    expr 0
    expr ''
    expr abc
    expr '' '|' x
    expr 0 '|' ''
    expr a '&' b
    expr 0 '&' b
    expr abcdef : 'abc'
    expr abcdef : '.*'
    expr abcdef : 'abc\\(.*\\)'
    expr abcdef : 'x\\(.*\\)'
    expr abcdef : 'bcd'
    expr /usr/bin/x : '.*/\\(.*\\)'
    expr length hello
    expr substr hello 2 3
    expr index hello lo
    expr match hello 'h.*l'
    expr 1 +
    expr 1 2
    expr
    expr '(' 1
    expr ')'
    expr + length
    expr 00 = 0
    expr 1 '|' 1 / 0
  `,
    { anyMessage: true },
  ),
  od: [
    ...lines(
      `
      od
      od -c
      od -x
      od -b
      od -d
      od -o
      od -s
      od -a
      od -A d -t x1
      od -A x -t x1z
      od -An -t u1
      od -An -c
      od -t d4
      od -t x8
      od -t o1c
      od -t x1 -t c
      od -N 5 -c
      od -j 3 -c
      od -j 3 -N 4 -t x1
      od -v -t x1
      od -t u2 -w8
      od -A n -t d1
      od -tx2z
      od -A q
      od -t y
    `,
      { stdin: `hello\0\n\t\\world\u0001\u00ff${"a".repeat(80)}end`, anyMessage: true },
    ),
    { argv: ["od", "-c"], stdin: binary },
    { argv: ["od", "-tx1"], stdin: binary },
    { argv: ["od"], stdin: "" },
    { argv: ["od", "-j", "10"], stdin: "short" },
    { argv: ["od", "-t", "f8"], stdin: "\0\0\0\0\0\0\u00f0?\u009a\u0099\u0099\u0099\u0099\u0099\u00b9?" },
    { argv: ["od", "-c", "a", "b"], files: { a: "first", b: "second" } },
    { argv: ["od", "-c", "missing", "b"], files: { b: "second" } },
  ],
  cmp: [
    ...lines(
      "cmp a b\ncmp a a2\ncmp -l a b\ncmp -s a b\ncmp -s a a2\ncmp a short\ncmp short a\ncmp -l a short\ncmp a empty\ncmp a missing\ncmp -s a missing\ncmp -b a b\ncmp -n 2 a b\ncmp -i 3 a b\ncmp a -\ncmp -l nl1 nl2\ncmp",
      {
        stdin: "abc\nxyz\n",
        files: {
          a: "abc\ndef\n",
          a2: "abc\ndef\n",
          b: "abX\ndeY\n",
          short: "abc\n",
          empty: "",
          nl1: `${"x\n".repeat(60)}`,
          nl2: `${"x\n".repeat(59)}y\n`,
        },
        anyMessage: true,
      },
    ),
  ],
  dd: [
    ...lines(
      `
      dd status=none
      dd bs=2 count=3 status=none
      dd bs=3 skip=1 count=1 status=none
      dd ibs=2 obs=8 status=noxfer
      dd bs=4 status=noxfer
      dd if=f of=out bs=4 status=none
      dd if=f of=g bs=1 seek=2 conv=notrunc status=none
      dd if=f of=g bs=1 seek=2 status=none
      dd if=f of=new bs=1 seek=4 count=2 status=none
      dd conv=ucase status=none
      dd conv=swab status=none
      dd bs=16 conv=sync status=noxfer
      dd if=missing status=none
      dd bogus=1
      dd bs=x
      dd bs=1k count=1 status=noxfer
      dd if=f skip=100 bs=1 status=noxfer
      dd iflag=count_bytes count=3 status=none
    `,
      { stdin: "hello world\n", files: { f: "0123456789", g: "abcdefghijklmnop" } },
    ),
  ],
  basename: lines(`
    basename /usr/lib/x.c
    basename /usr/lib/x.c .c
    basename x.c .c
    basename .c .c
    basename /
    basename //
    basename a/
    basename ''
    basename a b c
    basename
    basename -a x/y z/w
    basename -s .c a.c b/d.c
  `),
  dirname: lines("dirname /usr/lib/x\ndirname x\ndirname /\ndirname /x\ndirname a/b/\ndirname a//b\ndirname ''\ndirname a/b c/d\ndirname"),
  true: lines("true\nfalse\ntrue x"),
  mkdir: lines(
    `
    mkdir a
    mkdir a b
    mkdir d
    mkdir a/b
    mkdir -p a/b/c
    mkdir -p d/x
    mkdir -p f/x
    mkdir -m 700 a
    mkdir -m u=rwx,go= a
    mkdir -p -m 711 p/q
    mkdir -v a
    mkdir -pv a/b
    mkdir
    mkdir -m 999 a
    mkdir d/new ''
  `,
    { files: { "d/keep": "", f: "file" } },
  ),
  rmdir: lines("rmdir e\nrmdir d\nrmdir missing\nrmdir f\nrmdir -p x/y/z\nrmdir -v e\nrmdir\nrmdir e x/y/z", {
    files: { e: { directory: true }, "d/x": "", f: "", "x/y/z": { directory: true } },
  }),
  rm: [
    ...lines(
      `
      rm f
      rm f missing
      rm -f missing
      rm -f
      rm
      rm d
      rm -d d
      rm -d d/empty
      rm -r d
      rm -rf d missing
      rm link
      rm -r dirlink
      rm -v f
      rm .
      rm -r ..
      rm -r .
      rm -- -dash
      rm d/link
    `,
      { files: { ...tree, f: "x", "-dash": "", link: { link: "d/a.txt" }, dirlink: { link: "d" } } },
    ),
    { argv: ["rm", "-rv", "d"], files: tree, unordered: true },
    { argv: ["rm", "-i", "f", "g"], stdin: "y\nn\n", files: { f: "x", g: "" } },
    { argv: ["rm", "-ri", "e"], stdin: "y\ny\ny\n", files: { "e/f": "x" } },
  ],
  mv: lines(
    `
    mv f g
    mv f d
    mv f d/
    mv f missing/x
    mv missing g
    mv d e
    mv d f
    mv f other d
    mv -v f g
    mv -n f other
    mv f f
    mv d d/sub
    mv f
    mv
    mv f g h
    mv -t d f other
    mv link l2
    mv -T f d
  `,
    { files: { ...tree, f: "data", other: "other", link: { link: "f" } } },
  ),
  cp: [
    ...lines(
      `
      cp f g
      cp f d
      cp f other
      cp missing g
      cp f missing/x
      cp d e
      cp -r d e
      cp -r d existing
      cp -a d e
      cp -R d/link l2
      cp d/link l2
      cp -P d/link l2
      cp -p f g
      cp -v f g
      cp f f
      cp f other d
      cp f other nodir
      cp -n f other
      cp d/dangling x
      cp f d/dangling
      cp f
      cp
      cp -f f other
      cp -t d f
      cp -T f g
      cp d/b.c prog
      cp -rp d/sub copy
    `,
      { files: { ...tree, f: { content: "data", mode: 0o640, mtime: 1_111_111_111 }, other: "other", "existing/x": "" } },
    ),
    { argv: ["cp", "-i", "f", "g"], stdin: "n\n", files: { f: "new", g: "old" }, anyMessage: true },
  ],
  ln: lines(
    `
    ln f g
    ln -s f g
    ln -s nowhere g
    ln -sf f other
    ln -s f other
    ln f other
    ln -f f other
    ln missing g
    ln d g
    ln -s f d
    ln -s ../f other d
    ln -sfn d dirlink
    ln -sv f g
    ln -s /abs/olute
    ln
    ln -s a b c
  `,
    { files: { ...tree, f: "x", other: "o", dirlink: { link: "d" } } },
  ),
  touch: lines(
    `
    touch -d @1000 f
    touch -t 202001020304.05 f new
    touch -t 01020304 -c missing
    touch -t 9912312359 f
    touch -c missing
    touch -r old f
    touch -d '2001-02-03 04:05:06' f
    touch -d bad f
    touch -t 20201301 f
    touch
    touch missing/x
    touch -a -d @5 f
    touch -m -d @5 f
    touch -h -d @7 link
    touch -d 2001-02-03T04:05:06Z f
  `,
    { files: { f: { content: "x", mtime: 1_000_000_000 }, old: { mtime: 123_456_789 }, link: { link: "f" } } },
  ),
  chmod: lines(
    `
    chmod 644 f
    chmod 0755 f
    chmod u+x f
    chmod go-r f
    chmod a=rw f
    chmod +x f
    chmod -w f
    chmod u=rwx,g=rx,o= f
    chmod g=u f
    chmod o=g,u+s f
    chmod a+X f d
    chmod +t d
    chmod u+s,g+s f
    chmod 4755 f
    chmod 7777 d
    chmod 8 f
    chmod u+q f
    chmod
    chmod 644
    chmod 644 missing
    chmod -R 700 d
    chmod -R a+X,go-w d
    chmod -v 600 f
    chmod -v 640 f
    chmod -c 640 f
    chmod u-x+w f
    chmod =r f
    chmod ug+rw,o-rwx f
    chmod 10000 f
    chmod -f 644 missing
  `,
    { files: { ...tree, f: { content: "", mode: 0o640 } } },
  ),
  ls: [
    ...lines(
      `
      ls
      ls d
      ls -a d
      ls -A d
      ls -1 d
      ls -F d
      ls -p d
      ls -r d
      ls -t d
      ls -tr d
      ls -S d/a.txt d/b.c d/sub/c
      ls -R d
      ls -RF d
      ls -d d
      ls -d d d/*
      ls -l 'top file' d/a.txt d/b.c
      ls -ln d/a.txt
      ls -lh d/sub/c
      ls -lr d/a.txt d/b.c d/sub/c
      ls -lt d/a.txt d/b.c d/sub/c
      ls -lS d/a.txt d/b.c d/sub/c
      ls -l d/link d/dangling d/dirlink
      ls -lF d/link d/dangling d/dirlink
      ls -lL d/link d/dangling
      ls -go d/a.txt
      ls d/dirlink
      ls -ld d/dirlink
      ls -F d/dirlink
      ls -C d
      ls -x d
      ls -m d
      ls missing
      ls missing d d/a.txt
      ls d d/sub
      ls d/a.txt d
      ls -U1 d/empty
      ls -lu d/a.txt
      ls -z
      ls -CF d
      ls -aF d
      ls -H d/dirlink
      ls --bad
    `,
      { files: tree, anyMessage: true },
    ),
    ...lines("ls -l d\nls -la d\nls -s d/a.txt\nls -di /\nls -lR d\nls -lsh d\nls -ldi /\nls -sC d", { files: tree, hostOnly: true }),
    ...lines("ls -C\nls -x\nls -m\nls -CF", { files: numberedFiles, env: { COLUMNS: "60" } }),
    ...lines("ls -C\nls -x", { files: numberedFiles, env: { COLUMNS: "100" } }),
    ...lines("ls -C\nls -m", { files: numberedFiles, env: { COLUMNS: "10" } }),
    ...lines("ls -l /dev/null /dev/zero", { hostOnly: true }),
  ],
  readlink: lines(
    "readlink l\nreadlink f\nreadlink -v f\nreadlink missing\nreadlink -f l\nreadlink -f d/../f\nreadlink -f nofile\nreadlink -f no/file\nreadlink -e l\nreadlink -e nofile\nreadlink -n l\nreadlink l l2\nreadlink\nreadlink -f loop",
    {
      files: { f: "", l: { link: "f" }, l2: { link: "d/../l" }, "d/x": "", loop: { link: "loop" } },
    },
  ),
  find: [
    ...lines(
      `
      find d
      find d -name '*.txt'
      find d -iname 'A*'
      find d -type d
      find d -type f
      find d -type l
      find d -maxdepth 1
      find d -mindepth 2
      find d -name sub -prune -o -print
      find d -not -type d
      find d ! -name '*.txt' -type f
      find d '(' -name a.txt -o -name b.c ')' -print
      find d -size +1k
      find d -size -2 -type f
      find d -size 5000c
      find d -perm 755
      find d -perm -100
      find d -empty
      find d -newer d/a.txt
      find d -path '*sub*'
      find d -name '*.txt' -exec echo found {} ';'
      find d -name a.txt -exec echo {} +
      find d missing
      find d -bogus
      find d -print0
      find d -depth
      find 'top file'
      find -name 'top*'
      find d -type f -delete
      find d -L
      find -L d -name c
      find d -name
      find d -links 1 -type f
      find d -exec false ';' -print
      find d -false -o -name b.c
      find d -regex '.*\\.txt'
    `,
      { files: tree, unordered: true, anyMessage: true },
    ),
  ],
  xargs: [
    ...lines(
      "xargs\nxargs -n 2\nxargs -n1 echo x\nxargs -I '{}' echo '<{}>'\nxargs -r echo\nxargs -t echo\nxargs -L 1\nxargs -n x\nxargs false\nxargs no-such-command\nxargs -s 30 echo",
      { stdin: "a b  c\n'd e' \"f g\" h\\ i\n\nlast\n", anyMessage: true },
    ),
    ...lines("xargs -0\nxargs -0 -n1 echo", { stdin: "a b\0c\nd\0" }),
    ...lines("xargs\nxargs -r echo no\nxargs echo yes", { stdin: "" }),
    ...lines("xargs", { stdin: "unmatched ' quote\n", anyMessage: true }),
    { argv: ["xargs", "-d", ",", "-n1"], stdin: "a,b c,d" },
  ],
  kill: lines("kill -0 99999999\nkill -9 bad\nkill", { anyMessage: true }),
  sleep: lines("sleep 0\nsleep 0.01\nsleep 0.01s 0.005\nsleep x\nsleep\nsleep 1x\nsleep -1", { anyMessage: true }),
  id: lines("id\nid -u\nid -g\nid -un\nid -gn\nid -G\nid root\nid -u root\nid nosuchuser\nid -n", { hostOnly: true }),
  uname: lines("uname\nuname -s\nuname -n\nuname -r\nuname -sr\nuname -o\nuname -z\nuname x", { anyMessage: true, hostOnly: true }),
  hostname: lines("hostname", { hostOnly: true }),
  misc: lines("sync\ntty -s\ntty\nstty\ndirname --\nbasename -- -x", { stdin: "", anyMessage: true }),
};

export const cases: Table = { ...ownCases, ...textCases, ...treeCases };
