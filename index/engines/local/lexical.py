"""BM25 over passages.

BM25 and its statistics are tantivy's, which has Lucene's constants k1 = 1.2 and b = 0.75; the words are those
of ``index/words.py``. It is built anew for each generation, of tokens that are kept beside the texts: that is
quick, and the scores of an index that grew in steps are then those of one built at once.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from index.engines.lexicon import Lexicon, alike, idf
from index.remembering import remembering
from index.words import Asked, forms_of, tokens_indexed

_COUNTED = 4096  # words of which it is remembered how many of the passages that are seen have them


class Lexical(Lexicon):
    """The lexical index of a generation, opened for reading. Safe to share between threads.

    Args:
        folder: of the index.
        asked: how questions are taken apart.
        seen: the numbers of the passages that are searched and counted, by default all.
    """

    def __init__(self, folder: Path, asked: Asked, seen: Sequence[range] | None = None) -> None:
        super().__init__(asked)
        index = self._open(folder)
        index.register_tokenizer("stems", _blanks())
        self._schema = index.schema
        self._searcher = index.searcher()
        self._seen = None if seen is None else self._among(seen)
        self._total = self._searcher.num_docs if seen is None else sum(map(len, seen))
        self._count = remembering(self._count_seen, _COUNTED)

    def __len__(self) -> int:
        return self._total

    def frequencies(self, stems: Collection[str]) -> dict[str, int]:
        """In how many of the passages that are seen each of these stems stands."""
        return {stem: self._count("text", stem) for stem in stems}

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

    def near(self, word: str, most: int) -> dict[str, tuple[int, int]]:
        """As of a lexicon; indexes made before words were kept as they are written have none."""
        try:
            known = self._searcher.terms_with_prefix("written", word[0])
        except ValueError:
            return {}
        found = alike(word, [one for one, _ in known], most)
        counts = [(one, distance, self._count("written", one)) for one, distance in found]
        return {one: (distance, count) for one, distance, count in counts if count}

    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by passage number; only passages with a content word of the question."""
        queries = []
        for stem, weight in self.weighted(question):
            query = tantivy.Query.term_query(self._schema, "text", stem, "freq")
            own = idf(self._searcher.doc_freq("text", stem), self._searcher.num_docs)
            queries.append(query if own == weight else tantivy.Query.boost_query(query, weight / own))
        query = self._where_seen(
            tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])
        )
        hits = self._searcher.search(query, limit, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return {int(number or 0): score for number, (score, _) in zip(numbers, hits, strict=True)}


def _blanks() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def build(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """Write the lexical index of texts, each with its language: see ``write``."""
    write(folder, ((tokens_indexed(text, language), language) for text, language in texts))


def write(folder: Path, passages: Iterable[tuple[list[str], str]]) -> None:
    """Write the lexical index of passages, numbered in their order, into a new folder.

    Args:
        folder: that is made.
        passages: the tokens of each, as of ``tokens_indexed``, and its language.
    """
    folder.mkdir()
    schema = tantivy.SchemaBuilder().add_integer_field("number", fast=True)
    schema.add_text_field("text", tokenizer_name="stems", index_option="freq")
    schema.add_text_field("written", tokenizer_name="stems", index_option="basic")
    index = tantivy.Index(schema.build(), str(folder))
    index.register_tokenizer("stems", _blanks())
    writer = index.writer(num_threads=1)  # keeps the passages in their order
    for number, (tokens, language) in enumerate(passages):
        stems, words = forms_of(tokens, language)
        added = {"text": " ".join(stems), "written": " ".join(words)}
        writer.add_document(tantivy.Document(number=number, **added))
    writer.commit()
    writer.wait_merging_threads()
    for lock in folder.glob(".*lock"):  # nobody writes here again
        lock.unlink()
