"""Word and PowerPoint documents of before 2007: LibreOffice, where it is installed, makes new ones of them.

What a file holds decides, not its name: many a .doc is RTF, and then needs no LibreOffice.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from index.parsing.archive import is_encrypted, is_ole
from index.parsing.base import Parsed, Unreadable
from index.parsing.office import docx, pptx, rtf

_SECONDS = 90
_PROGRAMS = ("soffice", "libreoffice")
_WORD_PERFECT = b"\xffWPC"
_OLD_WORD = (
    b"\xdb\xa5",
    b"\x31\xbe\x00\x00",
    b"\x32\xbe\x00\x00",
    b"\xfe\x37\x00\x1c",
)  # of Word 2 and before
_POWERPOINT = "powerpoint document".encode("utf-16-le")
_WORD = "worddocument".encode("utf-16-le")
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
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


def parse(data: bytes, name: str) -> Parsed:
    """Parse a document of Word 97 to 2003, of PowerPoint 97 to 2003, or of WordPerfect.

    Raises:
        Unreadable: it is of another format, encrypted or damaged, or LibreOffice is not installed.
    """
    if not data:
        raise Unreadable("empty")
    if data.lstrip()[:5] == b"{\\rtf":
        return rtf.parse(data, name)
    slides = name.lower().endswith((".ppt", ".pps", ".pot"))
    if data.startswith(b"PK"):
        return pptx.parse(data, name) if slides else docx.parse(data, name)
    if is_ole(data):
        if is_encrypted(data):
            raise Unreadable("encrypted with a password")
        if (_POWERPOINT if slides else _WORD) not in data.lower():
            raise Unreadable("an old Office file, but not of the kind that its name says")
    elif slides or not data.startswith((_WORD_PERFECT, *_OLD_WORD)):
        raise Unreadable("not a document of Word or PowerPoint")
    kind = "PowerPoint" if slides else "WordPerfect" if data.startswith(_WORD_PERFECT) else "Word"
    program = next((found for one in _PROGRAMS if (found := shutil.which(one))), None)
    suffix = ".pptx" if slides else ".docx"
    if program is None:
        raise Unreadable(f"an old {kind} format: needs LibreOffice, or save it as {suffix}")
    converted = _convert(
        program, data, ".ppt" if slides else ".wpd" if kind == "WordPerfect" else ".doc", suffix
    )
    return pptx.parse(converted, name) if slides else docx.parse(converted, name)


def _convert(program: str, data: bytes, before: str, after: str) -> bytes:
    """Convert a file in a folder and with a profile of its own, so that no other LibreOffice matters."""
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
            "--convert-to", after[1:], "--outdir", str(folder / "converted"), str(source),
        ]  # fmt: skip
        _run(command, folder)
        try:
            return (folder / "converted" / f"document{after}").read_bytes()
        except OSError:
            raise Unreadable("LibreOffice could not convert it: it may be damaged or encrypted") from None


def _run(command: list[str], folder: Path) -> None:
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
