"""Writes compound files, as Outlook and the Office of old save: a tree of folders and of bytes."""

import struct
from typing import Union

Tree = dict[str, Union[bytes, "Tree"]]

SECTOR, SMALL, CUTOFF = 512, 64, 4096
END, FREE, FAT, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


def compound(tree: Tree) -> bytes:
    """A compound file; streams of less than 4,096 bytes lie in one of their own, in sectors of 64 bytes."""
    entries: list[list] = [["Root Entry", 5, tree, NONE, NONE, END, 0]]
    _place(entries, 0)
    sectors: list[bytes] = []
    chains: list[int] = []
    small: list[bytes] = []
    small_chains: list[int] = []
    for entry in entries:
        if isinstance(entry[2], bytes) and entry[2]:
            large = len(entry[2]) >= CUTOFF
            entry[5] = (
                _store(sectors, chains, entry[2]) if large else _store(small, small_chains, entry[2], SMALL)
            )
            entry[6] = len(entry[2])
    small_table, small_tables = END, 0
    if small:
        entries[0][5], entries[0][6] = _store(sectors, chains, b"".join(small)), len(small) * SMALL
        packed = struct.pack(f"<{len(small_chains)}I", *small_chains)
        packed += b"\xff" * (-len(packed) % SECTOR)
        small_table, small_tables = _store(sectors, chains, packed), len(packed) // SECTOR
    directory = b"".join(_entry(entry, entries) for entry in entries)
    first = _store(sectors, chains, directory + bytes(-len(directory) % SECTOR))
    tables = 1
    while tables * SECTOR // 4 < len(chains) + tables:
        tables += 1
    starts = [len(sectors) + number for number in range(tables)]
    table = struct.pack(f"<{len(chains) + tables}I", *chains, *[FAT] * tables)
    table += struct.pack("<I", FREE) * ((tables * SECTOR - len(table)) // 4)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    header += struct.pack("<9I", 0, tables, first, 0, CUTOFF, small_table, small_tables, END, 0)
    header += struct.pack("<109I", *starts, *[FREE] * (109 - tables))
    return header + b"".join(sectors) + table


def _place(entries: list[list], parent: int) -> None:
    """Note the children of a folder down, each the right sibling of the one before."""
    before = NONE
    for name, content in entries[parent][2].items():
        entries.append([name, 2 if isinstance(content, bytes) else 1, content, NONE, NONE, END, 0])
        number = len(entries) - 1
        if before == NONE:
            entries[parent][4] = number
        else:
            entries[before][3] = number
        before = number
        if not isinstance(content, bytes):
            _place(entries, number)


def _store(sectors: list[bytes], chains: list[int], data: bytes, size: int = SECTOR) -> int:
    """Cut a stream into sectors, each naming the next; the result is its first."""
    start = len(sectors)
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    sectors += [part + bytes(size - len(part)) for part in parts]
    chains += [*range(start + 1, start + len(parts)), END]
    return start


def _entry(entry: list, entries: list[list]) -> bytes:
    name, kind, _, right, child, start, size = entry
    encoded = name.encode("utf-16-le") + b"\0\0"
    packed = (
        encoded + bytes(64 - len(encoded)) + struct.pack("<HBB3I", len(encoded), kind, 1, NONE, right, child)
    )
    return packed + bytes(36) + struct.pack("<IQ", start, size)
