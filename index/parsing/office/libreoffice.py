"""LibreOffice, where it is installed: a file of one format in, of another one out."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from index.parsing.base import Unreadable

_SECONDS = 90
_PATIENT = 10  # by how much it gives way to others where nobody waits for it (man 2 nice)
_PROGRAMS = ("soffice", "libreoffice")
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop>
</item>
<item oor:path="/org.openoffice.Inet/Settings">
<prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetNoProxy" oor:op="fuse"><value></value></prop>
</item>
</oor:items>
"""
"""LibreOffice then runs no macros and loads nothing that a document links to: that port never answers."""


def available() -> bool:
    """Whether LibreOffice is installed."""
    return _program() is not None


def _program() -> str | None:
    return next((found for one in _PROGRAMS if (found := shutil.which(one))), None)


def convert(data: bytes, before: str, after: str, options: str = "", *, patient: bool = False) -> bytes:
    """Convert a file in a folder and with a profile of its own, so that no other LibreOffice matters.

    Args:
        data: the bytes of the file.
        before: the suffix of its format, with the dot.
        after: the suffix of the format that is wanted.
        options: filter and options for it, as ``--convert-to`` takes them after the format.
        patient: whether nobody waits for it, so that all else on the machine comes first.

    Raises:
        Unreadable: LibreOffice is not installed, cannot convert it, or takes too long.
    """
    program = _program()
    if program is None:
        raise Unreadable("that needs LibreOffice")
    with tempfile.TemporaryDirectory(prefix="docent-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / f"document{before}"
        source.write_bytes(data)
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        command = [
            program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to", f"{after[1:]}{options}", "--outdir", str(folder / "converted"), str(source),
        ]  # fmt: skip
        _run(command, folder, patient=patient)
        try:
            return (folder / "converted" / f"document{after}").read_bytes()
        except OSError:
            raise Unreadable("LibreOffice could not convert it: it may be damaged or encrypted") from None


def _run(command: list[str], folder: Path, *, patient: bool) -> None:
    """Run LibreOffice; whatever it started ends with it."""
    environment = {**os.environ, "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    process = subprocess.Popen(  # noqa: S603 - a program found on the path, and names of our own
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    if patient and hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, os.nice(0) + _PATIENT)
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise Unreadable(f"LibreOffice did not convert it in {_SECONDS} seconds") from None
    finally:
        if process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
