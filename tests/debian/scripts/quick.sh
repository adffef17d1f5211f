#!/bin/bash
# What once hung: programs whose shared libraries lie at different addresses take turns, in pipelines and by themselves.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

echo "== children"
for ((i = 0; i < 20; i++)); do
  /bin/cat </dev/null | /bin/cat
done
echo "rounds $i"
for n in 1 2 3; do seq $((n * 100)) | sort -rn | sed -n '1p;$p' | tr '\n' ' ' | wc -w; done

echo "== the shell"
declare -A seen
for ((n = 0; n < 300; n++)); do
  key=$((n * 7919 % 31))
  seen[$key]=$((${seen[$key]:-0} + n))
done
total=0
for key in "${!seen[@]}"; do ((total += key * seen[$key])); done
echo "${#seen[@]} $total"
square() { echo $(($1 * $1)); }
for n in 3 12 31; do square "$n"; done | while read -r line; do echo "<$line>"; done
[[ "2024-02-29" =~ ^([0-9]+)-([0-9]+) ]] && echo "${BASH_REMATCH[@]:1}"
trap 'echo caught' USR1
kill -USR1 $$
(exit 7)
echo "status $?"

echo "== perl"
perl -e '
  my %by; push @{ $by{ $_ * $_ % 17 } }, $_ for 1 .. 500;
  print join(" ", map { "$_:" . scalar @{ $by{$_} } } sort { $a <=> $b } keys %by), "\n";
  my $x = 0.3; $x = 3.9 * $x * (1 - $x) for 1 .. 3000; printf "%.15g %.15g\n", $x, exp(1) * sin(2);
  my $text = "word1:ab word22:abab"; $text =~ s/(\w+?)(\d+):(\w+)/$3-$2/g; print "$text\n";'
for n in 1 2 3; do perl -e 'print ucfirst("child "), shift, "\n"' $n | cat; done
seq 5 | perl -ne 'print $_ * 2, $. == 5 ? "\n" : " "; chomp'

echo "== files"
mkdir -p tree/a tree/b
for n in 1 2 3; do echo "$n" >tree/a/$n; done
cp -r tree/a tree/b/copy
ls tree/b/copy
cat tree/a/* | md5sum
head -c 30000 /dev/zero | tr '\0' x | fold -w 77 | tail -n 1
exit 3
