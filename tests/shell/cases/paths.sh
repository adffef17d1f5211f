#### star
mkdir d; cd d; touch b a c.txt; echo *
#### question mark and brackets
mkdir d; cd d; touch a1 a2 b1 ab; echo a? [ab]1 a[0-9] a[!0-9] *[12]
#### no match stays
echo nomatch* "?"nothing[x]
#### hidden files
mkdir d; cd d; touch .h v; echo *; echo .h*; echo .[h]
#### directories
mkdir -p p/q p/r; touch p/q/1 p/r/2 p/f; echo p/*/* p/*/ */q
#### quoted star
touch ax ay; echo "a"* 'a*' a"*" \a*
#### pattern in variable
touch va vb; p='v*'; echo $p "$p"
#### pattern characters from expansions are patterns
touch xa xb; s='*'; echo x$s x"$s"
#### noglob
touch na nb; set -f; echo n*; set +f; echo n*
#### sorted order
touch Z a B b _ 1; echo ?
#### ranges and classes
touch c1 cA ca c-; echo c[[:digit:]] c[[:upper:]] c[a-z] c[-] c[]-]
#### assignment does not expand
touch ga gb; x=g*; echo "$x"; echo $x
#### for expands
touch f1 f2; for i in f*; do echo "<$i>"; done
#### case patterns
case abc in a*c) echo 1;; esac; case abc in a?c) echo 2;; esac; case abc in [a-c]bc) echo 3;; esac
#### case does not care for dots and slashes
case .x/y in *) echo all;; esac; case a/b in a*b) echo slash;; esac
#### quoted case patterns
case '*' in '*') echo star;; esac; case x in '*') echo no;; *) echo other;; esac; case 'a*' in a\*) echo escaped;; esac
#### brackets in case
case ']' in []]) echo 1;; esac; case b in [!a]) echo 2;; esac; case - in [a-]) echo 3;; esac; case '[' in [) echo 4;; esac; case '[a' in [a) echo 5;; esac
#### backslash in expanded pattern
x='\*'; case '*' in $x) echo match;; *) echo none;; esac
#### redirection target is not expanded
touch r1 r2; echo hi >r* ; cat 'r*'
#### names with spaces
touch 'a b' 'a c'; for i in a*; do echo "<$i>"; done
#### trailing slash matches directories
mkdir da; touch db; echo d*/
#### dot and dot-dot
mkdir dd; cd dd; touch x; echo ./* ../dd/*
#### broken link matches
ln -s nowhere link; echo li*
#### long star patterns
x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; case $x in *a*a*a*a*a*a*a*a*b) echo no;; *) echo fast;; esac
#### many files
i=0; while [ $i -lt 60 ]; do : >"file$i"; i=$((i+1)); done; set -- file*; echo $# $1 $60
