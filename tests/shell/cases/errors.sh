#### command not found
nosuchcommand; echo $?
#### not executable
touch f; chmod -x f; ./f; echo $?
#### directory as command
mkdir d; ./d; echo $?
#### missing path
./nosuch/file; echo $?; /nosuch; echo $?
#### script without interpreter line
printf 'echo script $1\n' >s; chmod +x s; ./s arg; echo $?
#### script with interpreter line
printf '#!/bin/sh\necho script $1\n' >s; chmod +x s; ./s arg
#### empty script
: >s; chmod +x s; ./s; echo $?
#### path search order
mkdir a b; printf 'echo a\n' >a/cmd; printf 'echo b\n' >b/cmd; chmod +x a/cmd b/cmd; PATH=$PWD/a:$PWD/b:$PATH; cmd; PATH=$PWD/b:$PATH; cmd
#### path with empty element is here
printf 'echo here\n' >cmd_here; chmod +x cmd_here; PATH=:$PATH; cmd_here
#### hashed command that moved
mkdir a b; printf 'echo a\n' >a/cmd; chmod +x a/cmd; PATH=$PWD/a:$PWD/b:$PATH; cmd; mv a/cmd b/cmd; cmd
#### syntax: unexpected keyword
fi
#### syntax: unexpected operator
&& echo a
#### syntax: lonely semicolon
;
#### syntax: missing then
if true; fi
#### syntax: missing fi
if true; then echo a
#### syntax: missing done
while true; do echo a
#### syntax: missing brace
{ echo a
#### syntax: missing parenthesis
(echo a
#### syntax: extra parenthesis
echo a)
#### syntax: unterminated quotes
echo "abc
#### syntax: unterminated single quotes
echo 'abc
#### syntax: unterminated substitution
echo $(echo a
#### syntax: unterminated backquote
echo `echo a
#### syntax: unterminated parameter
echo ${x
#### syntax: missing redirection target
echo >
#### syntax: bad for variable
for 1 in a; do :; done
#### syntax: bad function name
1a() { :; }; echo x
#### syntax: double semicolon outside of case
echo a;; echo b
#### syntax: case without esac
case x in x) echo a
#### syntax: earlier lines run
echo first
echo second
fi
#### syntax: empty group
{ }
#### syntax: empty subshell
()
#### syntax: empty then
if true; then fi
#### syntax: pipe at the end
echo a |
#### syntax: newline in for
for i in a b
do echo $i; done
#### unterminated here-document ends with the input
cat <<E
a
b
#### error in subshell does not end the shell
(nosuchcommand_x; exit 3) 2>/dev/null; echo $?; (: ${x?gone}) 2>/dev/null; echo $?
#### error in substitution does not end the shell
y=$(: ${x?gone}) 2>/dev/null; echo $?
#### builtin option errors
cd -Z 2>/dev/null; echo $?; read -Z x 2>/dev/null; echo $?; export -Z; echo not reached
#### special builtin error ends the shell
export 1a=3; echo not reached
#### shift error ends the shell
shift 3; echo not reached
#### error while assigning
readonly q=1; q=2 echo no; echo not reached
#### bad descriptor in duplication
echo a >&abc; echo not reached
#### deep nesting of braces
#: expect {"stdout": "bottom\n", "status": 0}
s='echo bottom'; i=0; while [ $i -lt 200 ]; do s="{ $s; }"; i=$((i+1)); done; eval "$s"
#### deep nesting of substitutions
s='echo bottom'; i=0; while [ $i -lt 20 ]; do s="echo \$($s)"; i=$((i+1)); done; eval "$s"
#### many arguments
i=0; a=; while [ $i -lt 300 ]; do a="$a word$i"; i=$((i+1)); done; set -- $a; echo $#; echo $a | wc -w
#### long line
x=abcdefghij; x=$x$x$x$x$x$x$x$x$x$x; x=$x$x$x$x$x$x$x$x$x$x; eval "y='$x'"; echo ${#y}
#### standard input as script's input
#: stdin "one\ntwo\n"
read a; echo "<$a>"; cat
#### standard input reaches commands
#: stdin "b\na\n"
sort
#### loop memory
i=0; while [ $i -lt 3000 ]; do x="$x$(( i % 10 ))"; i=$((i+1)); done; echo ${#x}
#### positional zero
echo "$0"
#### write error
echo x 2>/dev/null >/dev/full; echo $?
