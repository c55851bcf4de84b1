#!/usr/bin/env bash
# Builds the health page: type check, bundle, and with --test its unit tests.
#
#   tools/dashboard/build.sh [OUT]      index.html, app.js and app.css into OUT (default: build/dashboard of the source tree)
#   tools/dashboard/build.sh --test     unit tests of the page's pure functions
#   tools/dashboard/build.sh --modules  prints the folder whose node_modules holds the packages, installing them if needed
#
# Nothing is written into the source folder. Packages lie under ${CUSTODY_CACHE:-~/.cache/custody}/dashboard in one folder per
# package-lock.json, so several trees and several lock files share the cache without disturbing each other; sources are copied
# to a work folder beside them, because module resolution walks up from the real place of a file.
# Run again with nothing changed, it compares one digest and ends. Files in OUT are touched only when their bytes differ.
# Needs node 18.20 or newer and npm; the network only when package-lock.json is new to this cache.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cache=${CUSTODY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/custody}/dashboard
assets=(index.html app.js app.css)
limit_bytes=150000

fail() { echo "tools/dashboard/build.sh: $*" >&2; exit 1; }
digest() { sha256sum | cut -c1-16; }

mode=build out=
case ${1:-} in
  --test) mode="test" ;;
  --modules) mode=modules ;;
  -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) fail "unknown option $1 (see --help)" ;;
  *) out=${1:-$here/../../build/dashboard} ;;
esac

lock_id=$({ cat "$here/package-lock.json"; uname -sm; } | digest)
modules=$cache/$lock_id
work=$modules/tree-$(printf %s "$here" | digest)

inputs() { (cd "$here" && find . -type f -not -name '*.md' -not -path './node_modules/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum); }

built() { # all assets there, and made from exactly these inputs
  local asset
  for asset in "${assets[@]}"; do [[ -s $out/$asset ]] || return 1; done
  [[ -f $out/.stamp && $(<"$out/.stamp") == "$stamp" ]]
}

install_packages() { # into a folder of its own, moved into place whole: a cut-off install is never taken for a finished one
  [[ -d $modules/node_modules ]] && return
  { command -v node && command -v npm; } >/dev/null || fail "node 18.20 or newer and npm are needed (apt install nodejs npm)"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 20) ? 0 : 1)' ||
    fail "node $(node --version) is too old: 18.20 or newer is needed"
  echo "dashboard: installing packages into $modules" >&2
  rm -rf "$modules/incoming" && mkdir -p "$modules/incoming"
  cp "$here/package.json" "$here/package-lock.json" "$modules/incoming/"
  local attempt
  for attempt in 1 2 3; do  # a registry that resets a connection is no reason to build everything again
    (cd "$modules/incoming" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) && break
    ((attempt < 3)) || fail "npm ci failed; it needs a package registry the first time, and again after package-lock.json changed"
    echo "dashboard: npm ci failed; trying again in $((attempt * 5)) s" >&2
    sleep $((attempt * 5))
  done
  cp "$here/package.json" "$modules/"
  mv "$modules/incoming/node_modules" "$modules/node_modules"
  rm -rf "$modules/incoming"
}

copy_sources() { # an exact mirror: a file deleted in the tree is gone in the copy as well
  rm -rf "$work" && mkdir -p "$work"
  (cd "$here" && tar cf - --exclude=./node_modules .) | tar xf - -C "$work"
}

if [[ $mode == build ]]; then
  mkdir -p "$out" && out=$(cd "$out" && pwd -P)
  stamp=$(inputs | digest)
  built && exit 0
fi

mkdir -p "$modules"
exec 9>"$modules/lock" && flock 9
install_packages
if [[ $mode == modules ]]; then echo "$modules"; exit 0; fi

copy_sources
cd "$work"
bin=$modules/node_modules/.bin
if [[ $mode == test ]]; then exec "$bin/vitest" run; fi

"$bin/tsc" --noEmit
"$bin/vite" build --logLevel warn --outDir "$work/dist" --emptyOutDir
total=0
for asset in "${assets[@]}"; do
  [[ -s dist/$asset ]] || fail "the bundle has no $asset"
  total=$((total + $(stat -c %s "dist/$asset")))
done
[[ $(find dist -type f | wc -l) == "${#assets[@]}" ]] || fail "the bundle has files that nobody embeds: $(find dist -type f | tr '\n' ' ')"
((total <= limit_bytes)) || fail "the page grew to $total bytes; at most $limit_bytes are embedded"
for asset in "${assets[@]}"; do
  cmp -s "dist/$asset" "$out/$asset" || { cp "dist/$asset" "$out/$asset.new" && mv "$out/$asset.new" "$out/$asset"; }
done
printf %s "$stamp" >"$out/.stamp"
echo "dashboard: $total bytes in $out" >&2
