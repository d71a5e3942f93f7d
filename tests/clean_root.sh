#!/usr/bin/env bash
# Try an autograder zip where nothing is installed: a fresh Debian or Ubuntu in a folder, as root,
# with 768 MB and half a core.
#
#   tests/clean_root.sh autograder.zip HAND-IN [results.json]
#
# What it needs, and how to choose another system: tests/fresh_root.sh.
set -euo pipefail

zip=$(realpath "$1")
hand_in=$(realpath "$2")
written=${3:-results.json}
# shellcheck source=tests/fresh_root.sh
. "$(dirname "$0")/fresh_root.sh"
memory=$((768 << 20))
group=clean-root-$$
groups=()

main() {
    check_root
    trap leave EXIT
    [ -x "$root/bin/bash" ] || bootstrap
    unpack
    mount_all
    if [ ! -f "$root/autograder/ready" ]; then
        echo "== setup.sh"
        time inside bash /autograder/source/setup.sh
        touch "$root/autograder/ready"
    fi
    limit
    echo "== run_autograder with ${limits[*]:-no limits}"
    time (enter && inside /autograder/run_autograder)
    peak
    cp "$root/autograder/results/results.json" "$written"
    echo "== $written"
}

# As Gradescope lays it out: the zip in source/, run_autograder copied out of it, the upload in submission/.
unpack() {
    mkdir -p "$root/autograder/results"
    rm -rf "$root/autograder/submission" "$root/autograder/results/results.json"
    if [ -d "$hand_in" ]; then
        cp -r "$hand_in" "$root/autograder/submission"
    else
        python3 -m zipfile -e "$hand_in" "$root/autograder/submission"
    fi
    if [ ! -f "$root/autograder/ready" ]; then
        rm -rf "$root/autograder/source"
        python3 -m zipfile -e "$zip" "$root/autograder/source"
        cp "$root/autograder/source/run_autograder" "$root/autograder/run_autograder"
        chmod +x "$root/autograder/run_autograder"
    fi
}

# Memory and processor by cgroups of either version, where they can be written.
limit() {
    limits=()
    local at=/sys/fs/cgroup
    if [ -f $at/cgroup.controllers ]; then
        grep -q memory $at/cgroup.subtree_control || echo "+memory +cpu" >$at/cgroup.subtree_control 2>/dev/null || return 0
        mkdir "$at/$group" 2>/dev/null || return 0
        groups+=("$at/$group")
        echo $memory >"$at/$group/memory.max" && limits+=(768\ MB)
        echo "50000 100000" >"$at/$group/cpu.max" && limits+=(half\ a\ core)
        return 0
    fi
    if mkdir "$at/memory/$group" 2>/dev/null; then
        groups+=("$at/memory/$group")
        echo $memory >"$at/memory/$group/memory.limit_in_bytes" && limits+=(768\ MB)
    fi
    if mkdir "$at/cpu/$group" 2>/dev/null; then
        groups+=("$at/cpu/$group")
        echo 100000 >"$at/cpu/$group/cpu.cfs_period_us" && echo 50000 >"$at/cpu/$group/cpu.cfs_quota_us" &&
            limits+=(half\ a\ core)
    fi
}

enter() {
    for each in "${groups[@]}"; do
        echo "$BASHPID" >"$each/cgroup.procs"
    done
}

peak() {
    for each in "${groups[@]}"; do
        for file in memory.peak memory.max_usage_in_bytes; do
            [ ! -f "$each/$file" ] || echo "== at most $(($(cat "$each/$file") >> 20)) MB"
        done
    done
}

leave() {
    leave_root
    for each in "${groups[@]}"; do
        rmdir "$each" 2>/dev/null || true
    done
}

main
