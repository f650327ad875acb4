#!/usr/bin/env bash
# The Debian package holds what it should, says what it needs, and its programs run from where they are unpacked.
# Usage: package_test.sh BUILD_FOLDER. Exit code 77: skipped, there are no Debian tools.
set -euo pipefail
build=$1
for tool in dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null || {
    echo "skipped: there is no $tool"
    exit 77
  }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}

# CPack gives folders what the umask leaves; ./dev package sets the same.
(umask 022 && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$folder/out" \
  -D CPACK_OUTPUT_FILE_PREFIX="$folder/out") >"$folder/log" 2>&1 || {
  cat "$folder/log"
  exit 1
}
deb=$(find "$folder/out" -maxdepth 1 -name 'echo-operator_*.deb')
[[ -f $deb ]] || fail "there is no package"

dpkg-deb -c "$deb" | awk '$1 !~ /^d/ {print $1, $2, $6}' | sort -k3 >"$folder/files"
for program in echo-operator echo-fakeapi echo-sim; do
  echo "-rwxr-xr-x root/root ./usr/bin/$program"
  echo "-rw-r--r-- root/root ./usr/share/man/man1/$program.1.gz"
done >"$folder/wanted"
for file in echo-operator/crds/echoes.example.com.yaml doc/echo-operator/changelog.gz doc/echo-operator/copyright \
  doc/echo-operator/examples/echo-example.yaml; do
  echo "-rw-r--r-- root/root ./usr/share/$file"
done >>"$folder/wanted"
diff <(sort -k3 "$folder/wanted") "$folder/files" || fail "the files differ from what is wanted (<)"
dpkg-deb -c "$deb" | awk '$1 ~ /^d/ && $1 != "drwxr-xr-x"' | grep . && fail "folders that not everybody can read"

depends=$(dpkg-deb -f "$deb" Depends)
for library in libc6 libssl3 libspdlog1.10 libyaml-cpp0.7 libstdc++6; do
  [[ $depends == *"$library"* ]] || fail "Depends does not name $library: $depends"
done
[[ $(dpkg-deb -f "$deb" Package) == echo-operator ]] || fail "the package's name"

dpkg-deb -x "$deb" "$folder/root"
for program in echo-operator echo-fakeapi echo-sim; do
  "$folder/root/usr/bin/$program" --help >"$folder/help" || fail "$program --help"
  readelf -S "$folder/root/usr/bin/$program" | grep -q '\.debug_info' && fail "$program has debugging information"
  readelf -d "$folder/root/usr/bin/$program" | grep -qE 'RPATH|RUNPATH' && fail "$program looks for libraries elsewhere"
done
"$folder/root/usr/bin/echo-sim" run --runs 3 >"$folder/sim" || fail "the packed simulator"

if command -v lintian >/dev/null; then
  # The manual's word on initial uploads to Debian does not concern us.
  lintian --no-cfg --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$deb" || fail "lintian"
else
  echo "lintian is not installed: not asked"
fi
exit $failed
