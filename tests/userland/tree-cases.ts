/** Cases of the programs that walk trees and run programs on what they find: what GNU's have beyond POSIX. */
import { lines, type FileSpec, type Table } from "./case.ts";

const files: Readonly<Record<string, FileSpec>> = {
  t: { content: "foo one\nbar\nfoo two\n", mtime: 1_600_000_000 },
  hard: { hardLink: "t" },
  old: { content: "", mtime: 1_577_836_800 },
  mid: { content: "", mtime: 1_609_459_200 },
  sl: { link: "t" },
  "d/f": { content: "foo in d\n", mode: 0o640 },
  "d/e/g.c": "foo e\n",
  "d/link": { link: "../t" },
  "d/loop": { link: "e" },
  "d/e/up": { link: ".." },
};

export const treeCases: Table = {
  "cp: links and attributes": lines(
    `
    cp -d t hard d
    cp -a t hard sl d
    cp -P t hard d
    cp -dR t hard d/e new
    cp -dR d new
    cp --preserve=links t hard d
    cp --preserve=timestamps old new
    cp --preserve=all t hard old d
    cp -a --no-preserve=links t hard d
    cp --no-preserve=mode d/f new
    cp --preserve=bogus t new
    cp -l t new
    cp -lf t mid
    cp -s t new
    cp -s t d
    cp -sf t mid
    cp --parents d/e/g.c new
    cp --parents d/e/g.c d/e
    cp --remove-destination t sl
    cp --remove-destination t hard
    cp -H sl new
    cp -rH sl d/loop new
    cp -rH d/loop new
    cp --attributes-only t new
    cp --strip-trailing-slashes t new
    cp -x t new
    `,
    { files, anyMessage: true },
  ),
  "find: tests and actions of GNU's": [
    ...lines(
      `
      find . -samefile t
      find . -samefile sl
      find -L d -samefile t
      find . -newermt 2020-06-01 ! -newermt 2020-12-01 -type f
      find . -newermt '2019-12-31 23:00' ! -newermt 2020-01-02 -type f
      find . -newermm old -name mid
      find d -printf '%p|%f|%h|%P|%d|%y|%Y|%l|%H\\n'
      find d/ -printf '%p|%P|%f|%h\\n'
      find d -type f,d
      find d -xtype f
      find -L d -xtype l
      find d -lname '..*'
      find . -regextype posix-extended -regex '.*/(f|g\\.c)'
      find . -iregex '.*/G.C'
      find d -name f -fprintf out '%f\\n'
      find d -name f -fprint out
      find d -name f -fprint0 out
      find -L d
      find -L d -name f
      find d -execdir echo {} ';'
      find d -name f -exec echo {} + -exec echo x {} ';'
      find . -perm /022 -type f
      find d -name e -prune -o -print
      `,
      { files, unordered: true, anyMessage: true },
    ),
    ...lines(
      `
      find t -printf '%s %n %m %M\\n'
      find old -printf '%t|%T@|%TY-%Tm-%Td %TH:%TM:%TS|%TF|%TT|%TD|%T+\\n'
      find t -printf 'a\\tb\\\\\\n\\101\\0x'
      find t -printf '%%%q\\n'
      find t -printf '%10f|%-10f|%.1f|\\n'
      find t -printf 'no newline'
      find t -printf '%'
      find t -printf '\\c after'
      find -L sl -printf '%y %l\\n'
      find -H sl -type f
      find d/e/ -maxdepth 0 -execdir echo {} ';'
      find t -readable -writable ! -executable
      find . -maxdepth x
      find . -type q
      find . -user nosuchuser
      find . -group nosuchgroup
      find . -newermt garbage
      find . -name t ')'
      find . -name t -quit
      find t -nouser
      find -- t
      `,
      { files, anyMessage: true },
    ),
  ],
  "xargs: files, sizes, several at a time": [
    ...lines(
      `
      xargs -P 2 -n 1 true
      xargs -P 0 -n 1 true
      xargs -n1 -P2 false
      xargs -P x echo
      xargs -P -1 echo
      xargs -s 15 echo
      xargs -s 5 echo
      xargs -s 0 echo
      xargs -x -n 3 -s 10 echo
      xargs -n 3 -s 12 echo
      xargs -i echo '[{}]'
      xargs --replace=X echo '[X]'
      xargs -l echo
      xargs --max-lines=2
      xargs --max-args=2
      xargs --max-chars=10
      xargs -e3
      xargs --eof=3
      xargs --exit
      xargs -L2 -n1 echo
      xargs -n1 -L2 echo
      xargs -n2 -I '{}' echo '{}' x
      xargs -I '{}' -n2 echo '{}' x
      xargs -n1 sh -c 'exit 255'
      xargs -n1 sh -c 'exit 127'
      xargs -n1 sh -c 'kill -9 $$'
      xargs ./nosuch
      `,
      { stdin: "1\n2\n3\n4\n5\n", anyMessage: true },
    ),
    ...lines("xargs -a args\nxargs -n1 -a args echo x\nxargs --arg-file=args -n 2\nxargs -a args cat t\nxargs -a nonexist", {
      files: { args: 'a b\nc\td\n"x y"\n', t: "text\n" },
      anyMessage: true,
    }),
  ],
};
