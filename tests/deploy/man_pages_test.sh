#!/usr/bin/env bash
# The manual pages name each option and command that --help names, and none that it does not.
# Usage: man_pages_test.sh PROGRAM_FOLDER PAGE_FOLDER
set -euo pipefail
programs=$1
pages=$2
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}
# The subcommands: the indented words at the end of a help.
commands_of() { "$@" --help | sed -n '/^Subcommands:/,$p' | sed -nE 's/^  ([a-z]+) .*/\1/p'; }
options_of() { "$@" --help | sed -nE 's/^  (-[^ ]+).*/\1/p' | tr ',' '\n'; }

for program in echo-operator echo-fakeapi echo-sim; do
  page=$pages/$program.1
  # The page's words without groff's: requests, fonts and escaped hyphens.
  text=$(sed -E 's/\\f[A-Z]//g; s/\\-/-/g' "$page")
  wanted=$({
    options_of "$programs/$program"
    for command in $(commands_of "$programs/$program"); do options_of "$programs/$program" "$command"; done
  } | sort -u)
  # Options stand in the headings of paragraphs: the line after .TP.
  found=$(grep -A1 '^\.TP' <<<"$text" | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u)
  if ! diff <(echo "$wanted") <(echo "$found"); then
    fail "$program: --help (<) and $page (>) name different options"
  fi
  for command in $(commands_of "$programs/$program"); do
    grep -qE "^\.B $program $command" <<<"$text" || fail "$page does not name the command $command"
  done
  # The words after "Exit codes:" number what the page's section has.
  help_codes=$("$programs/$program" --help | tr '\n' ' ' | grep -oE 'Exit codes: .*' | sed 's/Usage:.*//' |
    grep -oE '(^|[:,]) *[0-9]+ ' | grep -oE '[0-9]+' | sort -n)
  page_codes=$(sed -n '/^\.SH EXIT STATUS/,/^\.SH [^E]/p' <<<"$text" | sed -nE 's/^\.B ([0-9]+)$/\1/p' | sort -n)
  [[ $help_codes == "$page_codes" ]] || fail "$program: exit codes in --help: ${help_codes//$'\n'/ }, in $page: ${page_codes//$'\n'/ }"
  if command -v groff >/dev/null; then
    complaints=$(groff -man -Tutf8 -ww -z "$page" 2>&1)
    [[ -z $complaints ]] || fail "groff: $complaints"
  fi
done
exit $failed
