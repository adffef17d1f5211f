#### default values
unset x; y=; z=v; echo "${x-d}" "${x:-d}" "[${y-d}]" "${y:-d}" "${z-d}" "${z:-d}"
#### assign default
unset x; echo ${x=a b} "$x"; y=; echo ${y:=c} $y; z=; echo "[${z=q}]"
#### alternative values
unset x; y=; z=v; echo "[${x+a}]" "[${x:+a}]" "[${y+a}]" "[${y:+a}]" "[${z+a}]" "[${z:+a}]"
#### error if unset
unset x; echo ${x?is missing}; echo not reached
#### error if null
x=; echo "${x:?}"; echo not reached
#### error check passes
x=1; echo ${x?no} ${x:?no}
#### length
x=hello; y=; echo ${#x} ${#y} ${#} "${#x}"
#### length of unset
unset x; echo ${#x}
#### remove smallest prefix and suffix
p=/a/b/c.tar.gz; echo ${p#*/} ${p##*/} ${p%.*} ${p%%.*}
#### remove patterns with quotes
x='*a*b'; echo "${x#\*}" "${x#'*'}" "${x%"*b"}" "${x##*}"
#### remove with variables as patterns
x=aXbXc; p='*X'; echo "${x#$p}" "${x##$p}" "${x#"$p"}"
#### remove that matches nothing
x=abc; echo ${x#b} ${x%b} ${x##z*} "${x%%}"
#### remove with brackets
x=12abc34; echo ${x#[0-9]} ${x##[0-9]*} ${x%[!a-z]} ${x%%[0-9]*}
#### nested expansions in words
unset a b; c=deep; echo ${a:-${b:-$c}} "${a:-"${b:-"$c"}"}"
#### word is not expanded when not needed
x=1; echo ${x:-$(echo no >&2; echo side)}; echo ${x+yes}
#### spaces in default words
unset x; set -- ${x:-a b  c}; echo $#; set -- "${x:-a b  c}"; echo $# "$1"
#### quotes in default words
unset x; set -- ${x:-"a b" c}; echo $# "$1"; set -- ${x:-'q r'}; echo $# "$1"
#### single quotes in quoted default word
unset x; echo "${x:-'a'}" "${x-it's}"
#### closing brace quoted in word
unset x; echo ${x:-a\}b} "${x:-a\}b}" ${x:-'}'}
#### positional parameters
#: args ["a", "b c", "d"]
echo $# $1 "$2" ${3} $0
#### parameters beyond nine
#: args ["1","2","3","4","5","6","7","8","9","ten","eleven"]
echo $10 ${10} ${11} ${12-none}
#### at and star
#: args ["a b", "", "c"]
for i in "$@"; do echo "<$i>"; done; for i in $@; do echo "($i)"; done; for i in "$*"; do echo "[$i]"; done; for i in $*; do echo "{$i}"; done
#### quoted at with text around
#: args ["1 2", "3"]
for i in "x$@y"; do echo "<$i>"; done
#### at without parameters
set --; set -- "$@"; echo $#; set -- "x$@"; echo $# "$1"; set -- "$@$@"; echo $#
#### star with IFS
#: args ["a", "b c", "d"]
IFS=:-; echo "$*"; IFS=; echo "$*"; unset IFS; echo "$*"
#### unquoted star with empty IFS
#: args ["a", "b c", "d"]
IFS=; for i in $*; do echo "<$i>"; done
#### star in assignment
#: args ["a", "b c"]
x=$*; echo "$x"; IFS=+; x="$*"; echo "$x"
#### set replaces parameters
set -- x "y z"; echo $# "$2"; set --; echo $#; set a -b; echo "$*"
#### shift
#: args ["a", "b", "c", "d"]
shift; echo $*; shift 2; echo $* $#; shift 0; echo $#
#### shift too far
#: args ["a"]
shift 2; echo not reached
#### exit status parameter
true; echo $?; false; echo $?; (exit 42); echo $?
#### process id in subshell is the same
a=$$; b=$(echo $$); [ "$a" = "$b" ] && echo same; (  [ "$a" = $$ ] && echo same )
#### last background pid
echo "[$!]"; true & [ -n "$!" ] && echo set; wait
#### option letters
set -e; case $- in *e*) echo on;; esac; set +e; case $- in *e*) echo still;; *) echo off;; esac
#### variable names with digits and underscores
_a1=x; b_2=y; echo $_a1$b_2 ${_a1}z
#### name ends where it must
x=1; xy=2; echo $x-y $xy ${x}y "$x"y
#### unset variable is empty
unset nothing; echo "[$nothing]"
#### bad substitution
echo ${x!y}; echo not reached
#### empty braces
echo ${}; echo not reached
#### default with colon in value
PATHS=/a:/b; echo ${PATHS:-x} ${PATHS#*:} ${PATHS%%:*}
#### special characters in defaults
unset x; echo "${x:-$(echo cmd)}" "${x:-`echo bq`}" "${x:-$((1+1))}"
#### assignments are sequential
x=1 y=$x$x z=$y; echo $z
#### assignment values are not split
v='a   b'; x=$v; echo "$x"; y=*; echo "$y"
#### assignment before a command is temporary
x=1; x=2 true; echo $x; x=3 sh -c 'echo $x'; echo $x
#### assignment before special builtin stays
x=1; x=2 :; echo $x
#### assignment before function is temporary
f() { echo "in $x"; }; x=1; x=2 f; echo $x
#### environment is exported to assignments' command only
unset q; q=1 sh -c 'echo "[$q]"'; sh -c 'echo "[$q]"'
#### length of at
#: args ["a", "b"]
echo ${#@} ${#*}
#### hash parameter forms
#: args ["x", "y"]
echo $# ${#} ${#:-z} "${#}"
#### suffix of special parameters
#: args ["file.c"]
echo ${1%.c} ${1##*.} ${0##*/}
#### trim keeps quotes' content
x="a  b  c"; echo "${x%  c}" "${x#a  }"
#### pattern slash and dots
f=./dir.d/name; echo ${f##*/} ${f%/*} ${f#./}
