#!/bin/bash
# Shell functions, arrays, arithmetic, pipelines with many short children, traps, jobs, substitutions.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

echo "== many short children"
for ((i = 0; i < 25; i++)); do
  /bin/cat </dev/null | /bin/cat
done
echo "rounds $i"
for word in alpha beta gamma delta; do
  printf '%s\n' "$word" | tr a-z A-Z | rev | cut -c1-3
done

echo "== arrays and arithmetic"
declare -A count
declare -a primes=(2)
for ((n = 3; n < 400; n += 2)); do
  isPrime=1
  for p in "${primes[@]}"; do
    ((p * p > n)) && break
    ((n % p == 0)) && { isPrime=0; break; }
  done
  ((isPrime)) && primes+=("$n")
done
echo "${#primes[@]} primes, the last ones ${primes[*]: -4}"
for p in "${primes[@]}"; do
  key=$((p % 10))
  count[$key]=$((${count[$key]:-0} + 1))
done
for key in $(printf '%s\n' "${!count[@]}" | sort); do echo "ending in $key: ${count[$key]}"; done
echo $((2 ** 40)) $((-17 / 5)) $((-17 % 5)) $((16#ff ^ 2#1010)) $((1 << 33))

echo "== functions, recursion, local variables"
fibonacci() {
  local n=$1 a b
  if ((n < 2)); then
    result=$n
    return
  fi
  fibonacci $((n - 1))
  a=$result
  fibonacci $((n - 2))
  b=$result
  result=$((a + b))
}
fibonacci 14
echo "fibonacci $result"
hanoi() { (($1 == 0)) && return; hanoi $(($1 - 1)) "$2" "$4" "$3"; ((++moves)); hanoi $(($1 - 1)) "$4" "$3" "$2"; }
moves=0
hanoi 8 left right middle
echo "hanoi $moves"

echo "== text"
cat >poem <<'END'
The time has come, the Walrus said,
To talk of many things:
Of shoes and ships and sealing-wax,
Of cabbages and kings
END
while read -r first rest; do echo "${first^^} ${#rest} ${rest//s/S}"; done <poem
mapfile -t lines <poem
echo "${lines[2]##* } ${lines[3]%% *} ${lines[1]/many/few}"
grep -c Of poem
sed -n 's/^Of \(.*\) and \(.*\)$/\2 and \1/p' poem
sort -k2 poem | head -n 1
tr -cs 'A-Za-z' '\n' <poem | sort -f | uniq -ci | sort -k1,1nr -k2,2f | head -n 4
paste -d: <(seq 3) <(seq 4 6) <(printf '%s\n' x y z)
[[ "release 12.34-beta" =~ ([0-9]+)\.([0-9]+)-(.*)$ ]] && echo "${BASH_REMATCH[@]:1}"
printf '%-8s|%5.2f|%x|%q\n' left 3.14159 48879 "it's"
diff <(seq 5) <(seq 2 6)
echo "diff $?"

echo "== jobs and signals"
(sleep 100 & child=$!; kill $child; wait $child; echo "killed $?")
trap 'echo caught USR1' USR1
kill -USR1 $$
(exit 7) &
wait $!
echo "status $?"
for n in 3 1 2; do (sleep 0.$n; echo "job $n" >>order) & done
wait
cat order
set -o pipefail
false | true
echo "pipefail $?"
coproc doubler { while read -r n; do echo $((n * 2)); done; }
for n in 21 50; do echo "$n" >&"${doubler[1]}"; read -r twice <&"${doubler[0]}"; echo "$n twice is $twice"; done

echo "== files"
mkdir -p tree/{a,b}/{1,2}
for d in tree/*/*; do echo "$d" >"$d/name"; done
find tree -type f | sort | xargs wc -c | tail -n 1
ln -s ../a/1/name tree/b/link
cat tree/b/link
test -L tree/b/link && stat -c '%A %s' tree/b/link
cp -r tree copy && diff -r tree copy && echo same
dd if=/dev/zero bs=1k count=64 status=none | md5sum
seq 20000 | sort -rn | awk '{ s = (s * 31 + $1) % 1000003 } END { print NR, s }'
head -c 100000 /dev/zero | tr '\0' 'x' | fold -w 61 | wc
exit 3
