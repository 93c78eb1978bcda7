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
from collections.abc import Iterable
from functools import lru_cache
from math import log
from pathlib import Path

import tantivy

from index.units.dates import spelled
from index.words import Asked, Term, stems_of, tokens_of, unmarked, written

_REMEMBERED = 256  # questions


class Lexical:
    """The lexical index of a generation, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        self.asked = asked
        if not os.access(folder, os.W_OK):  # tantivy opens nothing without writing a lock beside it
            folder = self._shadow(folder)
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer("stems", _blanks())
        self._schema = index.schema
        self._searcher = index.searcher()
        self.content = lru_cache(maxsize=_REMEMBERED)(self._content)
        """The words that a question is about; of names that nowhere stand as such, the words."""

    def __len__(self) -> int:
        return self._searcher.num_docs

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

    def written(self, begin: str) -> dict[str, int]:
        """The words of the passages that begin with some letters, as they are written, without accents.

        Each with the number of passages that have it. Indexes made before these words were kept have none.
        """
        try:
            return dict(self._searcher.terms_with_prefix("written", begin))
        except ValueError:
            return {}

    def best(self, question: str) -> tuple[int, float]:
        """The number of the best passage and its BM25; 0 and 0 where none has a word of the question."""
        return next(iter(self.search(question, 1).items()), (0, 0.0))

    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by passage number; only passages with a content word of the question."""
        queries = []
        for term, weight in self.weights(question).items():
            for stem, found in self._frequencies(term).items():
                query = tantivy.Query.term_query(self._schema, "text", stem, "freq")
                own = _idf(found, len(self))
                queries.append(query if own == weight else tantivy.Query.boost_query(query, weight / own))
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])
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
        return {stem: self._searcher.doc_freq("text", stem) for stem in term if stem}


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
