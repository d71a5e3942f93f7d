#!/usr/bin/env bash
# Try an autograder zip where nothing is installed: a fresh Debian or Ubuntu in a folder, as root,
# with 768 MB and half a core.
#
#   tests/clean_root.sh autograder.zip HAND-IN [results.json]
#
# It needs root, mmdebstrap or debootstrap, and the network. SUITE and MIRROR choose another system, such as Gradescope's
# own: SUITE=jammy, and in MIRROR the name of a sources.list with jammy and jammy-updates, main and universe.
# CLEAN_ROOT names the folder (kept, to try again quickly), CLEAN_ROOT_PIP a pip.conf for it, CLEAN_ROOT_BIND further
# folders that it may read, such as one of wheels.
# Exit code 77 where it cannot be tried here.
set -euo pipefail

zip=$(realpath "$1")
hand_in=$(realpath "$2")
written=${3:-results.json}
suite=${SUITE:-bookworm}
root=${CLEAN_ROOT:-$(mktemp -d /var/tmp/clean-root.XXXXXX)}
memory=$((768 << 20))
group=clean-root-$$
groups=()
mounted=()

main() {
    check
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

check() {
    [ "$(id -u)" = 0 ] || { echo "This needs root." >&2; exit 77; }
    command -v mmdebstrap >/dev/null || command -v debootstrap >/dev/null || {
        echo "This needs mmdebstrap or debootstrap." >&2
        exit 77
    }
}

bootstrap() {
    echo "== a fresh $suite in $root"
    if command -v mmdebstrap >/dev/null; then
        mmdebstrap --quiet --variant=apt --include=ca-certificates "$suite" "$root" ${MIRROR:+"$MIRROR"}
    else
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" >/dev/null
    fi
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    [ -z "${CLEAN_ROOT_PIP:-}" ] || cp "$CLEAN_ROOT_PIP" "$root/etc/pip.conf"
    [ ! -d /usr/local/share/ca-certificates ] || cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
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

mount_all() {
    attach -t proc proc "$root/proc"
    attach --rbind /dev "$root/dev"
    for folder in ${CLEAN_ROOT_BIND:-}; do
        mkdir -p "$root$folder"
        attach --bind -o ro "$folder" "$root$folder"
    done
}

attach() {
    mount "$@"
    mounted=("${@: -1}" "${mounted[@]}")
}

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$root" "$@"; }

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
    for each in "${mounted[@]}"; do
        umount -R "$each" 2>/dev/null || umount -l "$each" || true
    done
    for each in "${groups[@]}"; do
        rmdir "$each" 2>/dev/null || true
    done
    [ -n "${CLEAN_ROOT:-}" ] || rm -rf --one-file-system "$root"
}

main
