"""Compare libraries for the lexical (BM25) index over passages; prints a Markdown table.

* R@1 to MRR@10, of lexical search alone: each SQuAD 1.1 paragraph, after its article's title,
  is a passage; each question is a query, an OR of its words.
* drift: on SQuAD, the largest difference of a top-10 score between an index with ten replaced
  passages and one built afresh; 0 means that a replacement is exact.
* Costs, with their ratio to the first row: a synthetic corpus. A document takes its sentences
  from 20 neighbouring SQuAD paragraphs, five to a passage, ten passages to a document; one
  word in 25 becomes a generated word of a Zipf-distributed rank, so that the vocabulary grows
  with the corpus as in real text. Indexing uses one thread. "replace" makes a new folder in
  which one document has new text. A fresh process serves each row, page cache warm: "load" is
  opening (with the import of bm25s); p50 and p95 are of 300 questions, top 100; "given" is to
  score ten passages below the top 100; "RSS" is the peak, "anon" without mapped files.
"""

import argparse
import json
import multiprocessing
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import Stemmer
import tantivy

WORD = re.compile(r"\w+")
# Articles, prepositions, conjunctions, auxiliaries, pronouns and question words.
STOP = WORD.findall("""a an and are as at be but by for if in into is it no not of on or such that
the their then there these they this to was will with what which who whom whose when where why how
do does did has have had can could would should may might must were been being its from he she his
her him them we our you your i me my about than so some any all also""")
Hits = list[tuple[int, float]]  # passage numbers and scores, best first
Texts = dict[int, str]  # passage number -> text


class Engine:
    """An index of passages in a folder.

    `write` makes it of the passages `fresh`, or, if there is an `old` folder, as its copy in
    which the texts `fresh` take the place of the texts `stale`. The words `stop` are left out
    of queries, and by bm25s of passages; `k1` and `b` are for bm25s only.
    """

    def __init__(self, stop: Iterable[str] = (), k1: float = 1.2, b: float = 0.75) -> None:
        self.stop, self.k1, self.b = frozenset(stop), k1, b
        self.stem = cache(Stemmer.Stemmer("english").stemWord)

    def words(self, text: str) -> list[str]:
        """Splits a text into lower-case words, without the stop words."""
        return [word for word in WORD.findall(text.lower()) if word not in self.stop]


class Bm25s(Engine):
    """bm25s, memory-mapped; the token ids of the passages are kept for replacements."""

    def write(self, folder: Path, fresh: Texts, old: Path | None, stale: Texts) -> None:
        import bm25s

        ids, vocabulary = {}, {}
        if old:
            vocabulary = json.loads((old / "vocab.index.json").read_text("utf-8"))
            parts = np.split(np.load(old / "ids.npy"), np.load(old / "ends.npy")[:-1])
            ids = {row: part.tolist() for row, part in enumerate(parts)}
        for row, text in fresh.items():
            stems = map(self.stem, self.words(text))
            ids[row] = [vocabulary.setdefault(stem, len(vocabulary)) for stem in stems]
        passages = list(ids.values())
        index = bm25s.BM25(k1=self.k1, b=self.b, method="lucene")
        index.index((passages, vocabulary), create_empty_token=False, show_progress=False)
        index.save(folder, show_progress=False)
        np.save(folder / "ends.npy", np.cumsum([len(passage) for passage in passages]))
        np.save(folder / "ids.npy", np.concatenate([np.array(p, np.int32) for p in passages]))

    def open(self, folder: Path) -> None:
        import bm25s

        self.index = bm25s.BM25.load(folder, mmap=True)

    def search(self, query: str, k: int, given: tuple[int, ...] = ()) -> Hits:
        tokens = [self.stem(word) for word in self.words(query)]
        scores = self.index.get_scores_from_ids(self.index.get_tokens_ids(tokens))
        rows = np.array(given) if given else np.flatnonzero(scores)
        if len(rows) > k:  # retrieve() does it slowly where many passages have the score 0
            rows = rows[scores[rows] >= np.partition(scores[rows], -k)[-k]]
        rows = rows[np.argsort(-scores[rows], kind="stable")][:k]
        return list(zip(rows.tolist(), scores[rows].tolist(), strict=True))


