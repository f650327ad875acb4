#!/usr/bin/env bash
# What ./dev does, with stand-ins for dpkg, apt-get, cmake, ninja and ctest that write down how they were called.
# Usage: dev_test.sh PATH_OF_DEV
set -euo pipefail

dev=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
failures=0

fake() { # NAME BODY
  printf '#!/usr/bin/env bash\necho "%s $*" >>"%s/calls"\n%s\n' "$1" "$work" "$2" >"$work/bin/$1"
  chmod 755 "$work/bin/$1"
}

# A copy of the script in a project of its own, on a machine where the packages of $work/installed are installed.
fresh() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/bin" "$work/project" "$work/elsewhere"
  cp "$dev" "$work/project/dev"
  touch "$work/project/CMakePresets.json" "$work/calls" "$work/installed"
  chmod 666 "$work/calls"
  chmod 777 "$work/project"
  fake dpkg-query "for p in \"\$@\"; do grep -qx -- \"\$p\" $work/installed && printf 'installed:%s ' \"\$p\"; done; true"
  fake dpkg "grep -qx -- \"\$2\" $work/installed"
  fake apt-get "[[ ! -e $work/apt-fails ]] || { echo 'E: no network'; exit 100; }"
  fake cmake "mkdir -p build/\$2 && touch build/\$2/build.ninja; [[ ! -e $work/cmake-fails ]] || { echo 'bad flag'; exit 1; }"
  fake ninja "echo 'ninja: no work to do.'; [[ ! -e $work/ninja-fails ]]"
  fake ctest 'echo "100% tests passed"'
  local program
  for program in echo-run echo-local echo-sim echo-bench echo-bench-http; do
    mkdir -p "$work/project/build/release/bin"
    cp "$work/bin/ctest" "$work/project/build/release/bin/$program"
    printf '#!/usr/bin/env bash\necho "%s in $PWD: $*"\n' "$program" >"$work/project/build/release/bin/$program"
  done
}
all_installed() { sed -n '/^packages=(/,/^)/p' "$dev" | sed '1d;$d;s/#.*//' | tr -s ' ' '\n' | sed '/^$/d' >"$work/installed"; }

run() { # ARGUMENT…: from another folder, output in $out, exit code in $code
  code=0
  out=$(cd "$work/elsewhere" && PATH="$work/bin:$PATH" "${as[@]}" "$work/project/dev" "$@" 2>&1) || code=$?
}
as=(env)
as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups env)

expect() { # DESCRIPTION CONDITION…
  if ! "${@:2}"; then
    echo "FAILED: $1; exit code $code, output:"
    echo "$out"
    echo "calls:"
    cat "$work/calls"
    failures=$((failures + 1))
  fi
}
called() { grep -q -- "^$1" "$work/calls"; }
not_called() { ! called "$1"; }
says() { [[ $out == *"$1"* ]]; }
exits() { [[ $code == "$1" ]]; }

fresh
run help
expect "help lists the commands" says "./dev sim"
expect "help installs nothing" not_called dpkg
run
expect "no command is a call for help" exits 0
run nonsense
expect "an unknown command is an error" exits 1
expect "an unknown command is named" says 'there is no command "nonsense"'

if ((EUID == 0)); then
  fresh
  run run --once
  expect "missing packages are installed" called "apt-get install --yes --no-install-recommends --no-remove .*clang-19"
  expect "the package lists are read first" called "apt-get update"
  expect "what is installed is said" says "dev: installing clang-19"
  expect "the program is run" says "echo-run in $work/elsewhere: --once"

  fresh
  all_installed
  sed -i '/^ccache$/d' "$work/installed"
  run run
  expect "only what is missing is installed" called "apt-get install --yes --no-install-recommends --no-remove ccache$"

  fresh
  touch "$work/apt-fails"
  run run
  expect "a failed installation stops" exits 1
  expect "a failed installation shows why" says "E: no network"
  expect "nothing is built then" not_called ninja

  fresh
  all_installed
  sed -i 's/^libboost1.81-dev$/libboost1.74-dev/' "$work/installed"
  run run
  expect "the old Boost stops" exits 1
  expect "the old Boost is named" says "libboost1.74-dev"
  expect "the old Boost is not touched" not_called apt-get

  fresh
  as=("${as_nobody[@]}")
  run run
  as=(env)
  expect "someone who is not root is told the command" says "run as root: apt-get update && apt-get install --yes"
  expect "and nothing more happens" not_called apt-get
  expect "and that is an error" exits 1
fi

fresh
all_installed
run run -f file.yaml "two words"
expect "a full machine is left alone" not_called apt-get
expect "the first call configures" called "cmake --preset release"
expect "only the program and what it starts is built" called "ninja -j [0-9]* echo-run echo-operator echo-fakeapi$"
expect "arguments and folder reach the program" says "echo-run in $work/elsewhere: -f file.yaml two words"
: >"$work/calls"
run run
expect "the second call does not configure" not_called cmake
expect "the second call says one line" [ "$out" = "ninja: no work to do.
echo-run in $work/elsewhere: " ]
: >"$work/calls"
run run --once --embedded -f "two words"
expect "--embedded builds one program" called "ninja -j [0-9]* echo-local$"
expect "--embedded runs it with the other arguments" says "echo-local in $work/elsewhere: --once -f two words"
touch -d '+1 minute' "$work/project/CMakePresets.json"
run sim replay
expect "changed presets configure again" called "cmake --preset release"
expect "sim runs the simulator" says "echo-sim in $work/elsewhere: replay"
run bench
expect "bench runs the benchmarks" says "echo-bench in"
run bench wire --seconds 1
expect "bench wire runs those over real sockets" says "echo-bench-http in"

fresh
all_installed
run test -R Queue --sanitize
expect "test builds everything" called "ninja -j [0-9]* all$"
expect "--sanitize chooses the preset and the rest goes to ctest" called "ctest --preset sanitize -j 2 -R Queue$"
expect "the last line is ctest's" [ "${out##*$'\n'}" = "100% tests passed" ]
run test
expect "test uses the release preset" called "ctest --preset release -j 2$"

fresh
all_installed
mkdir -p "$work/project/build/release/package"
touch "$work/project/build/release/package/echo-operator_0.deb"
run package
expect "package builds the package" called "ninja -j [0-9]* deb$"
expect "and says where it is" says "made build/release/package/echo-operator_0.deb"
run package it
expect "package takes nothing" exits 1

fresh
all_installed
touch "$work/cmake-fails"
run test
expect "a failed configuration stops" exits 1
expect "a failed configuration shows why" says "bad flag"
rm "$work/cmake-fails"
run test
expect "and is tried again" called "ctest"

fresh
all_installed
touch "$work/ninja-fails"
run test
expect "a failed build stops" exits 1
expect "and no old tests are run" not_called ctest

((failures == 0)) || exit 1
echo "all good"
