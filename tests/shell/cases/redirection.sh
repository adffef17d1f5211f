#### output and input
echo hi >f; cat <f; cat < f
#### append
echo a >f; echo b >>f; cat f
#### truncate
echo long line >f; : >f; cat f; echo x >|f; cat f
#### read and write
echo abc >f; cat <>f; echo X 1<>f; cat f
#### numbered descriptors
{ echo out; echo err >&2; } >o 2>e; cat o; cat e
#### duplicate
{ echo out; echo err >&2; } >f 2>&1; cat f
#### order matters
{ echo out; echo err >&2; } 2>&1 >f | cat; cat f
#### close
echo x >&- 2>/dev/null; echo $?
#### close input
cat <&- 2>/dev/null; echo $?
#### descriptors by exec
exec 3>f; echo one >&3; echo two >&3; exec 3>&-; cat f; exec 4<f; read x <&4; read y <&4; echo $x $y
#### here-document
x=v; cat <<END
a $x $(echo b) `echo c` $((1+1)) \$x \\ "q" 'r'
END
#### quoted here-document
x=v; cat <<'END'
a $x $(echo b) \$x \\
END
#### partly quoted delimiter
cat <<E"N"D
$x
END
#### here-document with tabs stripped
cat <<-END
	one
		two
	END
echo after
#### two here-documents
cat <<A; cat <<B
first
A
second
B
#### here-document in the middle of a pipeline
cat <<E | tr a-z A-Z
text
E
#### here-document to a function and a loop
f() { cat; }; f <<E
in f
E
while read l; do echo "<$l>"; done <<E
1
2
E
#### here-document with continued lines
cat <<E
a\
b
E
#### here-document with delimiter-like lines
cat <<E
EE
 E
E
#### empty here-document
cat <<E
E
echo $?
#### large here-document
x=0123456789012345678901234567890123456789012345678901234567890123; x=$x$x$x$x$x$x$x$x; x=$x$x$x$x$x$x$x$x$x$x; cat <<E | wc -c
$x$x
E
#### here-document on another descriptor
cat <&5 5<<E
five
E
#### default words in here-documents
unset x; cat <<E
${x:-a "b" 'c'} ${x-d}
E
#### redirection of compound commands
{ echo a; echo b; } >f; cat f; (echo c; echo d) >>f; wc -l <f; for i in 1 2; do echo $i; done >f; cat f; if true; then echo yes; fi >f; cat f
#### input redirection of a loop
printf '1\n2\n' >f; while read x; do echo "<$x>"; done <f
#### redirection without command
>f; ls f; <f; echo $?
#### redirection before the command
>f echo hi; cat f; <f cat
#### missing input file
cat <nosuch 2>/dev/null; echo $?; echo next
#### missing input for builtin
read x <nosuch 2>/dev/null; echo $?
#### missing input for special builtin ends the shell
: <nosuch; echo not reached
#### missing input of a group
{ echo no; } <nosuch; echo $?
#### cannot create
echo x >nodir/f; echo $?
#### directory as output
mkdir d; echo x >d; echo $?
#### noclobber
set -C; echo a >f; echo b >f; echo $?; cat f; echo c >|f; cat f; echo d >>f; cat f; echo e >/dev/null && echo fine
#### bad descriptor
echo x >&9; echo $?
#### redirection in pipeline element
echo a | cat >f; cat f
#### stderr in pipeline
{ echo e >&2; } 2>&1 | cat
#### saved descriptors are restored
echo a >f; echo b; { echo c; } 2>/dev/null; echo d
#### nested redirections
{ { echo a; echo b >&2; } 2>f1; echo c; } >f2; cat f1; cat f2
#### dup from variable
n=1; echo x >&$n; echo y 2>&$n
#### redirect function output
f() { echo out; echo err >&2; }; f >o 2>&1; cat o
#### eval with redirection
eval 'echo a' >f; cat f; eval 'echo b >f'; cat f
#### io number needs to be adjacent
echo 2 >f; cat f; echo a2>f; cat f
#### errors of expansion end the shell
echo a >f$((1 / 0)); echo no
#### errors of expansion end the shell in compound commands
{ echo a; } >${x?gone}; echo no
#### bad descriptors by expansion end the shell
n=x; echo a >&$n; echo no
#### words are expanded first, documents in their turn
echo old >f; cat >f <f$(cat f >&2; rm f)
echo old >f; cat >f <<E
$(cat f)
E
cat f
#### errors of here-documents
cat <<E
${x?gone}
E
echo $?; { cat; } <<E
${x?gone}
E
echo $?
#### delimiters are not expanded
cat <<${a}; cat <<"$b"; cat <<`x`; cat <<$
1 $((1))
${a}
2 $((2))
$b
3 $((3))
`x`
4 $((4))
$
#### delimiters with quotes
cat <<E\$F; cat <<'a'"b"
1
E$F
2
ab
#### delimiters with substitutions
cat <<$(a)
here
$(a)
#### backquotes in here-documents
cat <<E
`echo \"1\"` `echo "2"` `echo \$((1 + 2))` `echo \\\\`
E
#### continued lines in here-documents
#: expect {"stdout": "a b \\\nc \\EOF\nde\ng \\\n", "status": 0}
cat <<EOF; cat <<-EOF; cat <<'EOF'
a \
b \\
c \\\
EOF
EO\
F
	d\
e
	EO\
F
g \
EOF
#### descriptors above 9 are free for scripts
#: expect {"stdout": "got line\nkept\nin\nout\nstill read\n", "status": 0}
echo line >data; cat >script <<'E'
exec 10<data 11>file
read x <&10; echo "got $x"; echo kept >&11
exec 10<&- 11>&-
cat file
{ echo in; exec 10>/dev/null 11>&1 12<&0; } >file
cat file; echo out
exec 10>&- 11>&- 12>&-
echo still read
E
/proc/$$/exe ./script
