"""Threads share their heaps: how many there are, glibc itself tells (malloc_info)."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, UNTRACED

THREADS = """
import ctypes, sys, threading
from bot.telegram.allocating import share_heaps

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc.restype = ctypes.c_void_p
if sys.argv[2] == "shared":
    assert share_heaps()
all_there = threading.Barrier(12)

def work():
    libc.malloc(1000)
    all_there.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
[one.start() for one in threads]
[one.join() for one in threads]
file = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc alone")
def test_threads_share_two_heaps(tmp_path: Path) -> None:
    heaps = {}
    for how in ("shared", "own"):
        file = tmp_path / how
        given = {"PYTHONPATH": str(ROOT), "PATH": "", **UNTRACED}
        subprocess.run([sys.executable, "-c", THREADS, str(file), how], env=given, check=True)
        heaps[how] = file.read_text(encoding="utf-8").count("<heap nr=")
    assert heaps["shared"] == 2
    assert heaps["own"] > 2
