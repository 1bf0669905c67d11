#!/usr/bin/env bash
# A pipeline on Linux, without PowerShell: services one image of an install.wim from end to end.
#
#   service-image.sh install.wim 1 payload [source.wim]
#
# Mounts the image, scans its component store, repairs it from the same image of source.wim where it is damaged, copies the payload into it, saves, and shows the
# result. It ends with the exit code of dismts: 0 done, 65 damaged and not repaired, 75 busy, try again, others failed. Needs root, as in a container with --privileged.
# DISMTS names the program where it is not on the PATH.
set -euo pipefail
image=$1 index=$2 payload=$3 source=${4-}
dismts=${DISMTS:-dismts}
mount=$(mktemp -d)
mounted= keep=

# Whatever ends the script, also Ctrl+C: only the mount that this run has made is taken back. What could not be saved stays staged, and is told.
finish() {
  local code=$?
  trap - EXIT
  if [ -n "$keep" ]; then
    echo "service-image: not saved; the changes stay staged: dismts unmount $mount --save" >&2
  elif [ -n "$mounted" ]; then
    "$dismts" unmount "$mount" --discard --mount-id "$mounted" --quiet || true
  fi
  [ -n "$keep" ] || rmdir "$mount" 2>/dev/null || true
  echo "service-image: exit code $code"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# The identity is all that is wanted of the result; there need not be a JSON parser in the container.
mounted=$("$dismts" mount "$image" "$mount" --index "$index" --json | sed -n 's/^ *"mountId": "\(.*\)".*/\1/p')

if [ -d "$mount/Windows/WinSxS" ]; then
  "$dismts" scan "$mount" --progress || {
    code=$?
    # 65 is damage; everything else means that the scan could not be made.
    [ "$code" -eq 65 ] && [ -n "$source" ] || exit "$code"
    "$dismts" repair "$mount" --source "WIM:$source:$index" --progress
  }
fi

cp -r --no-preserve=ownership "$payload/." "$mount/"
keep=yes
"$dismts" unmount "$mount" --save --mount-id "$mounted" --progress
keep= mounted=
"$dismts" info "$image" --index "$index"
