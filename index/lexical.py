"""Words: stems of a text, BM25 over passages, and how much each word of a question tells.

BM25 and its statistics are tantivy's, which has Lucene's constants k1 = 1.2 and b = 0.75. It is
built anew for each generation: that is quick, and the scores of an index that grew in steps are
then those of one built at once.
"""

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from math import log
from pathlib import Path
from unicodedata import normalize

import tantivy

from index.errors import SettingsError
from index.units.dates import spelled

LANGUAGES = (
    "arabic", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hungarian", "italian",
    "norwegian", "portuguese", "romanian", "russian", "spanish", "swedish", "tamil", "turkish",
)  # fmt: skip

_ZEROS = re.compile(r"(?<= )0+(?=\d)")
_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w’'-]*[a-z0-9][\w’'-]*")
_LONGEST_WORD = 401  # bytes, which is 100 characters in any script; longer runs are not words
_FUNCTION_WORDS = frozenset(
    """a about all also am an and any are as at be been being but by can could did do does doing for from
    had has have having he her here hers him his how i if in into is it its just many me might much my no
    not of on or our ours shall she should so some such than that the their theirs them then there these
    they this those to too us was we were what when where which while who whom whose why will with would
    you your yours s t""".split()  # noqa: SIM905
)  # they ask or connect; what a question is about are its other words


class Analyser:
    """Words and stems of one language."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise SettingsError(f"lexical.language: there is no '{language}'. There are: {known}.")
        self._words = _base().build()
        self.stemming = _base().filter(tantivy.Filter.stemmer(language)).build()

    def stems(self, text: str) -> list[str]:
        """The stem of every word, in order."""
        return self.stemming.analyze(normalize("NFC", text))

    def spaced(self, text: str) -> str:
        """The stem of every word, each between spaces, where a certain one is found quickly.

        Numbers are without leading zeros; dates in digits are there in words too.
        """
        found = " ".join(self.stems(" ".join([text, *spelled(text)])))
        return _ZEROS.sub("", f" {found} ")

    def numbers(self, question: str) -> list[str]:
        """The words of a question with a digit in them: years, codes, amounts; as ``spaced`` has them."""
        return [word for word in self.spaced(question).split() if any(map(str.isdigit, word))]

    def names(self, question: str) -> list[str]:
        """The stems of the words of a question that are capitals amid others, as names are in English."""
        return self.stems(" ".join(_NAME.findall(question))) if not question.isupper() else []

    def content(self, question: str) -> frozenset[str]:
        """The stems of the words that a question is about; of all its words if there is no such."""
        words = self._words.analyze(normalize("NFC", question))
        telling = [word for word in words if word not in _FUNCTION_WORDS] or words
        return frozenset(self.stems(" ".join(telling)))

    def matches(self, stems: frozenset[str], text: str) -> Iterator[tuple[int, int]]:
        """Where in the text words with one of these stems stand; not those with decomposed accents."""
        for token in self.stemming.pre_tokenize(text).tokens:
            if token.text in stems:
                yield token.char_offset_from, token.char_offset_to


def _base() -> tantivy.TextAnalyzerBuilder:
    """Lower-case words without accents."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    words = words.filter(tantivy.Filter.remove_long(_LONGEST_WORD)).filter(tantivy.Filter.lowercase())
    return words.filter(tantivy.Filter.ascii_fold())


class Lexical:
    """The lexical index of a generation, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path, language: str) -> None:
        self.analyser = Analyser(language)
        if not os.access(folder, os.W_OK):  # tantivy opens nothing without writing a lock beside it
            folder = self._shadow(folder)
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer("stems", self.analyser.stemming)
        self._schema = index.schema
        self._searcher = index.searcher()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def _shadow(self, folder: Path) -> Path:
        """A folder of links to the files of one that cannot be written to."""
        shadow = Path(tempfile.mkdtemp(prefix="docent-"))
        weakref.finalize(self, shutil.rmtree, shadow, ignore_errors=True)
        for file in folder.iterdir():
            (shadow / file.name).symlink_to(file.absolute())
        return shadow

    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by passage number; only passages with a content word of the question."""
        stems = sorted(self.analyser.content(question))
        words = [tantivy.Query.term_query(self._schema, "text", stem, "freq") for stem in stems]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, word) for word in words])
        hits = self._searcher.search(query, limit, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return {int(number or 0): score for number, (score, _) in zip(numbers, hits, strict=True)}

    def found_in(self, question: str, text: str) -> dict[str, float]:
        """The content words of a question that a text has: stems and numbers, each with its weight."""
        there = set(self.analyser.spaced(text).split())
        numbers = dict.fromkeys(self.analyser.numbers(question), 0.0)
        weights = {**numbers, **self.weights(question)}
        heaviest = max(weights.values(), default=0.0)
        weights = {word: heaviest if word in numbers else weight for word, weight in weights.items()}
        return {word: weight for word, weight in weights.items() if word in there}

    def weights(self, question: str, others: int = 0, others_with: int = 0) -> dict[str, float]:
        """The content stems of a question, each with its inverse document frequency.

        It is Lucene's: ln(1 + (N - n + 0.5) / (n + 0.5)) for a word in n of N passages.

        Args:
            question: in words.
            others: so many passages are counted in that are not there,
            others_with: so many of which are taken to hold the word.
        """
        total = len(self) + others
        weights = {}
        for stem in sorted(self.analyser.content(question)):
            found = self._searcher.doc_freq("text", stem) + others_with
            weights[stem] = log(1 + (total - found + 0.5) / (found + 0.5))
        return weights


def build(folder: Path, texts: Iterable[str], language: str) -> None:
    """Write the lexical index of passages, numbered in their order, into a new folder.

    Raises:
        SettingsError: there is no stemmer for the language.
    """
    folder.mkdir()
    schema = tantivy.SchemaBuilder().add_integer_field("number", fast=True)
    schema.add_text_field("text", tokenizer_name="stems", index_option="freq")
    index = tantivy.Index(schema.build(), str(folder))
    index.register_tokenizer("stems", Analyser(language).stemming)
    writer = index.writer(num_threads=1)  # keeps the passages in their order
    for number, text in enumerate(texts):
        writer.add_document(tantivy.Document(number=number, text=normalize("NFC", text)))
    writer.commit()
    writer.wait_merging_threads()
    for lock in folder.glob(".*lock"):  # nobody writes here again
        lock.unlink()
