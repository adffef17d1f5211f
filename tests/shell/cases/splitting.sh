#### default separators
x='  a  b	c
d  '; set -- $x; echo $# $1 $4
#### custom separators
IFS=:; x=a:b::c:; set -- $x; echo $#; for i; do echo "<$i>"; done
#### leading separators
IFS=:; x=:a; set -- $x; echo $#; for i; do echo "<$i>"; done
#### mixed separators
IFS=': '; x=' a : b  c::d '; set -- $x; echo $#; for i; do echo "<$i>"; done
#### empty separators
IFS=; x='a b'; set -- $x; echo $# "$1"
#### unset separators
unset IFS; x='a b'; set -- $x; echo $#
#### only expansions are split
IFS=x; set -- axb; echo $# $1; v=axb; set -- $v; echo $#
#### joined with text around
x='a b'; set -- 1$x'2 3'; echo $#; for i; do echo "<$i>"; done
#### quoted parts are not split
x='a b'; set -- "$x"$x; echo $#; for i; do echo "<$i>"; done
#### empty results vanish
x=; set -- $x $x a; echo $#
#### newline as separator
IFS='
'; x='a b
c'; set -- $x; echo $# "$1"
#### IFS with letters
IFS=ab; x=1a2b3; set -- $x; echo $*
#### separators at the end
IFS=,; x=a,b,; set -- $x; echo $#; x=a,b,,; set -- $x; echo $#
#### splitting of positional parameters
#: args ["a b", "c"]
set -- $@; echo $#
#### read splits
echo ' a  b c ' | { read x y; echo "[$x][$y]"; }
#### read with other separators
echo 'a:b:c' | { IFS=: read x y; echo "[$x][$y]"; }; echo 'a:b:' | { IFS=: read x y; echo "[$x][$y]"; }
#### read with more variables than fields
echo a | { read x y z; echo "[$x][$y][$z]"; }
#### read strips blanks
echo '   a b   ' | { read x; echo "[$x]"; }; echo '   a   ' | { IFS= read x; echo "[$x]"; }
#### read with backslashes
printf '%s\n' 'a\b\\c' | { read x; echo "[$x]"; }; printf '%s\n' 'a\b\\c' | { read -r x; echo "[$x]"; }
#### read continues lines
printf 'a\\\nb\nc\n' | { read x; echo "[$x]"; read x; echo "[$x]"; }
#### read escaped separator
printf '%s\n' 'a\ b c' | { read x y; echo "[$x][$y]"; }
#### read at the end of input
printf 'abc' | { read x; echo "$? [$x]"; read x; echo "$? [$x]"; }
#### read several lines
printf '1\n2\n3\n' | while read l; do echo "<$l>"; done
#### read empty fields
echo 'a::b' | { IFS=: read x y z; echo "[$x][$y][$z]"; }; echo ':a' | { IFS=: read x y; echo "[$x][$y]"; }
#### read leaves the rest for others
printf '1\n2\n3\n' | { read x; cat; }
#### read from a file leaves the rest
printf '1\n2\n3\n' >f; { read x; read y; echo $x$y; cat; } <f
#### for over split result
x='1 2 3'; for i in $x; do echo $i; done
#### non-blank IFS keeps blanks
IFS=-; x=' a - b '; set -- $x; for i; do echo "<$i>"; done
#### tildes in words of expansions in assignments
HOME=/h; x=${u-~:~}:~; echo "$x"; y="${u-~}"; echo "$y"; echo ${u-~:~}; export z=${u-a:~}; echo $z
#### words of quoted pieces
set -- a'*'b \*'' '['a']' 'x'"y"z \~/a; for w; do echo "<$w>"; done; case ab in [a'b']'b') echo bracket;; esac; case '[a]' in '['a']') echo literal;; esac
