"""Trains the reader: one command, reproducible from its seed, resumable.

    python -m bot.reader.train --home FILE... --out FOLDER [--away FILE...]

Question files are of SQuAD's format. The home files hold questions like those that will be asked: some of
their articles are held out to validate with, the others are read most often and last. With ``--teacher`` a
larger encoder learns first, and the reader from what it says as well. Interrupt it at any time; the same
command goes on from the last checkpoint. A GPU is used where there is one.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from bot.progress import shown
from bot.reader import made, model, paragraphs, written
from bot.reader.batches import BATCH, Plan
from bot.reader.examples import prepare
from bot.reader.learning import RATE, TEACHER_RATE, Teacher, Way, train
from bot.reader.mixture import Mixture
from bot.reader.model import Network, pack, trained
from bot.reader.readers import CHECKSUM, OWN_E5, TRAINING, WEIGHTS, both, learned
from bot.settings import load
from index import models
from index.documents import digest_file
from index.joining import encoder_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    given = _given(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    homes = {file.name for file in given.home}
    planned = partial(_mixture, given, homes) if given.questions else partial(_passes, given, homes)
    plan = planned(passes=given.passes)
    folder = models.folder_of(given.base)  # whose embedding matrix the weights do without
    how = Way(given.rate, given.wrong, given.checked, given.check_every)
    how = replace(how, minutes=given.minutes, dropout=given.dropout, frozen=given.frozen, last=given.last)
    if given.teacher:
        learning = replace(how, rate=TEACHER_RATE)
        network, _ = train(
            planned(passes=given.teacher_passes), given.teacher, given.work / "teacher", learning
        )
        how = replace(how, teacher=Teacher(given.teacher, network))
    if given.by_both:
        how = replace(how, readers=both(load(), ours=OWN_E5))
    network, history = train(plan, folder, given.work, how, given.start, given.steps)
    if given.keep:
        model.mix(network, trained(folder, load_file(given.start / WEIGHTS.name)), given.keep)
    known = learned(given.start / TRAINING.name) if given.start else frozenset()
    articles = known.union(example.title for example in plan.learned if example.file != made.FILE)
    about = {
        "base": given.name or given.base,
        "seed": given.seed,
        "history": history,
        "articles": sorted(articles),
    }
    write(network, about, given.out)


def write(network: Network, about: dict[str, Any], folder: Path) -> None:
    """Write weights, their checksum and what is to be known of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(pack(network), folder / WEIGHTS.name)
    digest = digest_file(folder / WEIGHTS.name)
    (folder / CHECKSUM.name).write_text(f"{digest}  {WEIGHTS.name}\n", encoding="ascii")
    said = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    (folder / TRAINING.name).write_text(said, encoding="utf-8")


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of the command.

    Raises:
        SystemExit: they are not understood.
    """
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--home", nargs="+", type=Path, required=True, help="question files to do well on")
    parser.add_argument("--away", nargs="+", type=Path, default=[], help="more, to learn from in general")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights")
    parser.add_argument(
        "--start", type=Path, help="folder of weights to go on from, not those of the encoder"
    )
    parser.add_argument("--keep", type=float, default=0, help="share of its weights in those written")
    parser.add_argument("--work", type=Path, default=Path("var/reader"), help="folder for what lies between")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of the home articles")
    parser.add_argument("--passes", type=int, default=2, help="over the home files")
    parser.add_argument("--away-passes", type=int, default=1, help="over the others")
    parser.add_argument("--most", type=int, default=300, help="questions taken of a file that is away")
    parser.add_argument("--steps", type=int, help="at most; by default as many as the questions need")
    parser.add_argument("--batch", type=int, default=BATCH, help="questions a step")
    parser.add_argument("--wrong", type=int, default=1, help="wrong passages beside a right one")
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at its height")
    parser.add_argument("--checked", type=int, default=60, help="questions of each kind to validate with")
    parser.add_argument("--check-every", type=int, default=300, help="steps between validations")
    parser.add_argument("--teacher", type=Path, help="folder of an encoder that learns first, then teaches")
    parser.add_argument(
        "--by-both", action="store_true", help="learn from what docent-e5 and docent-english say as well"
    )
    parser.add_argument("--teacher-passes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1, help="of what is held out, and all else")
    parser.add_argument("--draw", type=int, help="seed of which questions are read; by default the same")
    parser.add_argument(
        "--share", action="append", default=[], metavar="FILE=SHARE", help="of the questions, from one file"
    )
    parser.add_argument("--base", default=models.EMBEDDED_MODEL, help="the encoder: its name, or a folder")
    parser.add_argument("--name", help="what the weights call it, where it was given as a folder")
    parser.add_argument("--questions", type=int, help="so many, a share of each file, by no index")
    parser.add_argument("--written", nargs="+", type=Path, default=[], help="files of bot/reader/written.py")
    parser.add_argument(
        "--by-meaning", action="store_true", help="look for wrong passages of written ones by vectors too"
    )
    parser.add_argument("--made", type=float, default=0, help="share of them that is generated")
    parser.add_argument("--dropout", type=float, help="share of values; by default the encoder's")
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers, which stay the encoder's")
    parser.add_argument(
        "--last", action="store_true", help="keep the weights of the last step, not those that validate best"
    )
    parser.add_argument("--minutes", type=float, help="to learn for, at most")
    given = parser.parse_args(arguments)
    if given.by_both and given.teacher:
        parser.error("--by-both and --teacher both say who teaches: name one of them")
    if given.keep and not given.start:
        parser.error("--keep needs the weights of --start")
    return given


def _passes(given: argparse.Namespace, homes: set[str], *, passes: int) -> Plan:
    """Over files whose passages an index was made of."""
    with shown() as progress:
        examples = prepare(
            given.away, given.home, given.work, share=given.held_out, seed=given.seed, progress=progress
        )
    return Plan(
        examples,
        homes,
        passes=passes,
        away_passes=given.away_passes,
        most=given.most,
        seed=given.seed,
        batch=given.batch,
    )


def _mixture(given: argparse.Namespace, homes: set[str], *, passes: int) -> Mixture:
    """Of paragraphs as they are, and of what is made."""
    found = paragraphs.examples([*given.home, *given.away], homes, share=given.held_out, seed=given.seed)
    draw = given.seed if given.draw is None else given.draw
    if given.made:
        found += made.examples(round(given.questions * given.made), draw)
    encoder = encoder_of(load()) if given.by_meaning else None
    found += written.examples(
        written.read(given.written), share=given.held_out, seed=given.seed, encoder=encoder
    )
    shares = {name: float(share) for name, _, share in (text.partition("=") for text in given.share)}
    shares[made.FILE] = given.made
    return Mixture(found, count=given.questions * passes, shares=shares, seed=draw, batch=given.batch)


if __name__ == "__main__":
    main()
