#### becomes nothing
alias none=
none
none echo a | none
cat; false
none; echo $?
#### becomes blanks
alias b=' '
b if true; then echo ok; fi
(echo kept | b
cat) </dev/null
false
b
echo $?
#### becomes assignments and redirections
alias a='a=A' r='>/dev/null'
a b=B sh -c 'echo $a $b'
r echo no
</dev/null r echo no; echo end
#### chain behind a redirection
alias e=' >&2 c >/dev/null ' c=' echo '
</dev/null e no; echo end
#### becomes parentheses
alias l='
(
' r='
)
'
a=A
l echo sub; a=B; r
echo $a
#### becomes part of an operator
alias lt='<' amp='&'
lt>/dev/null cat
false amp& echo and
amp& echo no
#### becomes a line continuation
alias e='echo ' bs='\' nl='\
'
e bs
 foo
e nl bar
#### holds a here-document
alias c='cat <<\END' d='c
document
END'
d
alias h=' cat << ' delimiter=' \END '
h delimiter
second
END
#### behind an alias with a blank: words of for
alias f=' for ' w=' in ' in=' x '
f w in 1; do echo $x; done
alias forx='for x ' i='in 0' in='in 1' for='in 2'
forx in a; do echo $x; done
set -- p
alias do=';'
forx do echo $x; done
#### behind an alias with a blank: patterns of case
alias c='case a in ' a=b p='(a)'
c a) echo no;; a) echo two;; esac
c p echo three; esac
alias c='case a in x ' q=' |a) echo bar; esac' s=' ) echo no;; a) echo close; esac'
c q
c s
alias t='case a in (b) echo no' e=';; (a) echo items; esac'
t
e
#### behind an alias with a blank: function definitions
alias f='f ' p='()'
f p
{ echo F; }
f
alias g='g( ' q=')'
g q
{ echo G; }
\g
alias h='h() ' none=
h none
{ echo H; }
\h
#### behind an alias with a blank: through several aliases
alias FOR1='for '
alias FOR2='FOR1 ' eye1='i ' IN='in '
alias eye2='eye1 ' list='$one "2" '
one=1
FOR2 eye2 IN list 3; do echo $i; done
#### a word of its own is no alias
alias x='echo x ' y='x y '
x y x
y x
alias echo='echo echo '
echo echo
#### removed while it is read
alias u='unalias u; echo first
echo second'
u
u 2>/dev/null; echo $?
#### options end with --
#: expect {"stdout": "n='v w'\nv w\n", "status": 0}
alias -- n='v w' && alias n && alias -- n | sed "s/n='\(.*\)'/\1/"
#### circles end
alias a=b b=c c='a x'
a 2>/dev/null; echo $?
alias echo='e ' e='f ' f='echo '
\echo end; alias w=word; echo w 2>/dev/null; \echo $?
