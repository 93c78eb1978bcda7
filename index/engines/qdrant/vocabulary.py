"""What was counted of a generation's words in, points in a collection out; stems get numbers for good."""

from collections.abc import Collection

import msgspec

from index.engines.qdrant.batching import Batches
from index.engines.qdrant.counting import Counted
from index.engines.qdrant.points import key, lasting, payload
from index.engines.qdrant.state import Numbers

_LETTER = 5000  # words of a letter in one point


class Vocabulary:
    """Sends a segment of words.

    Args:
        batches: where it goes.
        number: of the generation, and the segment.
    """

    def __init__(self, batches: Batches, number: int) -> None:
        self._batches = batches
        self._number = number

    def folder(self, counted: Counted) -> None:
        """Send what comes below a folder, less what goes."""
        path, number, put = counted.path, self._number, self._batches.put
        put(key("folder", number, path), payload("folder", counted.folder, **lasting(number)))
        for stem, count in counted.stems.items():
            if count:
                put(key("word", number, path, stem), payload("word", count, **lasting(number)))
        letters: dict[str, list[str]] = {}
        for word in sorted(word for word, count in counted.written.items() if count):
            letters.setdefault(word[0], []).append(word)
        for letter, words in letters.items():
            parts = range(0, len(words), _LETTER)
            for part, begin in enumerate(parts):
                some = words[begin : begin + _LETTER]
                value = {"words": some, "counts": [counted.written[one] for one in some], "parts": len(parts)}
                put(key("letter", number, path, letter, part), payload("letter", value, **lasting(number)))

    def numbered(self, stems: Collection[str], following: Numbers) -> tuple[list[int], Numbers]:
        """The numbers of stems, in their order, and the next free ones; new stems are sent.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        ids = [key("stem", stem) for stem in stems]
        known: dict[str, int] = {}
        if following.stem:
            points = self._batches.connection.points(self._batches.collection, ids, ["value"])
            known = {str(point.id): point.payload["value"] for point in points}
        free = following.stem
        for one in ids:
            if one not in known:
                known[one] = free
                self._batches.put(one, payload("stem", free, document=following.document))
                free += 1
        self._batches.flush()
        if free > following.stem:  # as if they were a document, for they are all there now
            following = msgspec.structs.replace(following, stem=free, document=following.document + 1)
        return [known[one] for one in ids], following
