#!/bin/sh
# Copies files into a new root, keeping their paths, with the shared libraries that they need.
#   collect.sh ROOT FILE...
# This is how every image here gets onto `scratch`: what is copied is what runs, and nothing else.
set -eu

root=$1
shift
mkdir -p "$root"
root=$(cd "$root" && pwd)
cd /  # cp --parents looks for the folders of an absolute path from here
for file; do
  needed=$(ldd "$file" 2>/dev/null || true)
  case $needed in
    *'not found'*)
      echo "collect.sh: $file needs a library that is not installed here; add its package to the Dockerfile:" >&2
      echo "$needed" | grep 'not found' >&2
      exit 1 ;;
  esac
  # Times are kept, so that the same libraries make the same layer.
  echo "$file $(echo "$needed" | grep -o '/[^ ]*' | tr '\n' ' ')" | tr ' ' '\n' | sed '/^$/d' |
    xargs cp --parents --dereference --preserve=mode,timestamps --target-directory "$root"
done
