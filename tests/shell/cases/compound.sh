#### if
if true; then echo a; fi; if false; then echo b; else echo c; fi; if false; then :; elif true; then echo d; else echo e; fi
#### if without branch has status zero
if false; then :; fi; echo $?
#### if with list
if false; true; then echo yes; fi
#### while and until
i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i
#### while status
while false; do :; done; echo $?; i=0; while [ $i -lt 1 ]; do i=1; (exit 5); done; echo $?
#### for
for i in a "b c" d; do echo "<$i>"; done; echo $i
#### for over nothing
for i in; do echo no; done; echo $?
#### for over parameters
#: args ["x", "y z"]
for i; do echo "<$i>"; done; for i
do echo "($i)"; done; for i in "$@"; do echo "{$i}"; done
#### break and continue
for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
#### break out of two loops
for i in 1 2; do for j in a b; do [ $j = b ] && break 2; echo $i$j; done; done; echo end
#### continue the outer loop
for i in 1 2; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; echo no; done; echo end
#### break more than there are
for i in 1 2; do break 5; done; echo ok
#### break outside of a loop
break; echo ok; continue; echo ok2
#### break in a condition
while echo cond; break; do echo no; done; echo end
#### break zero
for i in 1; do break 0; done; echo not reached
#### case
for x in a bc d ''; do case $x in a) echo A;; b*|c*) echo BC;; '') echo empty;; *) echo other;; esac; done
#### case without match
case x in y) echo no;; esac; echo $?
#### case with empty body
case x in x) ;; esac; echo $?; case x in
x)
esac; echo ok
#### case takes first match
case ab in a*) echo 1;; *b) echo 2;; esac
#### case with parentheses and newlines
case word in
  (no) echo no ;;
  (w*)
    echo yes
    ;;
esac
#### case status
case x in x) (exit 3);; esac; echo $?; false; case x in y) ;; esac; echo $?
#### case word is expanded without splitting
x='a b'; case $x in 'a b') echo one;; esac; case "$x" in a\ b) echo two;; esac
#### groups and subshells
x=1; { x=2; }; echo $x; (x=3; echo $x); echo $x
#### subshell exit
(exit 7); echo $?; (echo a; exit 2; echo b) || echo failed
#### and or lists
true && echo a || echo b; false && echo c || echo d; false || false || echo e; true && true && echo f
#### mixed and or associate to the left
true || echo no && echo yes; false && echo no || echo alt
#### negation
! true; echo $?; ! false; echo $?; if ! false; then echo yes; fi
#### negated pipeline
! false | true; echo $?; ! true | false; echo $?
#### pipeline
printf 'c\na\nb\n' | sort | head -n 2; echo $?
#### pipeline status is the last one's
false | true; echo $?; true | false; echo $?; (exit 3) | (exit 4); echo $?
#### pipeline of compound commands
{ echo a; echo b; } | while read x; do echo "<$x>"; done; for i in 1 2; do echo $i; done | { read a; read b; echo $b$a; }
#### variables in pipelines do not leak
x=1; echo 2 | read x; echo $x
#### long pipeline
echo start | cat | cat | cat | cat | cat | cat | cat | cat
#### newline after operators
true &&
echo a
false ||
echo b
echo c |
cat
#### background and wait
{ echo bg; } & wait; echo done; (exit 3) & wait $!; echo $?
#### background of a list
true && echo x & wait
#### background input is empty
cat & wait; echo ok
#### functions
f() { echo "f $1 $#"; }; f a b; f
#### function status
f() { return 3; }; f; echo $?; g() { false; }; g; echo $?; h() { return; }; false; h; echo $?
#### function parameters are restored
#: args ["x", "y"]
f() { echo $1 $#; set -- 1 2 3; echo $#; shift; }; f a; echo $1 $#
#### function changes variables
f() { x=2; }; x=1; f; echo $x
#### local variables
f() { local x=2 y; y=3; echo $x$y; }; x=1; y=0; f; echo $x$y
#### local keeps the outer value
f() { local x; echo $x; x=in; }; x=out; f; echo $x
#### local is seen by called functions
f() { local x=f; g; }; g() { echo $x; x=g; }; x=o; f; echo $x
#### local outside of a function
local x; echo not reached
#### local of unset variable
unset v; f() { local v=1; }; f; echo ${v-unset}
#### recursion
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1-1))))); fi; }; fact 10
#### deep recursion without forks
down() { [ $1 -eq 0 ] || down $(($1-1)); }; down 500; echo $?
#### endless recursion is stopped
f() { f; }; f; echo not reached
#### return from loop in function
f() { for i in 1 2 3; do [ $i = 2 ] && return 9; echo $i; done; }; f; echo $?
#### return in subshell of a function
f() { (return 4); echo $?; }; f
#### function redefinition and unset
f() { echo 1; }; f() { echo 2; }; f; unset -f f; f 2>/dev/null; echo $?
#### function replaced while it runs
f() { f() { echo new; }; echo old; }; f; f
#### function removes itself
f() { unset -f f; echo still; }; f; f 2>/dev/null; echo $?
#### function with other bodies
f() (x=2; echo $x); x=1; f; echo $x; g() if true; then echo g; fi; g; h() for i in 1 2; do echo $i; done; h
#### function with redirection
f() { echo out; } >f.txt; f; cat f.txt
#### function named like a builtin
cd() { echo "my cd $1"; }; cd x; command cd /; unset -f cd
#### function in a pipeline
f() { while read x; do echo "<$x>"; done; }; printf 'a\nb\n' | f
#### break inside a function does not leave the caller's loop
f() { break; }; for i in 1 2; do f; echo $i; done
#### nested groups
{ { { echo deep; }; }; }; ( ( (echo deeper) ) )
#### brace needs a blank
{ echo a;}; echo {a} }
#### semicolon forms
for i in 1 2
do echo $i
done
while false
do
:
done
if true
then
echo then
fi
#### multi-line function
f()
{
  echo body
}
f
#### empty function body via colon
f() { :; }; f; echo $?
#### compound as last with status
if true; then (exit 6); fi; echo $?
#### long sequence
x=0; x=$((x+1)); x=$((x+1)); x=$((x+1)); x=$((x+1)); x=$((x+1)); x=$((x+1)); echo $x
#### aliases
alias e='echo aliased'
e x
alias two='echo 1; echo'
two 2
unalias e
e x 2>/dev/null; echo $?
#### alias with trailing blank
alias pre='echo '
alias w=word
pre w
#### alias of itself
alias echo='echo self'
echo x
unalias echo
#### alias ends a list
alias t=true
if t; then echo yes; fi; t|cat; t&&echo and
#### alias listing
alias zz='a b' yy="it's"; alias zz; alias | sort
#### aliases are not for quoted words
alias q='echo no'
'q' 2>/dev/null; \q 2>/dev/null; echo $?
#### classes and symbols in brackets
#: expect {"stdout": "1\n2\n3\n4\n5\n", "status": 0}
case a in [[.a.]]) echo 1;; esac; case 1 in [[.0.]-[.2.]]) echo 2;; esac; case a in [[=a=]]) echo 3;; esac
case ] in [[.].]]) echo 4;; esac; case b in [![=a=]]) echo 5;; esac; case b in [[=a=]]) echo no;; esac
#### quoted characters in names of classes
case : in [[:punct\:]]) echo no;; [[:punct:]]) echo class;; esac; case . in [[.'.'.]]) echo symbol;; *) echo none;; esac; case a in [[:"alpha":]]) echo quoted;; esac
