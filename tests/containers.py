"""The image and its containers by podman, where a test's own servers are all that can be reached."""

import ast
import contextlib
import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conftest import ROOT

IMAGE = "localhost/docent-test"
BASE = "docker.io/library/debian:bookworm-slim"
"""What the Dockerfile starts from."""

_NOT_SLIM = ("doc", "info", "lintian", "locale", "man")  # of /usr/share
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET


def missing() -> str:
    """What is not here that containers need; empty if all is."""
    if sys.platform != "linux" or os.geteuid():
        return "containers need Linux and root"
    wanted = ("podman", "podman-compose", "mmdebstrap")
    return ", ".join(f"{program} is not installed" for program in wanted if not shutil.which(program))


def podman(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run podman to its end; what it prints is in the result."""
    return subprocess.run(["podman", *arguments], capture_output=True, text=True, check=False)


def said(*arguments: str | Path) -> str:
    """What podman prints, which has to go well."""
    done = podman(*arguments)
    assert done.returncode == 0, f"podman {' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def configure(folder: Path) -> Path:
    """A configuration for podman, whose own limits of files and processes are more than a sandbox grants."""
    lines = ["[containers]", 'default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]', "[engine]"]
    if shutil.which("runc"):  # Debian's crun refuses cgroups of both versions side by side
        lines.append('runtime = "runc"')
    file = folder / "containers.conf"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return file


def build(scratch: Path) -> None:
    """Make the image, of Debian's packages where its base is not here yet."""
    if podman("image", "exists", BASE).returncode:
        leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _NOT_SLIM]
        suite = BASE.partition(":")[2].partition("-")[0]
        debian = ["mmdebstrap", "--quiet", "--variant=minbase", *leave_out, suite]
        with subprocess.Popen(debian, stdout=subprocess.PIPE) as packed:
            subprocess.run(["podman", "import", "-", BASE], stdin=packed.stdout, check=True)
        assert packed.returncode == 0
    # The format has to be Docker's: OCI's knows no health check.
    command = ["podman", "build", "--format=docker", f"--tag={IMAGE}", "--network=host"]
    subprocess.run([*command, *_settings_of_pip(scratch), ROOT], check=True)


def _settings_of_pip(scratch: Path) -> Sequence[str]:
    """This machine's settings of pip, lent to a build with the files and folders that they name."""
    listing = ["python3", "-m", "pip", "config", "list"]  # the environment's come first there, and win
    settings: dict[str, str] = {}
    for line in subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines():
        name, _, value = line.partition("=")
        settings.setdefault(name.rpartition(".")[2], ast.literal_eval(value))
    settings.pop("constraint", None)  # the image has its own
    lent = {}
    if authority := settings.pop("cert", None):  # elsewhere, for a step may install certificates
        settings["cert"] = lent[authority] = "/run/certificates.pem"
    for word in " ".join(settings.values()).split():
        path = Path(word.removeprefix("file://"))
        if path.is_absolute() and path.is_dir():
            path = path.parent if path.name == "simple" else path  # an index has its files beside it
            lent[str(path)] = str(path)
    file = scratch / "pip.conf"
    lines = (f"{name} = {value.strip()}\n".replace("\n", "\n  ").rstrip() for name, value in settings.items())
    file.write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")
    return [
        f"--volume={source}:{target}:ro" for source, target in {**lent, str(file): "/etc/pip.conf"}.items()
    ]


@contextlib.contextmanager
def offline() -> Iterator[None]:
    """What is started meanwhile, threads and processes, has no network but a loopback of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as ours:
        assert libc.unshare(_NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        try:
            with socket.socket() as loopback:
                fcntl.ioctl(loopback, 0x8914, struct.pack("16sh22x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
            yield
        finally:
            libc.setns(ours.fileno(), _NEW_NETWORK)
