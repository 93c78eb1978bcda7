"""BM25 over passages, and how much each word of a question tells.

BM25 and its statistics are tantivy's, which has Lucene's constants k1 = 1.2 and b = 0.75; the words are those
of ``index/words.py``. It is built anew for each generation: that is quick, and the scores of an index that
grew in steps are then those of one built at once. The stems that a word of a question has in the languages of
the collection weigh as one word does, as in Lucene's SynonymQuery.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from math import log
from pathlib import Path
from typing import Any

import tantivy

from index.remembering import remembering
from index.units.dates import spelled
from index.words import Asked, Term, stems_of, tokens_of, unmarked, written

_REMEMBERED = 256  # questions
_COUNTED = 4096  # words of which it is remembered how many of the passages that are seen have them


class Lexical:
    """The lexical index of a generation, opened for reading. Safe to share between threads.

    Args:
        folder: of the index.
        asked: how questions are taken apart.
        seen: the numbers of the passages that are searched and counted, by default all.
    """

    def __init__(self, folder: Path, asked: Asked, seen: Sequence[range] | None = None) -> None:
        self.asked = asked
        index = self._open(folder)
        index.register_tokenizer("stems", _blanks())
        self._schema = index.schema
        self._searcher = index.searcher()
        self._seen = None if seen is None else self._among(seen)
        self._total = self._searcher.num_docs if seen is None else sum(map(len, seen))
        self._count = remembering(self._count_seen, _COUNTED)
        self.content = remembering(self._content, _REMEMBERED)
        """The words that a question is about; of names that nowhere stand as such, the words."""

    def __len__(self) -> int:
        return self._total

    def _among(self, seen: Sequence[range]) -> tantivy.Query:
        """Matches the passages that are seen, and adds nothing to their scores."""
        intervals = [
            tantivy.Query.range_query(
                self._schema, "number", tantivy.FieldType.Integer, one.start, one.stop, include_upper=False
            )
            for one in seen
        ]
        either = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in intervals])
        return tantivy.Query.const_score_query(either, 0.0)

    def _count_seen(self, field: str, word: str) -> int:
        """How many of the passages that are seen have a word."""
        if self._seen is None:
            return self._searcher.doc_freq(field, word)
        query = self._where_seen(tantivy.Query.term_query(self._schema, field, word, "basic"))
        found: Any = self._searcher.search(query, 1, count=True)  # its types lack the count
        return int(found.count)

    def _where_seen(self, query: tantivy.Query) -> tantivy.Query:
        if self._seen is None:
            return query
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, self._seen)])

    def _open(self, folder: Path) -> tantivy.Index:
        """Open an index, which tantivy does not do without writing a lock beside it, or opening one there."""
        try:
            if os.access(folder, os.W_OK):
                return tantivy.Index.open(str(folder))
        except ValueError:  # the lock is another user's
            pass
        return tantivy.Index.open(str(self._shadow(folder)))

    def _shadow(self, folder: Path) -> Path:
        """A folder of links to the files of one that cannot be written to, where locks can be."""
        shadow = Path(tempfile.mkdtemp(prefix="docent-"))
        weakref.finalize(self, shutil.rmtree, shadow, ignore_errors=True)
        for file in folder.iterdir():
            if file.suffix != ".lock":
                (shadow / file.name).symlink_to(file.absolute())
        return shadow

    def stands(self, word: str) -> bool:
        """Whether a word stands in any passage, in whatever form."""
        terms = map(unmarked, self.asked.terms(word))
        return any(any(self._frequencies(term).values()) for term in terms)

    def near(self, word: str, most: int) -> dict[str, tuple[int, int]]:
        """The words of the passages that begin like a word and are spelled nearly like it.

        They are as they are written, without accents. Indexes made before these were kept have none.

        Args:
            word: lower-case, without accents.
            most: letters left out, added, changed or swapped.

        Returns:
            Of each how many letters, and the number of passages that have it.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        try:
            known = self._searcher.terms_with_prefix("written", word[0])
        except ValueError:
            return {}
        words = [one for one, _ in known]
        found = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=None)
        counts = [(one, distance, self._count("written", one)) for one, distance, _ in found]
        return {one: (distance, count) for one, distance, count in counts if count}

    def best(self, question: str) -> tuple[int, float]:
        """The number of the best passage and its BM25; 0 and 0 where none has a word of the question."""
        return next(iter(self.search(question, 1).items()), (0, 0.0))

    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by passage number; only passages with a content word of the question."""
        queries = []
        for term, weight in self.weights(question).items():
            for stem in self._frequencies(term):
                query = tantivy.Query.term_query(self._schema, "text", stem, "freq")
                own = _idf(self._searcher.doc_freq("text", stem), self._searcher.num_docs)
                queries.append(query if own == weight else tantivy.Query.boost_query(query, weight / own))
        query = self._where_seen(
            tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])
        )
        hits = self._searcher.search(query, limit, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return {int(number or 0): score for number, (score, _) in zip(numbers, hits, strict=True)}

    def found_in(self, question: str, text: str) -> dict[str, float]:
        """The content words of a question that a text has: stems and numbers, each with its weight."""
        there = set(self.asked.spaced(text).split())
        weights = self.weights(question)
        heaviest = max(weights.values(), default=0.0)
        words = {stem: weight for term, weight in weights.items() for stem in term if stem in there}
        return words | {number: heaviest for number in self.asked.numbers(question) if number in there}

    def weights(self, question: str, others: int = 0, others_with: int = 0) -> dict[Term, float]:
        """The content words of a question, each with its inverse document frequency.

        It is Lucene's: ln(1 + (N - n + 0.5) / (n + 0.5)) for a word in n of N passages.

        Args:
            question: in words.
            others: so many passages are counted in that are not there,
            others_with: so many of which are taken to hold the word.
        """
        weights = {}
        for term in self.content(question):
            found = min(sum(self._frequencies(term).values()), len(self))
            weights[term] = _idf(found + others_with, len(self) + others)
        return weights

    def _content(self, question: str) -> list[Term]:
        return [
            term if any(self._frequencies(term).values()) else unmarked(term)
            for term in self.asked.content(question)
        ]

    def _frequencies(self, term: Term) -> dict[str, int]:
        """In how many passages each stem of a word stands."""
        return {stem: self._count("text", stem) for stem in term if stem}


def _idf(found: int, total: int) -> float:
    return log(1 + (total - found + 0.5) / (found + 0.5))


def _blanks() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def build(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """Write the lexical index of passages, numbered in their order, into a new folder.

    Args:
        folder: that is made.
        texts: each with its language.
    """
    folder.mkdir()
    schema = tantivy.SchemaBuilder().add_integer_field("number", fast=True)
    schema.add_text_field("text", tokenizer_name="stems", index_option="freq")
    schema.add_text_field("written", tokenizer_name="stems", index_option="basic")
    index = tantivy.Index(schema.build(), str(folder))
    index.register_tokenizer("stems", _blanks())
    writer = index.writer(num_threads=1)  # keeps the passages in their order
    for number, (text, language) in enumerate(texts):
        tokens = tokens_of(" ".join([text, *spelled(text, language, "en")]), language)
        added = {"text": " ".join(stems_of(tokens, language)), "written": " ".join(written(tokens))}
        writer.add_document(tantivy.Document(number=number, **added))
    writer.commit()
    writer.wait_merging_threads()
    for lock in folder.glob(".*lock"):  # nobody writes here again
        lock.unlink()
