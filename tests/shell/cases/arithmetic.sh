#### basic operators
echo $((1+2)) $((7-10)) $((3*4)) $((17/5)) $((17%5)) $((-17/5)) $((-17%5))
#### precedence
echo $((1+2*3)) $(((1+2)*3)) $((2*3+4*5)) $((10-3-2)) $((100/10/2))
#### comparisons
echo $((1<2)) $((2<=2)) $((3>4)) $((4>=4)) $((5==5)) $((5!=5))
#### bit operators
echo $((6&3)) $((6|3)) $((6^3)) $((~0)) $((1<<10)) $((1024>>3)) $((-8>>1))
#### logical operators
echo $((1&&0)) $((1||0)) $((!1)) $((!0)) $((0&&1/0)) $((1||1/0))
#### ternary
echo $((1?2:3)) $((0?2:3)) $((1?0?4:5:6)) $((0?1/0:7))
#### assignment
x=5; echo $((x=7)) $x $((x+=3)) $x $((x*=2)) $((x-=1)) $((x/=2)) $((x%=5)) $((x<<=3)) $((x>>=1)) $((x|=3)) $((x&=6)) $((x^=1)) $x
#### chained assignment
echo $((a=b=3)) $a $b
#### variables without dollar
x=4; y=3; echo $((x*y)) $(($x*$y)) $((x+$y))
#### unset and empty variables are zero
unset u; e=; echo $((u+1)) $((e+1))
#### hexadecimal and octal
echo $((0x1f)) $((0X1F)) $((010)) $((0xff+1))
#### unary operators
echo $((-5)) $((+5)) $((- -5)) $((-(-5))) $((!-1)) $((~-1))
#### large numbers
echo $((2147483647+1)) $((9223372036854775807)) $((4294967296*4)) $((-9223372036854775807-1))
#### overflow wraps
echo $((9223372036854775807+1))
#### whitespace and newlines
echo $((  1 +
 2  )) $((	3	))
#### nested
echo $(( $((1+1)) * $(echo 3) )) $(( (1) + ((2)) ))
#### in strings
x=2; echo "a$((x+1))b" a$((x))b
#### as array of tests
i=0; while [ $((i+=1)) -lt 4 ]; do echo $i; done
#### division by zero
echo $((1/0)); echo not reached
#### remainder by zero
echo $((1%0)); echo not reached
#### bad expression
echo $((1+)); echo not reached
#### two numbers
echo $((1 2)); echo not reached
#### bad number in a variable
x=abc; echo $((x)); echo not reached
#### assignment to a number
echo $((3=4)); echo not reached
#### unbalanced parenthesis
echo $(( (1+2 )); echo not reached
#### readonly in arithmetic
readonly r=1; echo $((r=2)); echo not reached
#### shift counts and signs
echo $((1<<0)) $((1<<62)) $((-1>>63)) $((5<<1<<1))
#### mixed comparison chains
echo $((1<2==1)) $((2>1>0)) $((1|2&3)) $((1^3|4))
#### increments
#: expect {"stdout": "5 6 7 7 6 6 5\n", "status": 0}
x=5; echo $((x++)) $x $((++x)) $((x--)) $x $((x--)) $x
#### comma
#: expect {"stdout": "6 5\n", "status": 0}
echo $((x=5,x+1)) $x
#### parameter forms inside
x=abc; echo $((${#x}*2)) $((${nosuch:-4}+1))
#### number with leading blanks in variable
x=' 7'; echo $((x+1))
#### blank variables are 0
a=' '; b='
'; c='	'; d=; echo $((a)) $((b + 1)) $((c * 2)) $((d)) $((a += 3)) $((nosuch))
#### commas between ? and :
#: expect {"stdout": "2 4 7\n", "status": 0}
echo $((1 ? 1,2 : 3)) $((0 ? 1,2 : 4)) $((x = 1 ? y = 6, y + 1 : 0))
