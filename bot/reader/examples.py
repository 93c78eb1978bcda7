"""Question files in, examples to train on out: a question beside passages that answer it or nearly do.

Passages are Docent's own, and so are the wrong ones: those that its retrieval ranks highest.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from bot.answering.profile import profile_of
from bot.evaluation.questions import Article, Question, lay_out, plain_quotes, read_squad
from bot.settings import load
from index.building.build import build
from index.building.progress import Progress
from index.encoder import Encoder
from index.engines.local.store import Store
from index.joining import encoder_of
from index.records import Passage
from index.search.searcher import Searcher

NEAR, ELSEWHERE = 8, 3  # passages kept of those ranked highest; of those of other articles
LOOKED_AT = 60  # passages that these are chosen from
LONGEST_SPAN = 20  # words; a longer answer says where it starts, not which words it is


class Read(msgspec.Struct, frozen=True):
    """A passage to read: its text, retrieval's score, and where answers stand in it.

    ``right`` tells whether it answers; ``home`` whether it is of the article that the question is about.
    """

    text: str
    score: float
    right: bool
    home: bool
    spans: tuple[tuple[int, int], ...] = ()


class Example(msgspec.Struct, frozen=True):
    """A question and passages to read, the right ones first, then as retrieval ranks them.

    ``alone`` tells whether a sentence or line of a right passage answers by itself; ``turns`` whether the
    question may be turned round, see ``HardNegatives``.
    """

    question: str
    file: str
    title: str
    held_out: bool
    reads: tuple[Read, ...]
    alone: bool = True
    turns: bool = True


def held_out(title: str, share: float, seed: int) -> bool:
    """Whether an article is kept from training: the same in all files that have it."""
    digest = sha256(f"{seed} {title}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def prepare(
    files: Sequence[Path],
    validate: Sequence[Path],
    folder: Path,
    *,
    share: float,
    seed: int,
    progress: Progress,
) -> list[Example]:
    """Make examples of SQuAD-format files, or read those made before.

    Args:
        files: to train on.
        validate: whose articles are parted: some to train on, some held out.
        folder: where the index and the examples are kept.
        share: of the articles of ``validate``, that is held out.
        seed: which of them.
        progress: hears of stages and steps.

    Raises:
        DocentError: a file cannot be read, or the model cannot be loaded.
    """
    key = [
        [[file.name, sha256(file.read_bytes()).hexdigest()] for file in kind] for kind in (files, validate)
    ]
    digest = sha256(msgspec.json.encode([key, share, seed, NEAR, ELSEWHERE])).hexdigest()[:16]
    path = folder / f"examples-{digest}.jsonl"
    if not path.exists():
        made = _make(files, validate, folder / digest, share, seed, progress)
        temporary = path.with_suffix(".part")
        temporary.write_bytes(b"".join(msgspec.json.encode(example) + b"\n" for example in made))
        temporary.replace(path)
    return [msgspec.json.decode(line, type=Example) for line in path.read_bytes().splitlines()]


def _make(
    files: Sequence[Path], validate: Sequence[Path], folder: Path, share: float, seed: int, progress: Progress
) -> list[Example]:
    articles = {file: read_squad([file]) for file in dict.fromkeys((*files, *validate))}
    everything = [article for found in articles.values() for article in found]
    lay_out(everything, folder / "documents")
    settings = load(
        flags={"documents.folder": str(folder / "documents"), "index.folder": str(folder / "index")}
    )
    encoder = encoder_of(settings)
    build(settings, encoder, progress=progress)
    searcher = Searcher(Store(settings.index_folder()).current(), encoder, settings, profile_of().evidence)
    maker = _Maker(searcher, encoder, everything)
    home = {article.title for file in validate for article in articles[file]}
    examples: dict[tuple[str, str], Example] = {}
    for file, found in articles.items():
        progress.stage(f"looking for hard passages: {file.name}", sum(len(a.questions) for a in found))
        for article in found:
            kept = article.title in home and held_out(article.title, share, seed)
            for question, reads in maker.make(article):
                if any(read.right for read in reads) or not question.answerable:
                    example = Example(question.text, file.name, article.title, kept, reads)
                    examples.setdefault((article.title, question.text), example)
            progress.advance(len(article.questions))
    shuffled = random.Random(seed)  # noqa: S311 - no secret
    return shuffled.sample(list(examples.values()), len(examples))


class _Maker:
    """Looks passages up for questions."""

    def __init__(self, searcher: Searcher, encoder: Encoder, articles: Iterable[Article]) -> None:
        self._searcher = searcher
        self._encoder = encoder
        self._titles = {article.source: article.title for article in articles}
        self._same: dict[str, list[Question]] = defaultdict(list)
        about: Counter[str] = Counter()
        for article in articles:
            for text in {question.text for question in article.questions}:
                about[text] += 1
            for question in article.questions:
                self._same[question.text].append(question)
        self._vague = {text for text, number in about.items() if number > 2}  # asked of any article

    def make(self, article: Article) -> Iterable[tuple[Question, tuple[Read, ...]]]:
        """Each question of an article with its passages."""
        texts = list(dict.fromkeys(question.text for question in article.questions))
        vectors = dict(zip(texts, self._encoder.encode(texts), strict=True)) if texts else {}
        generation = self._searcher.generation
        own = generation.passages_of(article.source)
        for question in article.questions:
            ranked = self._searcher.rank(question.text, vectors[question.text])
            numbers, scores = (column[:LOOKED_AT].tolist() for column in (ranked.numbers, ranked.scores))
            found = list(zip(map(generation.passage, numbers), scores, strict=True))
            known = {passage.place: score for passage, score in found}
            reads: dict[str, Read] = {}
            for passage in own:
                if spans := self._spans(question, passage):
                    score = known.get(passage.place, 0.0)
                    reads[passage.text] = Read(passage.text, score, True, True, spans)
            near = elsewhere = 0
            for passage, score in found:
                home = self._titles[passage.document.source] == article.title
                if passage.text in reads or (not home and question.text in self._vague):
                    continue
                if (near >= NEAR and (home or elsewhere >= ELSEWHERE)) or self._answers(question, passage):
                    continue
                near, elsewhere = near + 1, elsewhere + (not home)
                reads[passage.text] = Read(passage.text, score, False, home)
            yield question, tuple(reads.values())

    def _spans(self, question: Question, passage: Passage) -> tuple[tuple[int, int], ...]:
        """Where in the passage the answers stand, in characters from its start."""
        asked = self._same[question.text]
        here = {
            span
            for same in asked
            if same.place is not None and same.place.source == passage.document.source
            for span in same.spans
        }
        return tuple(
            sorted(
                (start - passage.start, end - passage.start)
                for start, end in here
                if passage.start <= start and end <= passage.end
            )
        )

    def _answers(self, question: Question, passage: Passage) -> bool:
        """Whether a passage may answer though nobody marked it: it holds an answer, or a copy of one."""
        text = plain_quotes(passage.text)
        return any(
            plain_quotes(answer) in text for same in self._same[question.text] for answer in same.evidence
        )
