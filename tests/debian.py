# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`python -m tests.debian`: README's two commands on a fresh Debian 13, made in a folder.

Debian's debootstrap makes it, and it gets git and what README's first lines say, nothing else; an
ordinary user runs the commands. Only root can do that, and needs debootstrap. What is mounted is
gone when the command ends. The machine lends the Debian its certificates, where it has its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.stranger import COMMANDS, bare_environment, clone, run_commands

PACKAGES = ("git", "make", "g++", "python3-venv")
USER, UID = "stranger", "1000"
# Its own view of the mounts; $0 is the Debian's folder.
ENTER = """
mount -t proc proc "$0/proc"
mount -t tmpfs -o mode=1777 shm "$0/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$0/dev/pts"
exec chroot "$@"
"""


def enter(debian: Path, *command: str, user: str = "0") -> list[str]:
    """The command line that runs a command inside."""
    inside = [f"--userspec={user}:{user}", str(debian), *command]
    return ["unshare", "--mount", "sh", "-ec", ENTER, str(debian), *inside]


def make_debian(suite: str, debian: Path, machine: dict[str, str]) -> None:
    """Install Debian, README's packages and a user; done by halves, it is thrown away."""
    for name in ("debootstrap", "unshare"):
        if shutil.which(name) is None:
            sys.exit(f"error: {name} is missing: apt-get install debootstrap util-linux")
    print(f"installing Debian ({suite}) and {' '.join(PACKAGES)} in {debian}", flush=True)
    debian.mkdir(parents=True)
    try:
        subprocess.run(["debootstrap", "--variant=minbase", suite, debian], check=True)
        for name in ("shm", "pts"):
            (debian / "dev" / name).mkdir(exist_ok=True)
        apt = ("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive")
        packages = (*apt, "apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES)
        subprocess.run(enter(debian, *packages), check=True)
        add = (*apt, "useradd", "--create-home", "--uid", UID, USER)
        subprocess.run(enter(debian, *add), check=True)
        lend_certificates(debian, machine)
    except BaseException:
        shutil.rmtree(debian)
        raise


def know_itself(debian: Path) -> None:
    """Name the machine in /etc/hosts, as an installed Debian does: otherwise torchrun waits long
    for an answer about its own name."""
    hosts, name = debian / "etc" / "hosts", socket.gethostname()
    if name not in hosts.read_text().split():
        hosts.write_text(f"{hosts.read_text().rstrip()}\n127.0.1.1\t{name}\n")


def lend_certificates(debian: Path, machine: dict[str, str]) -> None:
    """Copy the files that the machine's variables name, to the same place inside."""
    for key in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if machine.get(key):
            there = debian / Path(machine[key]).relative_to("/")
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(machine[key], there)


def main() -> int:
    """Make the Debian unless it is there, run the commands; exit 1 if one fails."""
    parser = argparse.ArgumentParser(description="Both commands on a fresh Debian in a folder.")
    parser.add_argument("--suite", default="trixie", help="Debian's release (default: trixie, 13)")
    parser.add_argument("--folder", type=Path, default="/var/tmp/debian", help="where (13 GB)")
    parser.add_argument("--bitstream", action="store_true", help="leave `make test` out")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("error: only root can make a Debian in a folder: sudo python3 -m tests.debian")
    debian = options.folder.resolve() / options.suite
    machine = dict(os.environ)
    if not debian.exists():
        make_debian(options.suite, debian, machine)
    know_itself(debian)
    # A terminal's other end is asked for here.
    (debian / "dev" / "ptmx").unlink(missing_ok=True)
    (debian / "dev" / "ptmx").symlink_to("pts/ptmx")
    home = f"/home/{USER}"
    shutil.rmtree(debian / home[1:] / "binary-landmarks", ignore_errors=True)
    there = clone(debian / home[1:])
    subprocess.run(["chown", "--recursive", f"{UID}:{UID}", there], check=True)
    variables = [f"{key}={value}" for key, value in bare_environment(home, USER, machine).items()]
    prefix = ("env", "-i", "-C", f"{home}/binary-landmarks", *variables)
    commands = COMMANDS[:1] if options.bitstream else COMMANDS
    inside = [(" ".join(one), enter(debian, *prefix, *one, user=UID)) for one in commands]
    outcomes = run_commands(inside)
    print(f"Debian {options.suite}: " + "; ".join(map(str, outcomes)), flush=True)
    return outcomes[-1].status


if __name__ == "__main__":
    sys.exit(main())
