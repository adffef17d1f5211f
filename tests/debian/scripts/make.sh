#!/bin/bash
# Rules, pattern rules, functions of make, parallel jobs, rebuilding what changed.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cat >Makefile <<'END'
names := $(foreach n,$(shell seq 12),part$(n))
outputs := $(names:%=out/%.sum)
double = $(1)$(1)
.PHONY: all clean show
all: total report
total: $(outputs)
	@cat $^ | awk '{ s += $$1 } END { print s }' >$@
	@echo "made $@ from $(words $^) files"
out/%.sum: src/%.txt | out
	@cksum <$< | cut -d' ' -f1 >$@
	@echo "made $@"
out:
	@mkdir -p $@
report: total
	@printf 'total %s\n' "$$(cat total)" >$@
show:
	@echo $(sort $(names)) $(words $(names)) $(lastword $(names))
	@echo $(filter %1 %2,$(names)) $(patsubst part%,p%,$(firstword $(names)))
	@echo $(call double,ab) $(if $(wildcard total),yes,no) $(subst a,b,banana) $(strip   x   y )
	@echo $(origin double) $(flavor names) $(notdir out/x.sum) $(dir out/x.sum) $(basename x.sum) $(suffix x.sum)
clean:
	@rm -rf out total report
fails:
	@echo about to fail
	@exit 3
ignored:
	-@false
	@echo went on
ifeq ($(MODE),quick)
mode = quick
else
mode = thorough
endif
mode:
	@echo $(mode)
END
mkdir src
for n in $(seq 12); do seq "$n" $((n * 30)) >"src/part$n.txt"; done
touch -d '2020-01-01' src/*

echo "== all"
make --no-print-directory | sort
cat report
echo "== nothing to do"
make --no-print-directory
echo "== one file changed"
touch -d '2019-01-01' out/part7.sum
make --no-print-directory
echo "== functions"
make --no-print-directory show
make --no-print-directory mode MODE=quick
make --no-print-directory mode
echo "== dry run, failures"
make --no-print-directory clean
make --no-print-directory -n total | tail -n 3
make --no-print-directory fails
echo "status $?"
make --no-print-directory ignored 2>/dev/null
echo "status $?"
make --no-print-directory absent 2>&1 | sed 's/  Stop\.$//'
echo "== parallel"
make --no-print-directory -j 4 2>&1 | sort
make --no-print-directory clean
echo "== recursion"
for d in one two three; do
  mkdir "$d"
  printf 'all: file\nfile:\n\t@echo building in $(notdir $(CURDIR)); echo %s >file\n' "$d" >"$d/Makefile"
done
printf '%s\n' 'dirs = one two three' 'all: $(dirs)' '.PHONY: $(dirs)' '$(dirs):' '	@$(MAKE) --no-print-directory -C $@' >Outer
make --no-print-directory -f Outer
cat one/file two/file three/file
make --no-print-directory -f Outer
make -v | head -n 1
