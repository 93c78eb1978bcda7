"""Hundreds of chats ask a bot thousands of questions, while everything that can go wrong does.

    python -m benchmarks.soak [--seconds 600] [--people 24] [--private 200] [--groups 40] [--seed 1]

The bot is a real process, `docent telegram` with the models of the settings (`--words`: with none), against
the tests' strict double of the Bot API. People ask in private chats and groups, edit, press buttons, type
inline and come back where nothing came; documents change, files are sent in and forgotten, the index is
renewed; requests are refused (429, 5xx), cut, left hanging, their replies lost, updates delivered twice.
Memory, open files, threads and tasks are looked at all the while, and in three moments of calm: after a fifth
of the time, in the middle of the rest, at the end. The exit code is 1 where a question was left unanswered or
answered twice, a quote did not stand in the file it names, an answer was not edited though its quote is gone,
or something only grew.
Linux; needs the extra "dev".
"""

import argparse
import sys
import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import quantiles

from benchmarks.soak import findings
from benchmarks.soak.scene import Plan, Scene, soaked
from benchmarks.soak.vital import slope

_SHARES = 0.2, 0.4, 0.4  # of the time, until each of the moments of calm
_SHORT = 120.0  # seconds of which nothing is said about what grows: there is one moment of calm, at the end


def soak(plan: Plan, folder: Path) -> tuple[dict[str, str], list[str]]:
    """Let it all happen.

    Args:
        plan: how much of it.
        folder: for documents, state, and the bot's log.

    Returns:
        Figures as text by their names, and what must not be.
    """
    with soaked(plan, folder) as scene:
        for share in _SHARES if plan.seconds >= _SHORT else [1.0]:
            scene.go_on(share * plan.seconds)
        told, beacons = scene.told, scene.beacons
        stale = partial(findings.stale, told, beacons, scene.api.unheard())
        left, seconds = findings.settled(stale, 60.0 + len(stale()))  # two edits a second
        code = scene.end()
        (folder / "log").write_text(scene.bot.text, encoding="utf-8")
        found = [
            *findings.lost(told), *findings.doubled(told, scene.api.unheard()),
            *findings.false(told, beacons, plan.lag), *left, *findings.grown(scene.quiet), *told.troubles,
        ]  # fmt: skip
        found += [f"the bot ended with {code}"] * bool(code)
        found += [one for one in scene.bot.log if "index_damaged" in one]
        found += [f"a traceback: {one}" for one in findings.tracebacks(scene.bot.log)]
        return {**_figures(scene), "until all answers were true again": f"{seconds:.0f} s"}, found


def _figures(scene: Scene) -> dict[str, str]:
    told = scene.told
    answered = [one for one in told.asked if one.answer]
    seconds = [one.seconds for one in answered if not one.brought]
    cuts = quantiles(seconds, n=20) if len(seconds) > 1 else [0.0] * 19
    ways = {
        how: sum(one.how == how for one in told.asked) for how in dict.fromkeys(o.how for o in told.asked)
    }
    struck = scene.weather.struck()
    kinds = {kind: sum(n for (_, one), n in struck.items() if one == kind) for _, kind in sorted(struck)}
    looks = scene.signs[len(scene.signs) // 5 :]
    quiet = scene.quiet
    return {
        "questions": f"{len(told.asked)} ({', '.join(f'{how} {count}' for how, count in ways.items())})",
        "answered": f"{len(answered)}, {sum(one.brought for one in answered)} of them once people came back",
        "lost": str(len(findings.lost(told))),
        "doubled": str(len(findings.doubled(told, scene.api.unheard()))),
        "answered within": f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s",
        "besides": ", ".join(f"{what} {count}" for what, count in sorted(told.counts.items())),
        "renewals": str(sum("renewed documents" in one for one in scene.bot.log)),
        "faults": f"{struck.total()} ({', '.join(f'{kind} {count}' for kind, count in kinds.items())})",
        "delivered twice": str(scene.weather.redelivered),
        "memory": " / ".join(f"{one.rss:.0f}" for one in quiet)
        + f" MB, {slope(looks):+.0f} MB an hour, at most {max(one.rss for one in scene.signs):.0f} MB",
        "open files": " / ".join(str(one.fds) for one in quiet),
        "threads": " / ".join(str(one.threads) for one in quiet),
        "tasks": " / ".join(str(one.tasks) for one in quiet),
        "child processes": " / ".join(str(one.children) for one in quiet),
    }


def main() -> None:
    """Print the figures as a table, and what must not be; the exit code is 1 where there is any."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, default in (("private", 200), ("groups", 40), ("people", 24), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, default in (("seconds", 600.0), ("stir", 3.0), ("upload", 5.0), ("fault", 0.7)):
        parser.add_argument(f"--{name}", type=float, default=default)
    parser.add_argument("--words", action="store_true", help="a bot without a model, as tests use it")
    parser.add_argument("--folder", type=Path, help="where documents, state and the bot's log are left")
    given = vars(parser.parse_args())
    folder = given.pop("folder")
    plan = Plan(models=not given.pop("words"), **given)
    with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="docent-soak-") as made:
        figures, found = soak(plan, Path(made))
    print(f"| soak of {plan.seconds:g} seconds | |\n|---|---|")
    for name, value in figures.items():
        print(f"| {name} | {value} |")
    for one in found[:20]:
        print(one)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
