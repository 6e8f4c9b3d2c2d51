#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
# Prints a Python of the first of the versions that this machine has, by their order:
#   sh find_python.sh 3.11 3.12 3.13
# It really runs and has the venv module; the PATH, pyenv and uv are asked. $PYTHON, where it is set,
# is the only one asked. Without any, one line on stderr says what to do, and the exit status is 1.

# "3.12 venv", or "3.12" where environments cannot be made.
describe() {
    "$1" -c '
import sys
version = "%d.%d" % sys.version_info[:2]
try:
    import ensurepip, venv
    ensurepip.version()
    version += " venv"
except Exception:
    pass
print(version)' 2>/dev/null
}

refuse() {
    echo "error: $1" >&2
    exit 1
}

wanted="Python $(echo "$*" | sed 's/ \([^ ]*\)$/ or \1/; s/\([0-9]\) \([0-9]\)/\1, \2/g')"

# Prints and ends with what fits version $2; what only lacks the venv module is remembered.
take() {
    case "$(describe "$1")" in
    "$2 venv") echo "$1" && exit 0 ;;
    "$2") bare=$2 ;;
    esac
}

for version in "$@"; do
    if [ -n "$PYTHON" ]; then
        take "$PYTHON" "$version"
        continue
    fi
    take "python$version" "$version"
    for python in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/"python$version"; do
        take "$python" "$version"
    done
    take "$(uv python find "$version" 2>/dev/null)" "$version"
done

[ -z "$bare" ] || refuse "Python $bare has no venv module: apt-get install python$bare-venv"
there=$(describe "${PYTHON:-python3}")
there=${there:+is ${there% venv}}
refuse "$wanted is needed, and ${PYTHON:-python3} ${there:-does not run}: install one, or name it with make PYTHON=/path/to/python"
