"""Files in, split documents out, in their order, by a thread that is a little ahead of who takes them.

How far ahead is bounded, so that not all texts are in memory.
"""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from index.changes import load
from index.documents import File, Skipped
from index.generation import Entry
from index.records import Document, Passage, Sentence

Divided = list[tuple[Passage, list[Sentence]]]
Item = Entry | Skipped | tuple[Document, Divided]
"""What becomes of a file: it is copied, passed over, or a new document with its passages."""

_AHEAD, _LEAST = 4_000_000, 20_000  # bytes of files before their turn; each counts as so many at least


def ahead(
    items: Sequence[tuple[File, Entry | None]], divide: Callable[[Document], Divided]
) -> Generator[tuple[File, Item]]:
    """What becomes of each file, in order.

    Args:
        items: the files, each with its entry in the old index, or None where it has to be read.
        divide: splits a document.
    """
    waiting: deque[tuple[File, Entry | Future[Item]]] = deque()
    size = 0
    with ThreadPoolExecutor(1) as pool:
        try:
            for number, (file, entry) in enumerate(items, start=1):
                waiting.append((file, entry or pool.submit(_split, file, divide)))
                size += max(file.size, _LEAST)
                while waiting and (size > _AHEAD or number == len(items)):
                    first, item = waiting.popleft()
                    size -= max(first.size, _LEAST)
                    yield first, item if isinstance(item, Entry) else item.result()
        finally:
            pool.shutdown(cancel_futures=True)  # after an error nobody waits for the rest


def _split(file: File, divide: Callable[[Document], Divided]) -> Item:
    loaded = load(file)
    return loaded if isinstance(loaded, Skipped) else (loaded, divide(loaded))
