#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image: Python, the grader, and a try with the reference itself.
set -euo pipefail

root=${AUTOGRADER_ROOT:-/autograder}
source=$root/source
extras=$(cat "$source/extras")
python=

main() {
    find_python || install_python
    "$python" -m venv "$root/grader"
    "$root/grader/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        "$(ls "$source"/dlgrader-*.whl)$extras"
    chmod -R go= "$source" # what is expected is here; hand-ins run as another user
    mkdir -p "$root/cache"
    GRADER_CACHE=$root/cache "$root/grader/bin/python" -I -m grader.kits.autograder "$root" --try
    chmod -R go= "$root/cache"
}

find_python() {
    for each in python3.13 python3.12 python3.11 python3.14 python3; do
        if command -v "$each" >/dev/null &&
            "$each" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$each
            return 0
        fi
    done
    return 1
}

install_python() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    for version in 3.13 3.12 3.11; do
        if apt-get -qq install -y --no-install-recommends "python$version" "python$version-venv" >/dev/null 2>&1; then
            find_python && return 0
        fi
    done
    echo "No Python 3.11 or newer could be installed; choose a newer base image." >&2
    exit 1
}

main
