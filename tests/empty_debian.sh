#!/usr/bin/env bash
# A newcomer's first minute, on a fresh Debian with python3, make and git and nothing else: a clone of what is committed
# here runs `make demo`, and a wheel made of it grades in an environment of its own.
#
#   tests/empty_debian.sh          make demo, the wheel
#   tests/empty_debian.sh test     make test after them
#
# What it needs, and how to choose another system: tests/fresh_root.sh.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=tests/fresh_root.sh
. tests/fresh_root.sh
clone=/home/newcomer/dlgrader

main() {
    check_root
    trap leave_root EXIT
    [ -x "$root/usr/bin/git" ] || bootstrap python3 make git
    rm -rf "$root$clone"
    git clone --quiet . "$root$clone"
    mount_all
    told "make demo" make -C "$clone" demo
    told "the wheel" sh -euc "$wheel" "$clone"
    [ "${1:-}" != test ] || told "make test" make -C "$clone" test
}

told() {
    echo "== $1"
    shift
    time inside "$@"
}

# shellcheck disable=SC2016  # the shell inside reads it
wheel='
cd "$(mktemp -d)"
"$0/.venv/bin/python" -m pip wheel --quiet --no-deps "$0"
python3 -m venv clean
clean/bin/pip install --quiet --disable-pip-version-check "$(ls "$PWD"/dlgrader-*.whl)[pdf,book]"
PATH="$PWD/clean/bin:$PATH"
grader grade "$0/submissions_example/gatech-cs7643-a1/hand-in-03" --rubric gatech-cs7643-a1 -o results
grader init hw1
grader batch hw1/submissions --rubric hw1 -o hw1-results
ls -l results/hand-in-03
'

main "$@"
