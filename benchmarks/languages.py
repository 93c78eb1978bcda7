"""How often words alone find the paragraph that answers, by language; prints a Markdown table.

    python -m benchmarks.languages xquad/*.json

Each file is in SQuAD's format, as XQuAD's are; its paragraphs are passages, its questions are asked of them
by BM25 alone. "english": as if all texts were English, which is what `lexical.language = "english"` does;
"auto": each passage in the language that it is taken for, questions as they come.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from index import languages
from index.engines.local.lexical import Lexical, build
from index.words import Asked


def shares(
    passages: list[str], questions: list[tuple[str, int]], detect: Callable[[str, str], str]
) -> tuple[list[float], str, float]:
    """R@1 and R@5 of questions, each with the number of its passage; languages; milliseconds a question."""
    spoken = [detect(text, languages.DEFAULT) for text in passages]
    ranking = [language for language, _ in Counter(spoken).most_common()]
    ranks = []
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "lexical", zip(passages, spoken, strict=True))
        lexical = Lexical(Path(folder) / "lexical", Asked(ranking, only=detect is not languages.detect))
        started = time.perf_counter()
        for question, wanted in questions:
            found = list(lexical.search(question, 5))
            ranks.append(found.index(wanted) + 1 if wanted in found else 99)
        seconds = time.perf_counter() - started
    of = [sum(rank <= limit for rank in ranks) / len(ranks) for limit in (1, 5)]
    return of, " ".join(ranking), 1e3 * seconds / len(ranks)


def main() -> None:
    """Measure each file and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+", help="in SQuAD's format")
    print("| file | paragraphs | questions | english: R@1 | R@5 | auto: R@1 | R@5 | ms | languages |")
    print("|---" * 9 + "|")
    for file in parser.parse_args().files:
        numbers: dict[str, int] = {}
        asked = []
        for article in json.loads(file.read_text("utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                number = numbers.setdefault(paragraph["context"], len(numbers))
                asked += [(question["question"], number) for question in paragraph["qas"]]
        passages = list(numbers)
        before, _, _ = shares(passages, asked, languages.detector("english"))
        after, found, ms = shares(passages, asked, languages.detect)
        figures = " | ".join(f"{share:.3f}" for share in (*before, *after))
        print(
            f"| {file.stem} | {len(passages)} | {len(asked)} | {figures} | {ms:.2f} | {found} |", flush=True
        )


if __name__ == "__main__":
    main()
