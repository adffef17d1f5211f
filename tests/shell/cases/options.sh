#### errexit
set -e; echo a; false; echo not reached
#### errexit does not apply to tests
set -e; if false; then :; fi; false || true; ! true; while false; do :; done; until true; do :; done; false && true; echo end
#### errexit in functions
set -e; f() { false; echo no; }; f; echo not reached
#### errexit off in tested function
set -e; f() { false; echo yes; }; f || echo no; if f; then echo then; fi
#### errexit in subshell
set -e; (false; echo no); echo not reached
#### errexit in subshell tested
set -e; (false; echo yes) || echo no; echo end
#### errexit with pipeline
set -e; false | true; echo a; true | false; echo not reached
#### errexit of last in and list
set -e; true && false; echo not reached
#### errexit and substitution
set -e; echo $(false); x=$(false); echo not reached
#### errexit in eval
set -e; eval 'false'; echo not reached
#### errexit status
set -e; (exit 7)
#### errexit in dot
echo 'false; echo no' >lib; set -e; . ./lib; echo not reached
#### errexit in loop body
set -e; for i in 1 2; do echo $i; [ $i = 2 ] && false; done; echo end
#### errexit in case
set -e; case x in x) false;; esac; echo not reached
#### errexit with background
set -e; false & wait; echo end
#### nounset
set -u; echo ${x-default}; echo $x; echo not reached
#### nounset allows lists
set -u; echo "$@" $* $#; x=1; echo $x; echo ${y:-ok} ${y+no}
#### nounset and length
set -u; echo ${#nosuch}; echo not reached
#### nounset of positional
set -u; echo $1; echo not reached
#### xtrace
set -x; echo a 'b c'; x=1; { set +x; } 2>/dev/null; echo b
#### noexec
set -n; echo not shown
#### verbose
set -v; echo a; set +v; echo b
#### noglob
set -f; echo *; set -o noglob; echo [ab]*; set +o noglob; case $- in *f*) echo on;; *) echo off;; esac
#### allexport
set -a; x=1; sh -c 'echo $x'; set +a; y=2; sh -c 'echo "[$y]"'
#### named options
set -o errexit; case $- in *e*) echo e;; esac; set +o errexit -o nounset; case $- in *u*) echo u;; esac
#### unknown option
set -o nosuch; echo not reached
#### unknown letter
set -Z; echo not reached
#### options as commands
set +o | grep -c '^set'  >/dev/null && echo yes; set -f; s=$(set +o | grep noglob); set +f; eval "$s"; echo *nomatch
#### local options
f() { local -; set -f; case $- in *f*) echo on;; esac; }; f; case $- in *f*) echo on;; *) echo off;; esac
#### pipefail
#: expect {"stdout": "1\n3\n0\n0\n", "status": 0}
set -o pipefail; false | true; echo $?; (exit 3) | true | true; echo $?; true | true; echo $?; set +o pipefail; false | true; echo $?
#### combined letters
set -ef; case $- in *e*f*|*f*e*) echo both;; esac
#### +c
/proc/$$/exe +c 'echo plus'
