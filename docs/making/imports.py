"""The imports of the code → ``docs/architecture.svg``, by ``python -m docs.making.imports``.

The list of layers in ``pyproject.toml``, which import-linter holds the code to, is cut into rooms; an arrow
is drawn where a module of one room imports one of another, unless other arrows lead there already.
"""

import textwrap
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "architecture.svg"

ROOMS = {
    "bot.terminal": "Command line",
    "bot.telegram": "Telegram",
    "bot.reader.cross_encoder": "Teaching the reader",
    "bot.examples": "What front ends share: texts, rendering, evaluation",
    "bot.engine": "The engine: one door for all front ends",
    "bot.conversation.rewriting": "Conversation: a follow-up → a question that stands alone",
    "bot.answering.interjecting": "Answering: hits and readings → quotes and confidence",
    "bot.reader.readers": "The reader: a question and a passage → where the answer stands",
    "bot.settings": "Settings of all stages",
    "index.search": "Search: a question → hits",
    "index.building": "Building: changed documents → a new index",
    "index.engines": "The index: vectors, words and texts on the disk",
    "index.joining": "Models: texts → vectors",
    "index.documents": "Units: blocks → what is found and quoted",
    "index.drawing": "Drawing: a page → a picture with the quote marked",
    "index.parsing": "Parsing: a file → its text and blocks",
    "index.cached": "Nouns, settings, languages",
}
"""The first module of each room, as the list of layers has it, and the room's name; the top one first."""

Arrow = tuple[str, str]


def layers(pyproject: str) -> list[str]:
    """The modules of the contract that orders the whole code, the top one first."""
    contracts = tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
    (order,) = (one["layers"] for one in contracts if one["name"].startswith("data flows one way"))
    return [module.strip(" ()") for layer in order for module in layer.split("|")]


def furnished(order: Sequence[str], rooms: Mapping[str, str] = ROOMS) -> dict[str, list[str]]:
    """Rooms → their modules.

    Raises:
        ValueError: the modules that rooms begin with are not in the order, or the first of all is not one.
    """
    if missing := [module for module in rooms if module not in order]:
        raise ValueError(f"{', '.join(missing)}: not among the layers of pyproject.toml; mend ROOMS.")
    if order[0] not in rooms:
        raise ValueError(f"{order[0]}: no room begins with it; mend ROOMS.")
    found: dict[str, list[str]] = {}
    for module in order:
        if module in rooms:
            members = found.setdefault(rooms[module], [])
        members.append(module)
    return found


def arrows(imports: Iterable[Arrow], modules: Mapping[str, Collection[str]]) -> list[Arrow]:
    """From which rooms to which ones an import leads, where no way over other rooms does.

    Args:
        imports: names of modules, each with one that it imports; of settings, sections beside stages above.
        modules: rooms → their modules or packages, the top one first; imports lead down.
    """
    room = {module: name for name, members in modules.items() for module in members}

    def of(module: str) -> str | None:
        while module and module not in room:
            module = module.rpartition(".")[0]
        return room.get(module)

    found = {(of(above), of(below)) for above, below in imports if not above.endswith(".settings")}
    pairs = {(above, below) for above, below in found if above and below and above != below}
    order = list(modules)
    reached: dict[str, set[str]] = {}
    for name in reversed(order):
        direct = {below for above, below in pairs if above == name}
        reached[name] = direct.union(*(reached.get(below, ()) for below in direct))
    kept = {
        (above, below)
        for above, below in pairs
        if not any(below in reached.get(other, ()) for start, other in pairs if start == above)
    }
    return sorted(kept, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))


def drawn(modules: Mapping[str, Sequence[str]], leads: Sequence[Arrow]) -> str:
    """The picture as SVG: rooms below one another, arrows to the next ones between, others beside them."""
    width, left, line, gap = 560, 10, 17, 24
    tops, boxes, top = {}, [], 10
    for name, members in modules.items():
        rows = textwrap.wrap(_named(members), 84)
        height = 30 + line * len(rows)
        text = "".join(
            f'<text x="{left + 12}" y="{top + 38 + line * row}">{escape(words)}</text>'
            for row, words in enumerate(rows)
        )
        boxes.append(
            f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>'
            f'<text x="{left + 12}" y="{top + 20}" class="name">{escape(name)}</text>{text}'
        )
        tops[name] = (top, height)
        top += height + gap
    order = list(modules)
    lanes: list[list[tuple[int, int]]] = []
    for above, below in sorted(leads, key=lambda pair: order.index(pair[1]) - order.index(pair[0])):
        start, end = tops[above][0] + tops[above][1], tops[below][0]
        if order.index(below) - order.index(above) == 1:
            boxes.append(f'<path d="M{left + 40} {start}V{end - 6}"/>')
            continue
        start, end = start - 10, end + 12
        lane = next((one for one in lanes if all(end < low or start > high for low, high in one)), None)
        if lane is None:
            lane = []
            lanes.append(lane)
        lane.append((start, end))
        edge, far = left + width, left + width + 22 + 18 * lanes.index(lane)
        boxes.append(f'<path d="M{edge} {start}H{far - 8}q8 0 8 8V{end - 8}q0 8 -8 8H{edge + 7}"/>')
    across = left + width + 30 + 18 * len(lanes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {top}" '
        f'width="{across}" height="{top}">\n'
        "<style>text{font:12.5px sans-serif;fill:#444}.name{font-weight:bold;font-size:14px;fill:#123}"
        "rect{fill:#eef4f7;stroke:#9db8c5}path{fill:none;stroke:#2c5f78;stroke-width:1.4;marker-end:url(#tip)}"
        "#tip path{fill:#2c5f78;stroke:none;marker-end:none}</style>\n"
        '<marker id="tip" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker>\n'
        f'<rect x="0" y="0" width="{across}" height="{top}" style="fill:#fff;stroke:none"/>\n'
        + "\n".join(boxes)
        + "\n</svg>\n"
    )


def picture() -> str:
    """The picture of the code as it is now."""
    import grimp

    graph = grimp.build_graph("index", "bot", cache_dir=None)
    imports = [
        (above, below) for above in graph.modules for below in graph.find_modules_directly_imported_by(above)
    ]
    rooms = furnished(layers((ROOT / "pyproject.toml").read_text("utf-8")))
    return drawn(rooms, arrows(imports, rooms))


def _named(modules: Sequence[str]) -> str:
    """Modules as paths: packages first named whole, modules below the same folder together."""
    folders: dict[str, list[str]] = {}
    for module in modules:
        folder, _, name = module.replace(".", "/").rpartition("/")
        if (ROOT / module.replace(".", "/")).is_dir():
            folder, name = f"{folder}/{name}", ""
        folders.setdefault(folder, []).extend([name] if name else [])
    return "; ".join(
        f"{folder}/{': ' if names else ''}{', '.join(names)}" for folder, names in folders.items()
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
