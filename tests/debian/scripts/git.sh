#!/bin/bash
# A repository with branches, merges, conflicts, a clone, packing and a bisection.
set -eu
export HOME=/tmp/git-home GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
export GIT_AUTHOR_NAME=Author GIT_AUTHOR_EMAIL=author@example.org GIT_COMMITTER_NAME=Committer GIT_COMMITTER_EMAIL=committer@example.org
mkdir -p "$HOME"
work=$(mktemp -d)
trap 'rm -rf "$work" "$HOME"' EXIT
cd "$work"
# Dates are set, so that the names of commits are the same in every run.
tick=1700000000
commit() {
  tick=$((tick + 60))
  GIT_AUTHOR_DATE="$tick +0000" GIT_COMMITTER_DATE="$tick +0000" git commit -q -m "$1"
}

echo "== first commits"
git init -q -b main repository
cd repository
# No threads: they are not what is tested.
git config pack.threads 1
for n in 1 2 3 4 5 6 7 8; do
  seq $((n * 10)) >numbers
  mkdir -p "dir$((n % 3))"
  echo "file $n" >"dir$((n % 3))/file$n"
  git add .
  commit "Commit $n"
done
git log --format='%h %s %an %ct'
git ls-tree -r --name-only HEAD
git status --short

echo "== branches and merges"
git checkout -q -b feature HEAD~3
echo feature >feature
git add feature
commit "Add a feature"
sed -i '5s/.*/five/' numbers
git commit -q -a -m x --dry-run >/dev/null || true
git add numbers
commit "Write five"
git checkout -q main
tick=$((tick + 60))
export GIT_AUTHOR_DATE="$tick +0000" GIT_COMMITTER_DATE="$tick +0000"
git merge -q --no-edit feature
unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
git log --graph --format=%s | head -n 12
sed -n '4,6p' numbers

echo "== a conflict"
git checkout -q -b left
sed -i '1s/.*/left/' numbers
git add numbers
commit "Left"
git checkout -q -b right HEAD~1
sed -i '1s/.*/right/' numbers
git add numbers
commit "Right"
if git merge left >/dev/null 2>&1; then echo "merged?"; else echo "conflict"; fi
git diff --name-only --diff-filter=U
head -n 5 numbers | sed 's/^\(>>>>>>>\|<<<<<<<\).*/\1/'
git checkout -q --ours numbers
git add numbers
commit "Keep right"
git show --stat --format=%s HEAD | head -n 3

echo "== differences"
git diff --stat main~4 main
git diff HEAD~2 HEAD -- numbers | tail -n +3 | head -n 8
git blame -s numbers | head -n 3 | cut -c10-
git log --oneline --follow -- feature | cut -d' ' -f2-
git grep -n 'file [135]' main | sort

echo "== stash, tags, rebase"
echo changed >>feature
git stash -q
git stash list | sed 's/[0-9a-f]\{7\}/COMMIT/'
git stash pop -q
git checkout -q -- feature
tick=$((tick + 60))
GIT_COMMITTER_DATE="$tick +0000" git tag -a v1 -m "Version one" main
git describe main
git checkout -q -b topic main~2
echo topic >topic
git add topic
commit "Topic"
tick=$((tick + 60))
GIT_COMMITTER_DATE="$tick +0000" git rebase -q main
git log --format='%h %s' -2

echo "== clone, fetch, pack"
cd ..
git clone -q repository copy
cd copy
git fsck --full --no-dangling 2>&1 | tail -n 1
git branch -a | sort
echo more >more
git add more
commit "More"
git bundle create -q ../bundle topic~1..topic
cd ../repository
git bundle verify -q ../bundle
git bundle unbundle ../bundle
git update-ref refs/heads/from-copy "$(git -C ../copy rev-parse HEAD)"
git rev-parse from-copy
git gc -q
git count-objects -v | grep -E '^(count|in-pack|packs)'
git fsck --full --no-dangling && echo sound

echo "== bisection and patches"
git bisect start main main~6 >/dev/null
git bisect run sh -c 'test "$(wc -l <numbers)" -lt 60' | grep -c 'is the first bad commit'
git bisect log | grep -c '^git bisect'
git bisect reset >/dev/null 2>&1
git format-patch -q -1 --stdout main~1 | grep -c '^[-+]'
git archive main | tar -tf - | wc -l
git rev-list --count --all
