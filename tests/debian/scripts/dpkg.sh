#!/bin/bash
# A package built, inspected, installed into a data base of its own, upgraded, removed and purged.
set -u
# Messages name it.
work=/tmp/dpkg-work
mkdir "$work" || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
umask 022
export SOURCE_DATE_EPOCH=1700000000 TZ=UTC

build() {
  local version=$1 tree=build-$1
  mkdir -p "$tree/DEBIAN" "$tree/usr/share/doc/sample" "$tree/usr/bin" "$tree/etc/sample"
  cat >"$tree/DEBIAN/control" <<END
Package: sample
Version: $version
Architecture: all
Maintainer: Nobody <nobody@example.org>
Section: misc
Priority: optional
Description: sample package
 It has a program and a configuration file.
END
  echo /etc/sample/conf >"$tree/DEBIAN/conffiles"
  for script in preinst postinst prerm postrm; do
    printf '#!/bin/sh\necho "%s %s $1"\n' "$script" "$version" >"$tree/DEBIAN/$script"
    chmod 755 "$tree/DEBIAN/$script"
  done
  printf '#!/bin/sh\necho sample %s "$@"\n' "$version" >"$tree/usr/bin/sample"
  chmod 755 "$tree/usr/bin/sample"
  seq 500 >"$tree/usr/share/doc/sample/numbers"
  echo "version of the file: 1" >"$tree/etc/sample/conf"
  find "$tree" -exec touch -h -d @$SOURCE_DATE_EPOCH {} +
  dpkg-deb -Zgzip --root-owner-group --build "$tree" "sample_$version.deb"
}

echo "== building"
build 1.0-1
build 1.2-1
dpkg-deb --info sample_1.0-1.deb | sed 's/[0-9]* bytes/N bytes/'
dpkg-deb --contents sample_1.0-1.deb
dpkg-deb --field sample_1.2-1.deb Package Version
dpkg-deb --fsys-tarfile sample_1.0-1.deb | tar -tf - | wc -l
mkdir unpacked
dpkg-deb --raw-extract sample_1.0-1.deb unpacked
diff -r build-1.0-1 unpacked && echo "same tree"

echo "== versions"
for pair in '1.0-1 lt 1.2-1' '1.10 gt 1.9' '1:0 gt 2' '1.0~rc1 lt 1.0' '2.0-1 eq 2.0-1' '1.0a lt 1.0'; do
  set -- $pair
  dpkg --compare-versions "$1" "$2" "$3" && echo "$pair: yes" || echo "$pair: no"
done

echo "== installation"
root=$work/root
mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/log" "$root/bin" "$root/usr/bin"
: >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
# Scripts run outside of the new root, which has no shell.
manage() { dpkg --root="$root" --force-not-root --force-script-chrootless --log=/dev/null "$@" 2>&1; }
manage --install sample_1.0-1.deb | grep -v '^(Reading database'
dpkg --root="$root" --status sample | grep -E '^(Package|Status|Version)'
dpkg --root="$root" --listfiles sample | sort
"$root/usr/bin/sample" a b
dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${Version} ${db:Status-Abbrev}\n'
dpkg --root="$root" --search numbers | sed "s|$root||"
dpkg --root="$root" --verify sample && echo verified

echo "== upgrade, with a changed configuration file"
echo "changed here" >"$root/etc/sample/conf"
echo "damaged" >"$root/usr/share/doc/sample/numbers"
dpkg --root="$root" --verify sample
manage --force-confold --install sample_1.2-1.deb | grep -v '^(Reading database'
cat "$root/etc/sample/conf"
wc -l <"$root/usr/share/doc/sample/numbers"
"$root/usr/bin/sample"
manage --refuse-downgrade --install sample_1.0-1.deb | tail -n 1

echo "== removal"
manage --remove sample | grep -v '^(Reading database'
test -e "$root/usr/bin/sample" || echo "program gone"
test -e "$root/etc/sample/conf" && echo "configuration kept"
dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${db:Status-Abbrev}\n'
manage --purge sample | grep -v '^(Reading database'
test -e "$root/etc/sample" || echo "configuration gone"
manage --install absent.deb | head -n 1
echo "status ${PIPESTATUS[0]}"
exit 1
