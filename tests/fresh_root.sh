# Read by scripts that need a system on which nothing is installed: a fresh Debian or Ubuntu in a folder, as root.
#
# It needs root, mmdebstrap or debootstrap, and the network. SUITE and MIRROR choose another system, such as Gradescope's
# own: SUITE=jammy, and in MIRROR the name of a sources.list with jammy and jammy-updates, main and universe.
# CLEAN_ROOT names the folder (kept, to try again quickly), CLEAN_ROOT_PIP a pip.conf for it, CLEAN_ROOT_BIND further
# folders that it may read, such as one of wheels.
# Exit code 77 where it cannot be tried here.

suite=${SUITE:-bookworm}
root=${CLEAN_ROOT:-$(mktemp -d /var/tmp/clean-root.XXXXXX)}
mounted=()

check_root() {
    [ "$(id -u)" = 0 ] || { echo "This needs root." >&2; exit 77; }
    command -v mmdebstrap >/dev/null || command -v debootstrap >/dev/null || {
        echo "This needs mmdebstrap or debootstrap." >&2
        exit 77
    }
}

# With these packages besides what a system cannot do without.
bootstrap() {
    local packages
    packages=$(IFS=,; echo "ca-certificates${*:+,$*}")
    echo "== a fresh $suite in $root"
    if command -v mmdebstrap >/dev/null; then
        mmdebstrap --quiet --variant=apt --include="$packages" "$suite" "$root" ${MIRROR:+"$MIRROR"}
    else
        debootstrap --variant=minbase --include="$packages" "$suite" "$root" >/dev/null
    fi
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    [ -z "${CLEAN_ROOT_PIP:-}" ] || cp "$CLEAN_ROOT_PIP" "$root/etc/pip.conf"
    [ ! -d /usr/local/share/ca-certificates ] || cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
}

mount_all() {
    attach -t proc proc "$root/proc"
    attach --rbind /dev "$root/dev"
    mount --make-rslave "$root/dev" # or this machine would lose what is unmounted here
    for folder in ${CLEAN_ROOT_BIND:-}; do
        mkdir -p "$root$folder"
        attach --bind -o ro "$folder" "$root$folder"
    done
}

attach() {
    mount "$@"
    mounted=("${@: -1}" "${mounted[@]}")
}

inside() { env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$root" "$@"; }

leave_root() {
    for each in "${mounted[@]}"; do
        umount -R "$each" 2>/dev/null || umount -l "$each" || true
    done
    [ -n "${CLEAN_ROOT:-}" ] || rm -rf --one-file-system "$root"
}
