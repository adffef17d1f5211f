#### echo
echo; echo a  b; echo -n x; echo; echo -- y; echo -n; echo "a\tb\nc\\d\0101"
#### echo stops at backslash c
echo 'a\cb' c; echo next
#### printf strings
printf '%s %s\n' a b c; printf '[%5s][%-5s][%.2s][%5.1s]\n' ab cd efg hij; printf '%s\n'; printf 'no args\n' ignored
#### printf numbers
printf '%d %i %u %o %x %X\n' 42 -7 8 8 255 255; printf '%05d|%+d|%5d|%-5d|% d\n' 42 42 42 42 42; printf '%#x %#o\n' 255 8
#### printf number forms
printf '%d %d %d %d\n' 0x10 010 "'A" '"B'; printf '%d\n' -5
#### printf characters
printf '%c%c|%3c\n' abc x y; printf '\101\x\n' | head -c 1; echo
#### printf escapes
printf 'a\tb\\c\n\a' | od -c | head -n 1; printf '%b|' 'a\tb' 'c\0101' '\\'; echo
#### printf backslash c in argument
printf '%b%s' 'a\cb' c; echo; echo after
#### printf floats
printf '%f %.2f %e %g %G\n' 1.5 2.345 12345.678 0.0001 1e20; printf '%8.3f|%-8.1f|\n' 3.14159 2.5
#### printf star
printf '%*d|%-*d|%.*s\n' 5 42 5 42 2 abc
#### printf percent
printf '100%%\n'; printf '%5%|\n' 2>/dev/null; echo
#### printf missing arguments
printf '[%s][%d][%c]\n'; printf '%s-%s\n' 1 2 3
#### printf bad number
printf '%d\n' abc 2>/dev/null; echo $?; printf '%d\n' 3x 2>/dev/null; echo $?
#### printf without format
printf 2>/dev/null; echo $?
#### test strings
[ a = a ] && echo 1; [ a != b ] && echo 2; [ -n a ] && echo 3; [ -z '' ] && echo 4; [ a ] && echo 5; [ '' ] || echo 6; [ ] || echo 7; test || echo 8
#### test numbers
[ 1 -eq 1 ] && [ 1 -ne 2 ] && [ 1 -lt 2 ] && [ 2 -le 2 ] && [ 3 -gt 2 ] && [ 3 -ge 3 ] && echo ok; [ 10 -gt 9 ] && echo num; [ -5 -lt 3 ] && echo neg
#### test files
touch f; mkdir d; ln -s f l; ln -s none b; echo x >s; for t in -e -f -d -L -h -s -r -w; do for n in f d l b s none; do [ $t $n ] && printf '%s ' "$t$n"; done; done; echo
#### test file ages and identity
touch -t 202001010000 old; touch new; [ new -nt old ] && echo nt; [ old -ot new ] && echo ot; [ old -nt new ] || echo not; ln old hard; [ old -ef hard ] && echo ef; [ none -nt new ] || echo older
#### test negation and logic
[ ! a = b ] && echo 1; [ ! '' ] && echo 2; [ a -a b ] && echo 3; [ '' -o b ] && echo 4; [ \( a = a \) ] && echo 5; [ a = a -a b = b -a c = c ] && echo 6; [ a = b -o b = b ] && echo 7; [ ! \( a = b -a b = b \) ] && echo 8
#### test with odd words
[ ! ]; echo $?; [ = ]; echo $?; [ -f = -f ]; echo $?; [ '(' = '(' ]; echo $?; [ -n ]; echo $?; [ ! = x ]; echo $?
#### test errors
[ a b ] 2>/dev/null; echo $?; [ 1 -eq x ] 2>/dev/null; echo $?; [ a 2>/dev/null; echo $?; test 1 -foo 2 2>/dev/null; echo $?
#### test executable
printf '' >x; chmod +x x; [ -x x ] && echo yes; chmod -x x; [ -x x ] || echo no
#### string order
[ a '<' b ] && echo 1; [ b '>' a ] && echo 2
#### cd and pwd
mkdir -p a/b; top=$PWD; cd a; [ "$PWD" = "$top/a" ] && echo 1; cd b; cd ..; [ "$(pwd)" = "$top/a" ] && echo 2; cd - >/dev/null; [ "$PWD" = "$top/a/b" ] && echo 3; [ "$OLDPWD" = "$top/a" ] && echo 4; cd "$top"; cd ./a/../a/./b//; [ "$PWD" = "$top/a/b" ] && echo 5
#### cd home
HOME=/; cd; pwd; HOME=/dev; cd; pwd
#### cd through links
mkdir -p real/sub; ln -s real/sub link; top=$(pwd -P); cd -P .; cd link; [ "$(pwd)" = "$top/link" ] && echo logical; [ "$(pwd -P)" = "$top/real/sub" ] && echo physical; cd ..; [ "$PWD" = "$top" ] && echo up; cd -P link; [ "$PWD" = "$top/real/sub" ] && echo resolved; cd ..; [ "$PWD" = "$top/real" ] && echo real
#### cd fails
cd nosuchdir 2>/dev/null; echo $?; touch f; cd f 2>/dev/null; echo $?
#### cd with CDPATH
mkdir -p p/q; CDPATH=$PWD/p; cd q >/dev/null; echo ${PWD##*/p/}; cd /; pwd
#### cd root and dots
cd /; cd ..; pwd; cd /usr/..; pwd; cd //dev; cd ../dev/..; pwd | tr -s /
#### export
export x=1; sh -c 'echo $x'; y=2; export y; sh -c 'echo $y'; export z; z=3; sh -c 'echo $z'; unset x; sh -c 'echo "[$x]"'
#### export keeps values whole
v='a  b'; export w=$v; echo "$w"; export t=~; [ "$t" = "$HOME" ] && echo home
#### export -p
zz_test='a b'; export zz_test; export -p | grep zz_test
#### readonly
readonly r=1; echo $r; readonly -p | grep ' r='; (r=2) 2>/dev/null; echo $?; unset r 2>/dev/null; echo not reached
#### readonly for assignment ends the shell
readonly r=1; r=2; echo not reached
#### readonly in temporary assignment
readonly r=1; r=2 true; echo not reached
#### unset
x=1; unset x; echo ${x-unset}; unset nosuch; echo $?; x=1; f() { :; }; unset -v x; unset -f f; echo ${x-unset}
#### unset bad name
unset 1a; echo not reached
#### set prints variables
zz_b="it's" zz_a='x y'; set | grep '^zz_'
#### set -- and options
set -- -e -u; echo $1 $#; set -u -- a; echo $1; set +u; set -f a b; echo $# $1
#### getopts
#: args ["-a", "-bval", "-c", "arg", "rest"]
while getopts ab:c: o; do echo "$o=$OPTARG:$OPTIND"; done; shift $((OPTIND-1)); echo $*
#### getopts groups
#: args ["-xyz", "-v", "--", "-n"]
while getopts xyzvn o; do echo $o; done; shift $((OPTIND-1)); echo $*
#### getopts errors
#: args ["-q", "-b"]
while getopts ab: o 2>/dev/null; do echo "$o [$OPTARG]"; done
#### getopts silent
#: args ["-q", "-b"]
while getopts :ab: o; do echo "$o [$OPTARG]"; done
#### getopts with list
getopts a:b o -a val; echo $o $OPTARG $OPTIND; getopts a:b o -a val; echo $? $OPTIND
#### getopts again
f() { OPTIND=1; while getopts ab o "$@"; do echo $o; done; }; f -a -b; f -ba
#### eval
x='echo a; echo b'; eval "$x"; eval echo '$x'; y=z; eval $y=5; echo $z; eval; echo $?; eval 'false'; echo $?
#### eval with syntax error
eval 'echo ('; echo not reached
#### eval in a function with return
f() { eval 'return 5'; echo no; }; f; echo $?
#### dot
echo 'x=5; echo in $#' >lib.sh; . ./lib.sh; echo $x
#### dot with return
echo 'echo a; return 3; echo b' >lib.sh; . ./lib.sh; echo $?
#### dot searches the path
mkdir bin; echo 'echo found' >bin/lib; PATH=$PWD/bin:$PATH; . lib
#### dot of missing file
. ./nosuch; echo not reached
#### dot in a loop with break
echo 'break' >lib; for i in 1 2; do echo $i; . ./lib; done; echo end
#### exec replaces the shell
exec echo replaced; echo not reached
#### exec of missing command
exec nosuchcommand; echo not reached
#### exec with redirection only
exec >f; echo a; exec >&2; cat f 2>/dev/null
#### exec passes assignments
x=1 exec sh -c 'echo $x'
#### exit
exit 3
#### exit without argument
false; exit
#### exit of subshell
(exit 9); exit
#### exit bad number
exit abc; echo not reached
#### exit modulo
exit 258
#### return at top level
return 4; echo not reached
#### true false colon
true; echo $?; false; echo $?; : a b; echo $?; : ${x:=set}; echo $x
#### command
command echo a; f() { echo f; }; echo() { printf 'my %s\n' "$1"; }; echo b; command echo c; unset -f echo; command -v echo cat | head -n 1; command -v nosuch; echo $?
#### command -v of kinds
f() { :; }; alias al=x; command -v f if cd; command -v if; command -v cd; command -v al; command -V cd; command -V if; command -V f
#### command with special builtin does not exit
command . ./nosuch 2>/dev/null; echo $?; command set -o nosuch 2>/dev/null; echo $?
#### type
f() { :; }; type f cd export if; type nosuch; echo $?
#### hash
hash; PATH=$PATH; ls >/dev/null; hash | grep -c /ls; hash -r; hash; hash nosuch 2>/dev/null; echo $?
#### umask
umask 022; umask; umask -S; umask 77; umask; umask u=rwx,g=rx,o=; umask; umask g-x; umask; umask a+r; umask
#### umask takes effect
umask 027; touch f; ls -l f | cut -c1-10; umask 0; touch g; ls -l g | cut -c1-10
#### ulimit
ulimit -n 64; ulimit -n; ulimit -Sn; ulimit -Hn; (ulimit -n 32; ulimit -n); ulimit -n; ulimit -c 0; ulimit -c
#### times
times | wc -l
#### kill
kill -0 $$; echo $?; sleep 5 & kill $!; wait $!; echo $?; kill -l 15; kill -l 137; kill -s KILL 2>/dev/null; echo $?
#### kill by name and number
sleep 5 & kill -KILL $!; wait $! 2>/dev/null; echo $?; sleep 5 & kill -s HUP $!; wait $! 2>/dev/null; echo $?; sleep 5 & sleep 0.2; kill -2 $!; kill -9 $!; wait $! 2>/dev/null; echo $?
#### wait
(exit 3) & a=$!; (exit 4) & b=$!; wait $a; echo $?; wait $b; echo $?; wait; echo $?; wait 999999; echo $?
#### wait for several
(exit 3) & a=$!; (exit 4) & wait $a $!; echo $?
#### jobs without job control
sleep 0.2 & jobs | cut -c1-14; wait
#### shift in functions
f() { while [ $# -gt 0 ]; do echo $1; shift; done; }; f a b c; echo $#
#### source with arguments keeps parameters
#: args ["p"]
echo 'echo $1' >lib; . ./lib
#### read errors
read x </dev/null; echo $?; read 2>/dev/null; echo $?; echo a | read 1x 2>/dev/null; echo $?
#### read prompt is only for terminals
echo a | { read -p 'prompt' x; echo $x; }
#### pwd options
cd /; pwd -L; pwd -P; pwd
#### LINENO
#: expect {"stdout": "1\n2\n4\n", "status": 0}
echo $LINENO
echo $LINENO

echo $LINENO
#### PPID is a number
[ "$PPID" -gt 0 ] && echo ok
#### status at the beginning of a dot script
echo 'echo $?' >script; (exit 5); . ./script; false; . /dev/null; echo $?; (exit 3); eval 'echo $?'; (exit 4); eval ''; echo $?
#### getopts with a bad name
set -- -c foo -h; getopts 'hc:' opt-; echo $? $OPTARG $OPTIND; getopts h 1x; echo $?
#### printf escapes in arguments
printf '%b|%b|%b|%b\n' '\141' '\0141' '\1419' '\08'; printf '%b\n' '\558' '\0558'; printf '%b' '\7' '\07' | od -An -tx1; echo '\141\0141'
#### printf options
printf -- '-%s\n' a; printf -v x; echo $?; printf '-%s\n' a; echo $?
#### exec with assignments
a=b exec; echo $a; env | grep ^a=; c=d exec >/dev/null; echo $c >&2; env | grep ^c=
#### exec with assignments and a program
a=b exec sh -c 'echo $a'
#### command declarations in quotes
x='a b'; \command readonly c=$x; echo "$c"; 'command' export d=$x; ex\port e=$x; echo "$d" "$e"
#### umask numbers and copies
umask 1234567; umask; umask 0124; umask a=,a=u; umask; umask 0124; umask a=; umask a=u; umask
#### return of large numbers
(return 2147483647); echo $?; (return 2147483648); echo $?
#### set -h
#: expect {"stdout": "/bin/cat\nh\n", "status": 0}
PATH=/bin; set -h; f() { if true; then cat /dev/null | cat; fi; }; hash; case $- in *h*) echo h;; esac
#### wait for an unknown job
#: expect {"stdout": "127\n", "status": 0}
wait %5 2>/dev/null; echo $?
#### test with parentheses
test '(' = ')'; echo $?; test 0 -eq 0 -a '(' = ')'; echo $?; test '(' = '('; echo $?; test x -a '(' a = b ')'; echo $?
#### exported directories
cd /usr; cd /dev; env | grep -E '^(OLD)?PWD=' | sort; unset PWD; sh -c 'env | grep ^PWD=' | grep -c =
#### directory by a link at the start
mkdir real; ln -s real link; cd link; sh -c 'pwd' | sed 's|.*/||'; unset PWD; sh -c 'pwd' | sed 's|.*/||'
#### double slashes at the root
cd //dev; pwd; cd ..; pwd; cd usr; pwd; cd ../dev; pwd; cd ///dev; pwd; cd //; pwd; cd /dev//; pwd
#### CDPATH of the root
#: expect {"stdout": "/dev\n/dev\n//dev\n", "status": 0}
CDPATH=/; cd dev; pwd; CDPATH=//; cd dev