class Tantivy(Engine):
    """tantivy with term frequencies, but without positions and stored texts."""

    def write(self, folder: Path, fresh: Texts, old: Path | None, stale: Texts) -> None:
        shutil.copytree(old, folder) if old else folder.mkdir()
        schema = tantivy.SchemaBuilder().add_integer_field("id", indexed=True, fast=True)
        schema.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
        index = tantivy.Index(schema.build(), str(folder))
        writer = index.writer(heap_size=256_000_000, num_threads=1)
        for row in stale:
            writer.delete_documents_by_term("id", row)
        for row, text in fresh.items():
            writer.add_document(tantivy.Document(id=row, text=text))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        self.index = tantivy.Index.open(str(folder))
        self.searcher = self.index.searcher()

    def search(self, query: str, k: int, given: tuple[int, ...] = ()) -> Hits:
        make, occur = tantivy.Query, tantivy.Occur
        search = self.index.parse_query(" ".join(self.words(query)), ["text"])
        if given:
            only = make.const_score_query(make.term_set_query(self.index.schema, "id", given), 0)
            search = make.boolean_query([(occur.Must, only), (occur.Should, search)])
        hits = self.searcher.search(search, k, count=False).hits
        rows = self.searcher.fast_field_values("id", [address for _, address in hits])
        return [(row, score) for row, (score, _) in zip(rows, hits, strict=True)]


class Fts5(Engine):
    """SQLite FTS5 without stored texts, so that a deletion has to be given the old text."""

    def write(self, folder: Path, fresh: Texts, old: Path | None, stale: Texts) -> None:
        shutil.copytree(old, folder) if old else folder.mkdir()
        with sqlite3.connect(folder / "fts.db") as db:
            options = "text, content='', tokenize='porter unicode61'"
            db.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS p USING fts5({options})")
            drop, add = "p(p, rowid, text) VALUES ('delete', ?, ?)", "p(rowid, text) VALUES (?, ?)"
            db.executemany(f"INSERT INTO {drop}", stale.items())
            db.executemany(f"INSERT INTO {add}", fresh.items())

    def open(self, folder: Path) -> None:
        self.db = sqlite3.connect(f"file:{folder / 'fts.db'}?mode=ro", uri=True)
        self.db.execute("PRAGMA mmap_size = 2000000000")

    def search(self, query: str, k: int, given: tuple[int, ...] = ()) -> Hits:
        match = " OR ".join(f'"{word}"' for word in self.words(query)) or '""'
        only = f"AND rowid IN ({','.join(map(str, given))})" if given else ""
        sql = f"SELECT rowid, -rank FROM p WHERE p MATCH ? {only} ORDER BY rank LIMIT ?"
        return self.db.execute(sql, (match, k)).fetchall()


ENGINES: dict[str, Callable[[], Any]] = {  # the costs are measured where the name has a "*"
    "bm25s, k1 1.5 *": partial(Bm25s, k1=1.5),
    "bm25s, k1 1.5; without stop words": partial(Bm25s, STOP, k1=1.5),
    "bm25s, k1 0.9, b 0.4; without stop words": partial(Bm25s, STOP, k1=0.9, b=0.4),
    "bm25s, k1 1.2; without stop words *": partial(Bm25s, STOP),
    "tantivy *": Tantivy,
    "tantivy; without stop words *": partial(Tantivy, STOP),
    "FTS5 *": Fts5,
    "FTS5; without stop words *": partial(Fts5, STOP),
}


