# What .ci/run and .ci/nightly share: a fresh virtual environment, and parts that are timed and counted.
# Sourced from the project's root, with bash.

python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=()
rows=()

not_run=99  # the exit status of a part that cannot be run here

# part NAME COMMAND…: run it; a failure is noted, and the next part goes on.
part() {
    local name=$1 result=passed status
    shift
    printf '\n== %s\n' "$name"
    local began=$SECONDS
    "$@"
    status=$?
    if [ $status = $not_run ]; then
        result="not run"
    elif [ $status != 0 ]; then
        result=failed
        failed+=("$name")
    fi
    local took=$((SECONDS - began))
    printf '== %s: %s, %d s\n' "$name" "$result" "$took"
    rows+=("| $name | $result | $(((took + 30) / 60)) |")
}

# choose "KNOWN…" [NAME…]: put the names, or all that are known, into $chosen; refuse others.
choose() {
    local known=" $1 " name
    shift
    chosen=${*:-$known}
    for name in $chosen; do
        if [[ "$known" != *" $name "* ]]; then
            echo "expected:$known; received: $name" >&2
            exit 2
        fi
    done
}

# install EXTRAS [PIP'S OPTIONS…]: into a new virtual environment.
install() {
    local extras=$1
    shift
    "$python" -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --editable ".[$extras]" "$@"
}

# find_python VERSION: print an interpreter of that version that runs.
find_python() {
    local candidate
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/"python$1"; do
        "$candidate" --version >/dev/null 2>&1 && echo "$candidate" && return  # pyenv's stand-in for it may not run
    done
    return 1
}

# Debian's Chromium, where this is root and there is none.
install_chromium() {
    if [ "$(id -u)" = 0 ] && ! command -v chromium chromium-browser google-chrome >/dev/null && command -v apt-get >/dev/null
    then
        apt-get -qq update && apt-get -qq install --yes --no-install-recommends chromium fonts-dejavu-core >/dev/null
    fi
}

# check_links [PYTEST'S OPTIONS…]: those of every text and notebook; a lesson's source has placeholders among its links.
check_links() {
    timeout 900 pytest --check-links -p no:nbval --override-ini addopts= --ignore=notebooks/source \
        ./*.md docs cloud benchmarks notebooks "$@"
}

# Where the project lies beside a folder with the real digits, these are used.
use_real_digits() {
    local shared
    shared=$(cd .. && pwd)/shared/mnist
    if [ -z "${MNIST_LAB_DATA:-}" ] && [ -d "$shared" ]; then
        export MNIST_LAB_DATA=$shared
    fi
}

# Exit with 1 if any part failed.
finish() {
    if [ ${#failed[@]} -gt 0 ]; then
        printf '\nfailed: %s\n' "${failed[*]}"
        exit 1
    fi
}
