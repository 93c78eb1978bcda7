"""Prefetching: files in, divided documents out, in their order, by two threads a little ahead of the build.

One reads, and waits for the disk and the parser meanwhile; the other divides. How far they are ahead is
bounded, so that not all texts are in memory.
"""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from index.building.changes import load
from index.documents import File, Parse, Skipped
from index.engines.base import Entry
from index.records import Divided, Document

Item = tuple[Entry, ...] | Skipped | list[tuple[Document, Divided]]
"""What becomes of a file: it is copied, passed over, or new documents with their passages."""

PREFETCHED, _LEAST = 4_000_000, 20_000  # bytes of files before their turn; each counts as so many at least


def prefetched(
    items: Sequence[tuple[File, tuple[Entry, ...]]],
    divide: Callable[[Document], Divided],
    parse: Parse,
    stop: Callable[[], None] = lambda: None,
) -> Generator[tuple[File, Item]]:
    """What becomes of each file, in order.

    Args:
        items: the files, each with its entries in the old index: none where it has to be read.
        divide: splits a document.
        parse: parses a file.
        stop: breaks off what is being parsed.
    """
    waiting: deque[tuple[File, tuple[Entry, ...] | Future[Item]]] = deque()
    size = 0
    with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as dividing:
        try:
            for number, (file, entries) in enumerate(items, start=1):
                loaded = None if entries else reading.submit(load, file, parse)
                waiting.append((file, dividing.submit(_split, loaded, divide) if loaded else entries))
                size += max(file.size, _LEAST)
                while waiting and (size > PREFETCHED or number == len(items)):
                    first, item = waiting.popleft()
                    size -= max(first.size, _LEAST)
                    yield first, item if isinstance(item, tuple) else item.result()
        except BaseException:  # nobody waits for the rest
            dividing.shutdown(wait=False, cancel_futures=True)
            reading.shutdown(wait=False, cancel_futures=True)
            stop()
            raise


def _split(reading: Future[list[Document] | Skipped], divide: Callable[[Document], Divided]) -> Item:
    loaded = reading.result()
    return loaded if isinstance(loaded, Skipped) else [(one, divide(one)) for one in loaded]
