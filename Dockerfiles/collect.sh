#!/bin/sh
# Copies files and folders into a new root, keeping their paths, with the shared libraries that programs need.
#   collect.sh ROOT PATH...
# This is how every image here gets onto `scratch`: what is copied is what runs, and nothing else.
set -eu

root=$1
shift
mkdir -p "$root"
root=$(cd "$root" && pwd)
cd /  # cp --parents looks for the folders of an absolute path from here
for path; do
  needed=
  [ -d "$path" ] || needed=$(ldd "$path" 2>/dev/null || true)
  case $needed in
    *'not found'*)
      echo "collect.sh: $path needs a library that is not installed here; add its package to the Dockerfile:" >&2
      echo "$needed" | grep 'not found' >&2
      exit 1 ;;
  esac
  # Links become what they point to. Times are kept, so that the same libraries make the same layer.
  echo "$path $(echo "$needed" | grep -o '/[^ ]*' | tr '\n' ' ')" | tr ' ' '\n' | sed '/^$/d' |
    xargs cp --recursive --parents --dereference --preserve=mode,timestamps --target-directory "$root"
done
