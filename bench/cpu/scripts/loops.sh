# A shell's own work: arithmetic, strings, functions, patterns, subshells.
fib() {
  if [ $1 -lt 2 ]; then r=$1; return; fi
  fib $(($1 - 1)); set -- $1 $r
  fib $(($1 - 2)); r=$(($2 + r))
}
fib_of() { r=0; a=0; b=1; n=$1; while [ $n -gt 0 ]; do r=$((a + b)); a=$b; b=$r; n=$((n - 1)); done; }
i=0 sum=0 text= hits=0
while [ $i -lt 60000 ]; do
  sum=$(((sum * 31 + i) & 0xffffff))
  case $sum in
  *7*1*) hits=$((hits + 1)) ;;
  1*) text=${text#????}$sum && text=${text%????} ;;
  esac
  i=$((i + 1))
done
for word in a bb ccc dddd eeeee; do
  fib_of 40
  echo "${#word} $word ${word%?} $r"
done
echo "$sum $hits ${#text}"
for n in 1 2 3 4 5 6 7 8 9 10; do
  (echo "$(echo $n $((n * n)))")
done