def synthesize(paragraphs: list[str], count: int) -> list[str]:
    """Returns `count` passages made of varied sentences, as the module's docstring says."""
    rng, texts = np.random.default_rng(0), []
    for row in range(count):
        if row % 10 == 0:
            first = rng.integers(len(paragraphs))
            sentences = re.split(r"(?<=[.!?])\s+", " ".join(paragraphs[first : first + 20]))
        words = " ".join(sentences[i] for i in rng.integers(len(sentences), size=5)).split()
        places = rng.integers(len(words), size=len(words) // 25)
        for place, rank in zip(places, rng.zipf(1.2, size=len(places)), strict=True):
            words[place] = f"w{rank}"
        texts.append(" ".join(words))
    return texts


def timed(function: Callable[..., Any], *args: Any) -> tuple[float, Any]:
    """Returns the seconds that a call took, and its result."""
    start = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - start, result


def serve(name: str, folder: Path, queries: list[str]) -> list[float]:
    """Returns how a fresh process loads and searches an index, and its memory."""
    engine = ENGINES[name]()
    load, _ = timed(engine.open, folder)
    times = [timed(engine.search, query, 100)[0] for query in queries]
    status = dict(re.findall(r"(\w+):\s+(\d+) kB", Path("/proc/self/status").read_text()))
    below = dict(engine.search(queries[0], 110)[100:])
    score, given = timed(engine.search, queries[0], 10, tuple(below))
    np.testing.assert_allclose([dict(given)[row] for row in below], [*below.values()], rtol=1e-5)
    memory = [int(status[key]) / 1e3 for key in ("VmHWM", "RssAnon")]
    return [load, *1e3 * np.percentile(times, [50, 95]), 1e3 * score, *memory]


def write(engine: Any, folder: Path, texts: Texts, fresh: Texts) -> list[float]:
    """Writes the index folder/a of `texts` and its copy folder/b; returns seconds and MB."""
    build, _ = timed(engine.write, folder / "a", texts, None, {})
    stale = {row: texts[row] for row in fresh}
    replace, _ = timed(engine.write, folder / "b", fresh, folder / "a", stale)
    return [build, replace, sum(f.stat().st_size for f in (folder / "a").iterdir()) / 1e6]


def main() -> None:
    """Measures all engines and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--squad", type=Path, required=True, help="a SQuAD 1.1 JSON file")
    parser.add_argument("--sentences", type=int, default=1_000_000, help="of synthetic corpus")
    args = parser.parse_args()
    asked, passages = [], {}
    for article in json.loads(args.squad.read_text("utf-8"))["data"]:
        for text in article["paragraphs"]:
            asked += [(question["question"], len(passages)) for question in text["qas"]]
            passages[len(passages)] = article["title"].replace("_", " ") + "\n" + text["context"]
    texts = synthesize(list(passages.values()), args.sentences // 5 + 10)
    fresh, corpus = dict(enumerate(texts[:10])), dict(enumerate(texts[10:]))
    queries = [asked[i][0] for i in np.random.default_rng(0).choice(len(asked), 300)]
    print("| engine | R@1 | R@5 | MRR@10 | drift | build s | replace s | disk MB | load s", end="")
    print(" | p50 ms | p95 ms | given ms | RSS MB | anon MB |\n" + "|---" * 14 + "|")
    first: list[float] = []
    for name, make in ENGINES.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder, engine, found = Path(temporary), make(), []
            write(engine, folder, passages, fresh)
            engine.write(folder / "c", passages | fresh, None, {})
            for index in "abc":
                engine.open(folder / index)
                found.append([engine.search(query, 10) for query, _ in asked])
        ranks = [{row: rank for rank, (row, _) in enumerate(hits, 1)} for hits in found[0]]
        ranks = [rank.get(row, np.inf) for rank, (_, row) in zip(ranks, asked, strict=True)]
        quality = [np.mean(np.less_equal(ranks, k)) for k in (1, 5)] + [np.divide(1, ranks).mean()]
        pairs = [p for b, c in zip(*found[1:], strict=True) for p in zip(b, c, strict=False)]
        cells = [f"{x:.4f}" for x in quality] + [f"{max(abs(b[1] - c[1]) for b, c in pairs):.1g}"]
        if "*" in name:
            with tempfile.TemporaryDirectory() as temporary:
                costs = write(make(), Path(temporary), corpus, fresh)
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    costs += pool.apply(serve, (name, Path(temporary) / "a", queries))
            first = first or costs
            cells += [f"{c:.3g} ({c / f:.2g})" for c, f in zip(costs, first, strict=True)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
