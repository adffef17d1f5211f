#!/bin/bash
# tar with its formats, gzip, bzip2, xz: round trips, damage, sparse files, links, selections.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
umask 022

echo "== a tree"
mkdir -p tree/deep/er/and/deeper tree/empty
for n in $(seq 30); do seq "$n" $((n * 40)) >"tree/file$n"; done
awk 'BEGIN { x = 12345; for (i = 0; i < 40000; i++) { x = (x * 69069 + 1) % 4294967296; printf "%c", 32 + int(x / 65536) % 90 } }' >tree/deep/noise
head -c 200000 /dev/zero >tree/deep/er/zeros
ln -s ../file1 tree/deep/symbolic
ln tree/file2 tree/deep/hard
long=tree/$(printf 'long%.0s' $(seq 40))
echo "long name" >"$long"
chmod 751 tree/file3
chmod 600 tree/file4
find tree -exec touch -h -d '2023-05-06 07:08:09 UTC' {} +
find tree | wc -l

echo "== formats"
for format in gnu ustar pax v7; do
  tar --format=$format --sort=name --owner=0 --group=0 --numeric-owner -cf $format.tar tree 2>errors
  echo "$format status $? errors $(wc -l <errors) $(tar -tf $format.tar | wc -l)"
done
TZ=UTC tar -tvf gnu.tar tree/file1 tree/file3 tree/deep/symbolic tree/deep/hard
cksum <gnu.tar

echo "== extraction"
mkdir out
tar -xf gnu.tar -C out
diff -r tree out/tree && echo "same contents"
stat -c '%a %n %Y' out/tree/file3 out/tree/file4
readlink out/tree/deep/symbolic
test out/tree/file2 -ef out/tree/deep/hard && echo "hard link"
mkdir some
tar -xf gnu.tar -C some --strip-components=1 --wildcards 'tree/file1*' --exclude='*5'
ls some
tar -xOf gnu.tar tree/file5 | tail -n 1
tar -cf - -C tree deep | tar -tf - | sort
tar -C tree -rf ustar.tar file1 && tar -tf ustar.tar | grep -c file1
tar --delete -f gnu.tar tree/file9 && tar -tf gnu.tar | grep -c file9
tar -df gnu.tar && echo "no difference"
echo changed >>tree/file6
tar -df gnu.tar | sort

echo "== compression"
for tool in gzip bzip2 xz; do
  for level in 1 9; do
    $tool -$level -c <tree/deep/noise >noise.$tool.$level
    $tool -$level -c <gnu.tar >gnu.$tool.$level
    $tool -t <gnu.$tool.$level && $tool -dc <gnu.$tool.$level | cmp - gnu.tar && echo "$tool -$level round trip"
  done
done
# gzip writes no name and time from standard input: the bytes are the same everywhere.
stat -c '%s %n' noise.* gnu.gzip* gnu.bzip2* gnu.xz*
md5sum noise.gzip.9 noise.bzip2.9 noise.xz.9
xz --format=lzma -c <tree/file30 | xz -dc | cmp - tree/file30 && echo lzma
xz --check=sha256 --x86 --lzma2=preset=1 -c /bin/cat | xz -dc | cmp - /bin/cat && echo "x86 filter"
xz --robot -l gnu.xz.9 2>&1 | wc -l
zcat gnu.gzip.1 | wc -c
tar -czf both.tgz tree && tar -xzf both.tgz -O tree/file8 | md5sum
tar -cJf both.txz tree && tar -tJf both.txz | sort | tail -n 1
cat noise.gzip.1 noise.gzip.9 | gzip -dc | wc -c

echo "== damage"
head -c 3000 gnu.xz.9 >short.xz
xz -t short.xz 2>&1
echo "status $?"
cp gnu.gzip.9 bad.gz
printf '\377\377\377' | dd of=bad.gz bs=1 seek=500 conv=notrunc status=none
gzip -t bad.gz 2>/dev/null
echo "status $?"
head -c 5000 gnu.bzip2.9 | bzip2 -dc >/dev/null 2>&1
echo "status $?"
tar -tf /bin/cat >/dev/null 2>&1
echo "status $?"

echo "== sparse files and splitting"
dd if=/dev/null of=sparse bs=1 seek=3000000 status=none
echo end >>sparse
tar -Scf sparse.tar sparse
mkdir again && tar -xf sparse.tar -C again && cmp sparse again/sparse && echo "sparse round trip"
split -b 10000 gnu.gzip.9 piece.
cat piece.* | cmp - gnu.gzip.9 && echo "$(ls piece.* | wc -l) pieces"
exit 6
