#!/bin/sh
# Copies files and folders into a new root, keeping their paths, with the shared libraries that programs need.
#   collect.sh ROOT PATH...
# This is how every image here gets onto `scratch`: what is copied is what runs, and nothing else. It comes last, after
# what the Dockerfile makes in ROOT itself, and gives all of it one time: the same files make the same layer.
#
# Of each Debian package that a file comes from, name and version come along where scanners look for them
# (/var/lib/dpkg/status.d), and its licence. tools/sbom lists them.
#   PROGRAMS       programs that go elsewhere: their libraries are copied, not they
#   COMPILED_IN    packages whose code is inside of programs, with no file to show for it
set -eu

root=$1
shift
mkdir -p "$root"
root=$(cd "$root" && pwd)
made=$(mktemp)
(cd "$root" && find . ! -type d) >"$made"
cd /  # cp --parents looks for the folders of an absolute path from here

for path in "$@" ${PROGRAMS:-} /etc/os-release; do
  needed=
  [ -d "$path" ] || needed=$(ldd "$path" 2>/dev/null || true)
  case $needed in
    *'not found'*)
      echo "collect.sh: $path needs a library that is not installed here; add its package to the Dockerfile:" >&2
      echo "$needed" | grep 'not found' >&2
      exit 1 ;;
  esac
  case " ${PROGRAMS:-} " in *" $path "*) path= ;; esac
  # Links become what they point to.
  echo "$path $(echo "$needed" | grep -o '/[^ ]*' | tr '\n' ' ')" | tr ' ' '\n' | sed '/^$/d' |
    xargs cp --recursive --parents --dereference --preserve=mode --target-directory "$root"
done

# The package that each copied file is from, `-` where there is none: of a link, whose it points to is. /lib is
# /usr/lib on Debian, whatever a package calls it.
owners() {
  (cd "$root" && find . ! -type d) | grep -vxFf "$made" | sed 's,^\.,,' | xargs realpath | sort -u | awk '
    function plain(path) { sub("^/usr/", "/", path); return path }
    FILENAME != "-" {
      package = FILENAME; gsub(".*/|[.]list$", "", package)
      owner[plain($0)] = package
      next
    }
    # Written by a program of its package when that is installed.
    $0 == "/etc/ssl/certs/ca-certificates.crt" { print "ca-certificates", $0; next }
    { print (plain($0) in owner ? owner[plain($0)] : "-"), $0 }' /var/lib/dpkg/info/*.list -
}
found=$(owners)
if echo "$found" | grep '^- ' >&2; then
  echo "collect.sh: these files belong to no package, so no list of what is in the image would name them" >&2
  exit 1
fi
facts=$root/var/lib/dpkg/status.d
mkdir -p "$facts"
for package in $(echo "$found" | cut -d ' ' -f 1 | sort -u) ${COMPILED_IN:-}; do
  name=${package%%:*}
  dpkg-query --status "$package" >"$facts/$name"
  licence=usr/share/doc/$name/copyright
  # The compiler's own libraries have theirs with the compiler.
  [ -f "$licence" ] || licence=$(echo usr/share/doc/gcc-*-base/copyright)
  cp --parents --dereference --preserve=mode "$licence" "$root"
done
rm "$made"
find "$root" -exec touch --no-dereference --date=@0 {} +
