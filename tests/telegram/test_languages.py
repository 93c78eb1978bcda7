"""The true command, with the models that are its default, over small documents in many languages."""

import sys
from pathlib import Path

import pytest

from bot.settings import load
from index.catalogue import E5
from tests.conftest import UNTRACED
from tests.many_languages import LINES, QUESTIONS
from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.server import BotApi

DOCENT = str(Path(sys.executable).with_name("docent"))
LANGUAGES = ("ar", "de", "es", "fr", "hi", "ja", "ru", "tr", "zh")
FERRY = {
    "fr": "Le bac pour l'île part du quai nord à six heures et demie.\n\nLes chiens voyagent gratuitement.\n",
    "ru": "В музее часов три зала.\n\nБашенные часы остановились в 1911 году из-за удара молнии.\n",
    "zh": "果园里有两百棵梨树。\n\n蜂箱由退休教师郭明照看。\n",
}
ACROSS = {
    "From which quay does the boat to the island leave?": "quai nord",
    "Why did the tower clock stop?": "удара молнии",
    "Who looks after the beehives?": "郭明",
}
"""Questions in English about texts in other languages."""


@pytest.mark.slow
@pytest.mark.skipif(not E5.is_installed, reason="the package of the model of many languages is not for here")
def test_questions_in_many_languages_are_answered_with_the_line_that_answers(
    api: BotApi, owner: User, start: Start, tmp_path: Path
) -> None:
    docs = tmp_path / "many"
    docs.mkdir()
    for code in LANGUAGES:
        (docs / f"{code}.txt").write_text("\n\n".join(LINES[code]), encoding="utf-8")
    for code, text in FERRY.items():
        (docs / f"more-{code}.txt").write_text(text, encoding="utf-8")
    settings = {
        "DOCENT_DOCUMENTS__FOLDER": str(docs),
        "DOCENT_ENCODER__MODEL": "auto",
        "DOCENT_READER__MODEL": "auto",
        "DOCENT_ANSWER__THRESHOLD": str(load().answer.threshold),
        "DOCENT_TELEGRAM__ADMINS": f"[{owner.id}]",
        "DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE": "100",
        **UNTRACED,
    }
    running = start(ready=False, command=(DOCENT,), **settings)
    running.wait_line("Answering as", timeout=300)
    chat = api.private(owner)
    wrong = {}
    asked = [(QUESTIONS[code][n], LINES[code][n]) for code in LANGUAGES for n in range(len(LINES[code]))]
    for question, right in [*asked, *ACROSS.items()]:
        chat.send(question)
        answer = chat.wait(timeout=60)[0]
        quotes = answer.marked("blockquote") + answer.marked("expandable_blockquote")
        first = quotes[0].partition("] ")[2] if quotes else ""
        if not first or (first not in right and right not in first):  # of two sentences one is enough
            wrong[question] = answer.text[:80]
    assert len(wrong) <= 3, wrong  # of 57; one when it was written
