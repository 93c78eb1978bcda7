"""Keeps a small index and state of today's formats for later versions: ``python -m tests.keep 0.1.0``.

It is run once for each release, before it. The files are not made by hand: a bot answers, a reader judges, a
build is broken off. ``tests/test_released.py`` says what has to be found in them.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from bot.answering.calibration import Calibration, file_of, write
from bot.backup import make
from bot.engine import Engine
from bot.settings import load
from index.building import encoding
from index.engines.local.store import Store
from tests.building.failing import Failing
from tests.conftest import LETTER, MINUTES, ROOT
from tests.telegram.conftest import WORDS, Running, environment
from tests.telegram.sending_in import done, say_file
from tests.telegram.server import BotApi
from tests.telegram.talks import ATTENDED, say, turn

KEPT = ROOT / "tests" / "data" / "kept"
PLUMS = b"The plum tree bears nine kilos.\n"
HISTORY = "\n# 2026-11-29 12:00:00\n+who attended?\n"


def keep(folder: Path) -> None:
    """Make ``state.zip``, a backup, and ``index.zip``, an index whose next build was broken off."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        docs, state = Path(name) / "docs", Path(name) / "state"
        docs.mkdir()
        (docs / "minutes.md").write_text(MINUTES, encoding="utf-8")
        with BotApi() as api:
            owner = api.user("Olga")
            given = environment(api, docs, state, DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
            running = Running([sys.executable, *WORDS, "telegram"], given)
            running.wait_line("Answering as")
            chat = api.private(owner)
            answer = say(chat, ATTENDED)
            api.click(answer, "👍")
            say(chat, "/allow 4711")
            say(chat, "/collection garden .")
            done(chat, say_file(chat, "plums.txt", PLUMS, caption="/add"))
            asked = say(chat, "/forget plums")
            turn(api, asked, "Remove")
            done(chat, asked)
            running.stop()
        (state / "history").write_text(HISTORY, encoding="utf-8")
        write(file_of(state, "index"), Calibration(0.8, -0.3, 40))
        settings = load(flags={"documents.folder": docs, "state.folder": str(state)})
        make(settings, folder / "state.zip", documents=True)
        (docs / "ferry.txt").write_text(LETTER, encoding="utf-8")
        (docs / "late.txt").write_text("The ferry is late. It comes on Friday.", encoding="utf-8")
        encoding.BLOCK = 3
        try:
            Engine(settings, Failing(1, KeyboardInterrupt())).build()
        except KeyboardInterrupt:
            store = Store(settings.index_folder())
            for one in (store.folder / "generations").iterdir():
                if one.name != store.current_name():
                    shutil.rmtree(one)
            shutil.make_archive(str(folder / "index"), "zip", settings.index_folder())


if __name__ == "__main__":
    keep(KEPT / sys.argv[1])
