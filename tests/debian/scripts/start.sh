#!/bin/bash
# As little as shows that programs start, end and take turns.
for n in 1 2 3; do
  /bin/cat </dev/null | /bin/cat
  echo "round $n" | sed 's/round/turn/'
done
exit 4
