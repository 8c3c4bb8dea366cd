# Sourced by ./weft and ./check: makes sure that the Debian packages are there and the binary is built.
# Sets nothing but functions. $root is the checkout.

build_packages="clang-19 lld-19 cmake ninja-build libgmp-dev zlib1g-dev libssl-dev libb2-dev unicode-data python3-minimal libpython3.11-stdlib"

# Installs what is missing; says what to run when that takes root.
need_packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    if [ "$(id -u)" != 0 ]; then
        echo "weft needs these Debian packages; as root run:" >&2
        echo "    apt-get update && apt-get install --no-install-recommends$missing" >&2
        return 1
    fi
    echo "weft: installing$missing" >&2
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $missing; } >&2
}

# need_build PRESET [TARGET...]
need_build() {
    preset=$1
    shift
    (cd "$root" && cmake --preset "$preset" && cmake --build "build/$preset" --target "${@:-weft-bin}") >"$root/build/$preset.log" 2>&1 && return 0
    tail -n 40 "$root/build/$preset.log" >&2
    echo "weft: the build failed (build/$preset.log)" >&2
    return 1
}
