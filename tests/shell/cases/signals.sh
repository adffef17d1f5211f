#### exit trap
trap 'echo bye' EXIT; echo hi
#### exit trap with status
trap 'echo bye $?' EXIT; exit 3
#### exit trap changes status
trap 'exit 5' 0; exit 3
#### exit trap after error
trap 'echo bye' EXIT; set -u; echo $nosuch
#### exit trap after set -e
trap 'echo bye $?' EXIT; set -e; false; echo no
#### exit trap is not inherited
trap 'echo bye' EXIT; (echo sub); x=$(echo subst); echo $x
#### exit trap in subshell
(trap 'echo sub bye' EXIT; echo in); echo out
#### exit trap with exec
trap 'echo bye' EXIT; exec true
#### signal trap
trap 'echo usr1' USR1; kill -USR1 $$; echo after
#### trap by number and name
trap 'echo one' 1; kill -HUP $$; trap 'echo two' SIGHUP 2>/dev/null || trap 'echo two' HUP; kill -1 $$; echo end
#### ignored signal
trap '' TERM; kill -TERM $$; echo alive; sh -c 'kill -TERM $$; echo child alive'
#### reset trap
trap 'echo x' TERM; trap - TERM; (kill -TERM $$) & wait; sleep 1; echo not reached
#### trap in function
f() { trap 'echo trapped' USR2; }; f; kill -USR2 $$; echo end
#### trap status is kept
trap 'false' USR1; true; kill -USR1 $$; echo $?
#### trap runs after the command
trap 'echo trapped' USR1; (kill -USR1 $$; echo in); echo out
#### trap interrupts wait
trap 'echo got' USR1; (sleep 0.2; kill -USR1 $$) & sleep 2 & wait $!; echo $?; kill $! 2>/dev/null
#### trap listing
trap 'echo "x y"' INT TERM; trap "it's" HUP; trap
#### trap is cleared in subshells
trap 'echo no' USR1; (kill -USR1 $$; trap) ; echo end
#### return in trap
f() { trap 'return 3' USR1; kill -USR1 $$; sleep 0; echo no; }; f; echo $?
#### bad trap
trap 'x' NOSUCH 2>/dev/null; echo $?
#### killed command's status
sh -c 'kill -TERM $$' 2>/dev/null; echo $?; sh -c 'kill -KILL $$' 2>/dev/null; echo $?; sh -c 'kill -HUP $$' 2>/dev/null; echo $?
#### message of a killed command
{ sh -c 'kill -TERM $$'; echo $?; } 2>&1; { sh -c 'kill -SEGV $$'; echo $?; } 2>&1 | head -c 18; echo
#### no message for interrupt and pipe
{ sh -c 'kill -INT $$'; echo $?; sh -c 'kill -PIPE $$'; echo $?; } 2>&1
#### shell killed by signal
kill -KILL $$
#### broken pipe ends writer
yes | head -n 1; echo $?
#### break in trap action
trap 'echo t' USR1; for i in 1 2; do kill -USR1 $$; echo $i; done
#### several signals
trap 'echo u1' USR1; trap 'echo u2' USR2; kill -USR1 $$; kill -USR2 $$; echo end
#### trap with exit
trap 'echo leaving; exit 7' TERM; kill -TERM $$; echo no
#### trap action may be long
trap 'for i in 1 2; do echo t$i; done; x=changed' USR1; kill -USR1 $$; echo $x
#### pending trap before exit
trap 'echo t' USR1; kill -USR1 $$
#### exit in a trap keeps the status from before it
trap 'echo bye; exit' 0; exit 3
#### exit in a trap keeps the status of the last command
trap '(exit 1); exit' EXIT; (exit 2)
#### exit in a function in a trap
f() { false; exit; }; trap f EXIT; exit 4
#### exit in a trap of a signal
trap '(exit 2); exit' USR1; kill -USR1 $$; echo no
#### exit in a subshell in a trap
#: expect {"stdout": "2\n0\n", "status": 0}
trap '((exit 2); exit); echo $?' USR1; (exit 1); kill -USR1 $$; echo $?
#### trap ended by an error
trap '(exit 1); : ${x?gone}' USR1; kill -USR1 $$; echo no
#### return in a trap keeps the status from before it
#: expect {"stdout": "inner 1\nZ 0\n", "status": 0}
g() { false; return; }
trap 'g; echo inner $?; (exit 9); return; echo no' USR1
f() { kill -USR1 $$; echo no; }
f; echo Z $?
#### $? in a trap
trap 'echo $?; false; echo $?' USR1; (exit 6); kill -USR1 $$; echo $?
#### saved traps
#: expect {"stdout": "trap -- 'echo \"it'\"'\"'s\"' USR1\nit's\n[]\n", "status": 0}
trap "echo \"it's\"" USR1; saved=$(trap); trap - USR1; echo "$saved"; eval "$saved"; kill -USR1 $$
echo "[$(trap - USR1; trap)]"
#### ended children are gone
sleep 0.1 & p=$!; i=0; while kill -0 $p 2>/dev/null; do i=$((i+1)); [ $i -lt 3000000 ] || exit 1; done; echo gone; wait $p; echo $?
#### ended children are gone from /proc
(exit 7) & p=$!; i=0; while [ -d /proc/$p ]; do i=$((i+1)); [ $i -lt 3000000 ] || exit 1; done; wait $p; echo $?
#### background lists ignore interrupts, and so do their children
(kill -INT $(sh -c 'echo $PPID'); exec sh -c 'kill -INT $$; echo alive') & wait
