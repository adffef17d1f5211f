#### single quotes keep everything
echo 'a $x `b` "c" \d'
#### double quotes expand parameters
x=1; echo "a $x \$x \` \" \\ \a"
#### backslash outside of quotes
echo a\ b \$x \\ \a \'
#### backslash newline joins lines
echo one\
two "three\
four"
#### single quote in single quotes
echo 'it'\''s'
#### quotes in the middle of words
echo a'b c'd"e f"g
#### empty quoted words are words
set -- '' "" a; echo $# "[$1]" "[$3]"
#### adjacent empty quotes
set -- ''"" ""a; echo $# "[$1][$2]"
#### newline in quotes
echo 'a
b' "c
d"
#### comment ends at newline
echo a # comment ' "
echo b#no comment
#### hash inside a word
echo a#b '#c' \#d
#### tilde is home
HOME=/home/me; echo ~ ~/x "~" '~' \~ a~ x~/
#### tilde in assignments
HOME=/h; x=~; y=~/a:~/b; z="~"; echo $x $y $z
#### tilde is not expanded in arguments like assignments
HOME=/h; echo x=~ --opt=~/y
#### tilde result is not split
HOME='/a b'; set -- ~; echo $# "$1"
#### unknown user's tilde stays
echo ~nosuchuser/x
#### dollar alone is literal
echo $ a$ $% "$" "a$ b" $'a'
#### backslash in double quotes before other characters
echo "\n\q\*\'"
#### many words
echo a b   c	d
#### escaped newline within operator
true &\
& echo yes
#### backslash at the end of a string
echo 'a\' b
#### quoted pattern characters are literal
echo '*' "?" \[ab\]
#### quoted empty argument from expansion
x=; set -- $x "$x" '' ; echo $#
#### keywords as arguments
echo if then else fi for in do done case esac while until { } !
#### quoted keyword is a command
'if' true 2>/dev/null; echo $?
#### semicolons and newlines separate
echo a;echo b
echo c; echo d;
