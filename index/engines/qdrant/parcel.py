"""What is to be sent of a generation to a collection on a server: documents, words, and what goes.

The points of a generation that is being sent hold from its number on, and those that go, to before it; so
whoever asks for the generation before it sees nothing of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.engines.base import Entry, Hears, Readable
from index.engines.qdrant.batching import Batches
from index.engines.qdrant.counting import Counting
from index.engines.qdrant.differing import Difference, is_touched
from index.engines.qdrant.points import key, lasting, payload
from index.engines.qdrant.sending import Sending
from index.engines.qdrant.state import Numbers, Onto, Recorded, Site
from index.engines.qdrant.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A generation as it is sent. To be closed.

    Attributes:
        generation: of this machine.
        entries: its documents.
        batches: to the collection.
        site: where the generation will lie, but for the numbers of later documents.
        difference: of its documents from those that are there.
        counting: the words of those of them that
        counted: lists.
        before: what is recorded of the generation before it, where only what changed was counted.
    """

    generation: Readable
    entries: Sequence[Entry]
    batches: Batches
    site: Site
    difference: Difference
    counting: Counting
    counted: Sequence[Entry]
    before: Recorded | None

    def close(self) -> None:
        """Remove the temporary file."""
        self.counting.close()

    @cached_property
    def recorded(self) -> Recorded:
        """What is recorded of it."""
        segments, length = (self.before.segments, self.before.length) if self.before else ((), 0)
        number = self.site.number
        return Recorded(self.generation.manifest, (*segments, number), length + self.counting.length)

    @property
    def mean(self) -> float:
        """Length of its passages in words."""
        return self.recorded.length / max(self.generation.manifest.passages, 1) or 1.0

    def send(self, onto: Onto, note: Callable[[Numbers], None], progress: Hears) -> list[tuple[Entry, Entry]]:
        """Send what is not there yet; its documents then, as they are listed here and there.

        Args:
            onto: the collection.
            note: hears the next free numbers of it when documents are whole.
            progress: hears of stages and steps.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        batches, number, gone = self.batches, self.site.number, self.difference.gone
        batches.flush()
        batches.remove([one.entry.id for one in gone if one.since == number])
        stems, following = Vocabulary(batches, number).numbered(self.counting.numbers, onto.following)
        note(following)
        there = {entry: one.entry for entry, one in self.difference.kept.items()}
        sending = Sending(self.generation, batches, number, stems, onto.mean, progress)
        sending.send(self.counted, self.counting.counted(), there, following, note)
        batches.end(number, [one.entry.id for one in gone if one.since < number])
        self._touch(sending, there)
        if self.before is None:
            batches.end_words(number)
        manifest = key("manifest", self.site.generation, number)
        batches.put(manifest, payload("manifest", self.recorded, **lasting(number)))
        batches.flush()
        return [(entry, there[entry.id]) for entry in self.entries]

    def _touch(self, sending: Sending, there: dict[int, Entry]) -> None:
        """List documents anew whose files were written anew with the same bytes."""
        kept = self.difference.kept
        touched = [one for one in self.entries if one.id in kept and is_touched(one, kept[one.id].entry)]
        points = [kept[one.id].point for one in touched]
        for entry, listed in zip(touched, sending.touch(touched, points), strict=True):
            there[entry.id] = listed
        old = [kept[one.id] for one in touched]
        self.batches.end_points(self.site.number, [o.point for o in old if o.since < self.site.number])
