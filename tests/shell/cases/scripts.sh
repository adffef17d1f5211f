#### word count of a list
for w in the quick brown fox the lazy dog the end; do echo $w; done | sort | uniq -c | sort -rn | head -n 1 | tr -s ' '
#### primes
n=2; while [ $n -lt 30 ]; do d=2; p=1; while [ $((d*d)) -le $n ]; do [ $((n%d)) -eq 0 ] && { p=0; break; }; d=$((d+1)); done; [ $p = 1 ] && printf '%d ' $n; n=$((n+1)); done; echo
#### fibonacci by recursion
fib() { if [ $1 -lt 2 ]; then r=$1; else fib $(($1-1)); local a=$r; fib $(($1-2)); r=$((a+r)); fi; }; fib 12; echo $r
#### reverse lines
printf '1\n2\n3\n' | { r=; while read l; do r="$l
$r"; done; printf %s "$r"; }
#### option parsing
#: args ["-v", "-o", "out", "file1", "file2"]
v=0 o=; while [ $# -gt 0 ]; do case $1 in -v) v=1;; -o) o=$2; shift;; --) shift; break;; -*) echo bad; exit 1;; *) break;; esac; shift; done; echo "v=$v o=$o rest=$*"
#### string trimming
s='   trim me   '; s=${s#"${s%%[! ]*}"}; s=${s%"${s##*[! ]}"}; echo "[$s]"
#### basename and dirname by expansion
for p in /usr/lib/libc.so ./a/b x; do echo "${p##*/} ${p%/*}"; done
#### join
join() { local IFS=$1; shift; echo "$*"; }; join , a b c; join : x; join - ; echo end
#### quoting arguments
q() { for a; do printf "'%s' " "$(echo "$a" | sed "s/'/'\\\\''/g")"; done; echo; }; q a "b c" "it's"
#### counting with files
i=0; for f in one two three; do echo $f >"file_$i"; i=$((i+1)); done; cat file_*; ls file_* | wc -l
#### stack by positional parameters
set --; for i in 1 2 3; do set -- $i "$@"; done; echo "$*"; while [ $# -gt 0 ]; do printf '%s;' "$1"; shift; done; echo
#### key value store by eval
put() { eval "kv_$1=\$2"; }; get() { eval "echo \"\$kv_$1\""; }; put a 'x y'; put b '$z'; get a; get b
#### menu by case in loop
for c in start stop status foo; do case $c in start|stop) echo "do $c";; stat*) echo st;; *) echo "? $c"; esac; done
#### cleanup by trap
tmp=tmpfile; trap 'rm -f $tmp; echo cleaned' EXIT; echo data >$tmp; cat $tmp; exit 0
#### here-document as template
name=World n=3; cat <<EOT
Hello, $name!
$(i=0; while [ $i -lt $n ]; do echo "- item $i"; i=$((i+1)); done)
Total: $((n*2))
EOT
#### read a table
while IFS=: read name num rest; do echo "$num $name [$rest]"; done <<E
a:1:x:y
b:2
c:3:
E
#### while with two descriptors
printf '1\n2\n' >a; printf 'x\ny\n' >b; while read l <&3 && read r <&4; do echo $l$r; done 3<a 4<b
#### parallel jobs
for i in 1 2 3; do (exit $i) & p="$p $!"; done; for j in $p; do wait $j; echo $?; done
#### hanoi
h() { [ $1 -eq 0 ] && return; h $(($1-1)) $2 $4 $3; n=$((n+1)); h $(($1-1)) $4 $3 $2; }; n=0; h 6 a b c; echo $n
#### nested data in functions
outer() { local i; for i in 1 2; do inner $i; done; }; inner() { local i=x$1; echo $i; }; outer
#### conditional assignment chain
: ${A:=1} ${B:=$((A+1))} ${C:="$A-$B"}; echo $A $B $C
#### numeric loop with printf
i=1; while [ $i -le 12 ]; do printf '%02d ' $i; i=$((i*2)); done; echo
#### collecting output of several commands
{ echo b; echo a; (echo c); } | sort | { read x; read y; read z; echo $z$y$x; }
#### gcd
gcd() { a=$1 b=$2; while [ $b -ne 0 ]; do t=$((a%b)); a=$b; b=$t; done; echo $a; }; gcd 1071 462
#### case conversion table
for w in Apple banana; do case $w in [A-Z]*) echo upper;; [a-z]*) echo lower;; esac; done
#### interpreter found by env
printf '#!/usr/bin/env sh\necho "$0 $*"\n' >script; chmod +x script; ./script a b
