#### simple
echo $(echo a) `echo b` "$(echo c)"
#### trailing newlines are removed
x=$(printf 'a\n\n\n'); echo "[$x]"; y=$(printf '\n\na'); echo "[$y]"
#### nested
echo $(echo $(echo $(echo deep))) `echo \`echo inner\``
#### quotes inside
echo "$(echo "a  b")" "$(echo 'c  "d')" "`echo \"e  f\"`"
#### parentheses in quotes inside
echo $(echo ')' "(" \)) $(echo '$(')
#### case inside
echo $(case x in (x) echo matched;; esac)
#### case without parenthesis inside
echo $(case x in x) echo matched;; esac)
#### comment inside
echo $(echo a # comment )
)
#### here-document inside
echo "$(cat <<E
line $(echo one)
E
)"
#### backquotes and backslashes
x=v; echo `echo \$x` `echo \\\\` `echo '\\$x'`
#### status of assignment
x=$(exit 3); echo $?; x=$(true); echo $?; x=a; echo $?
#### status with command is the command's
echo $(exit 3); echo $?
#### empty command
$(true); echo $?; $(exit 4); echo $?
#### result as a command
$(echo echo) works; c='echo x y'; $c
#### splitting of results
set -- $(echo a b; echo c); echo $#; set -- "$(echo a b; echo c)"; echo $#
#### subshell does not change variables
x=1; y=$(x=2; echo $x); echo $x $y
#### exit inside
x=$(echo a; exit 5; echo b); echo "$x $?"
#### empty substitutions
echo a$()b `` "[$( )]"
#### functions inside
f() { echo "f:$1"; }; echo $(f arg)
#### multi-line
echo $(
  echo one
  echo two
)
#### large output
x=$(i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done); echo ${#x}
#### glob of results
touch sub_a sub_b; echo $(echo 'sub_*') "$(echo 'sub_*')"
#### errors inside do not end the shell
x=$(nosuchcommand 2>/dev/null); echo $?
#### set -e inside assignment
set -e; x=$(false) || echo caught; y=$(false; echo still); echo "[$y]"
#### redirections inside
echo $(echo err >&2) 2>/dev/null; x=$(cat <<'E'
$not expanded
E
); echo "$x"
#### pipes inside
echo $(printf 'b\na\n' | sort | tr '\n' -)
#### arithmetic with substitution
echo $(( $(echo 2) + `echo 3` ))
#### nested quotes three deep
echo "a $(echo "b $(echo "c  d") e") f"
