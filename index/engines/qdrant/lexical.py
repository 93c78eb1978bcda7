"""BM25 by sparse vectors: a passage's hold all but the inverse document frequency, a question's hold that.

So the score is the same on however many shards, and right after deletes, where Qdrant's own frequencies are
those of a shard. The formula is Lucene's and tantivy's, with k1 = 1.2, b = 0.75 and lengths rounded down to
one of 256, as both keep them: scores are those of the local engine.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from qdrant_client import models

from index.engines.lexicon import Lexicon, alike
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.points import PASSAGES, WORDS, Seen, key
from index.remembering import Remembered
from index.words import Asked

K1, B = 1.2, 0.75

_REMEMBERED = 8192  # stems
_LETTERS = 64  # of which the words are remembered, up to a megabyte each


def _length(code: int) -> int:
    """The length that Lucene keeps as a number up to 255: exact up to 40, then with four leading bits."""
    if code < 40:
        return code
    shift, bits = divmod(code - 24, 8)
    return 24 + ((bits | 8) << (shift - 1))


LENGTHS = [_length(code) for code in range(256)]


def weights(counts: Mapping[int, int], length: int, mean: float) -> models.SparseVector:
    """The sparse vector of a passage.

    Args:
        counts: how often each stem, by its number, is in the passage.
        length: of the passage in words.
        mean: length of all passages.
    """
    kept = LENGTHS[bisect_right(LENGTHS, length) - 1]
    norm = K1 * (1 - B + B * kept / mean)
    return models.SparseVector(
        indices=list(counts), values=[count * (K1 + 1) / (count + norm) for count in counts.values()]
    )


class RemoteLexicon(Lexicon):
    """The words of a generation as far as some folders are seen. Safe to share between threads.

    Args:
        connection: to the server.
        collection: of the generation.
        asked: how questions are taken apart.
        seen: of which generation, and below which folders, none of them in another.
        segments: that its words are counted in.
        passages: there are so many.
    """

    def __init__(
        self,
        connection: Connection,
        collection: str,
        asked: Asked,
        seen: Seen,
        segments: Sequence[int],
        passages: int,
    ) -> None:
        super().__init__(asked)
        self._connection = connection
        self._collection = collection
        self._seen = seen
        self._segments = segments
        self._passages = passages
        self._stems = Remembered(_REMEMBERED, self._fetch)  # number and frequency
        self._spelled = Remembered(_LETTERS, self._fetch_letters)

    def __len__(self) -> int:
        return self._passages

    def frequencies(self, stems: Collection[str]) -> dict[str, int]:
        """In how many of the passages that are seen each of these stems stands."""
        found = self._stems.of(stems)
        return {stem: found[stem][1] for stem in stems}

    def vector(self, question: str) -> models.SparseVector | None:
        """The sparse vector of a question; None where no passage has a word of it."""
        weighted = self.weighted(question)
        known = self._stems.of(stem for stem, _ in weighted)
        values: defaultdict[int, float] = defaultdict(float)
        for stem, weight in weighted:
            number, count = known[stem]
            if count:
                values[number] += weight
        return models.SparseVector(indices=list(values), values=list(values.values())) if values else None

    def request(self, question: str, limit: int) -> models.QueryRequest | None:
        """What to ask the server for the best passages; None where no passage has a word of the question."""
        if (vector := self.vector(question)) is None:
            return None
        return models.QueryRequest(
            query=vector,
            using=WORDS,
            limit=limit,
            filter=self._seen.where(),
            with_payload=["value.first", "value.last"],
        )

    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by passage number, best first."""
        if (request := self.request(question, limit)) is None:
            return {}
        [found] = self._connection.call(
            self._connection.client.query_batch_points, self._collection, [request]
        )
        return {one.id - PASSAGES: one.score for one in found.points}

    def near(self, word: str, most: int) -> dict[str, tuple[int, int]]:
        """As of a lexicon: the words of each letter are fetched once, and compared here."""
        words: Counter[str] = Counter()
        for known in self._spelled.of((folder, word[0]) for folder in self._seen.folders).values():
            words.update(known)
        return {one: (distance, words[one]) for one, distance in alike(word, list(words), most)}

    def _fetch(self, stems: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Of each stem its number and in how many passages it stands; (0, 0) where in none."""
        numbers = {key("stem", stem): stem for stem in stems}
        counts = {
            key("word", segment, folder, stem): stem
            for segment in self._segments
            for folder in self._seen.folders
            for stem in stems
        }
        found = dict.fromkeys(stems, (0, 0))
        for point in self._connection.points(self._collection, [*numbers, *counts], ["value"]):
            value = point.payload["value"]
            if stem := numbers.get(str(point.id)):
                found[stem] = value, found[stem][1]
            else:
                stem = counts[str(point.id)]
                found[stem] = found[stem][0], found[stem][1] + value
        return found

    def _fetch_letters(self, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, int]]:
        """The words of folders that begin with letters, with the number of passages that have each."""
        return {one: self._letter(*one) for one in asked}

    def _letter(self, folder: str, letter: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        wanted = [(segment, 0) for segment in self._segments]
        while wanted:
            ids = {key("letter", segment, folder, letter, part): (segment, part) for segment, part in wanted}
            wanted = []
            for point in self._connection.points(self._collection, list(ids), ["value"]):
                value = point.payload["value"]
                for word, count in zip(value["words"], value["counts"], strict=True):
                    found[word] += count
                segment, part = ids[str(point.id)]
                if part + 1 < value["parts"]:
                    wanted.append((segment, part + 1))
        return {word: count for word, count in found.items() if count > 0}
