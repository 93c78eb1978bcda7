"""What the last question was about is carried over to one that says too little by itself."""

import csv
from pathlib import Path

import pytest

from bot.conversation.carrying import carried_over
from bot.conversation.rewriting import rewrite
from bot.conversation.turns import LONGEST, Turn, language_of

ALONE = "="  # in the file: the question stands alone
with Path(__file__).with_name("data").joinpath("follow_ups.tsv").open(encoding="utf-8", newline="") as lines:
    PAIRS = [
        (row["before"], row["question"], row["searched"]) for row in csv.DictReader(lines, delimiter="\t")
    ]


def talk(*questions: str) -> list[str]:
    """What is searched for when these are asked one after the other."""
    turns: list[Turn] = []
    for question in questions:
        turns.append(Turn(question, rewrite(question, turns).text))
    return [turn.searched_for for turn in turns]


@pytest.mark.parametrize(("before", "question", "searched"), PAIRS)
def test_pairs_of_questions_in_seven_languages(before: str, question: str, searched: str) -> None:
    searched_for = talk(before, question)[-1]
    if searched == ALONE:
        assert searched_for == question
    else:
        start, brackets, topic = searched_for.partition(" (")
        assert (start, brackets) == (question, " (")
        assert [word for word in searched.split() if word not in topic] == []


@pytest.mark.parametrize(
    ("before", "question", "searched_for"),
    [
        ("Wann wurde der Eiffelturm gebaut?", "Wie hoch ist er?", "Wie hoch ist er? (Eiffelturm)"),
        ("Wann wurde der Eiffelturm gebaut?", "Warum?", "Warum? (Eiffelturm gebaut)"),
        ("Wie beantrage ich Elternzeit?", "Kann ich Sie anrufen?", "Kann ich Sie anrufen? (Elternzeit)"),
        ("Wie beantrage ich Elternzeit?", "Kann ich Sie Montag anrufen?", "Kann ich Sie Montag anrufen?"),
        ("Was ist Inflation?", "was ist photosynthese", "was ist photosynthese"),
        ("Was ist Inflation?", "Photosynthese", "Photosynthese"),  # no question, words to search
        ("Was ist Inflation?", "Und was ist die Inflation?", "Und was ist die Inflation?"),  # says it itself
        ("Wo?", "Warum?", "Warum?"),  # nothing to carry over
        ("Cuéntame del Teide.", "¿Cuándo murió?", "¿Cuándo murió? (Teide)"),
        ("谁写了《红楼梦》?", "什么时候写的?", "什么时候写的? (红楼梦)"),
        ("მე ვარ აქ", "რატომ?", "რატომ?"),  # Georgian: its function words are not known
        ("What is the Harbour Tunnel?", "Warum?", "Warum? (Harbour Tunnel)"),
    ],
)
def test_what_is_carried_over(before: str, question: str, searched_for: str) -> None:
    assert talk(before, question)[-1] == searched_for


def test_what_was_carried_over_once_is_carried_on() -> None:
    assert talk("Was kostet eine Jahreskarte?", "Und für Kinder?", "Und für Hunde?", "Warum?")[1:] == [
        "Und für Kinder? (kostet eine Jahreskarte)",
        "Und für Hunde? (kostet eine Jahreskarte)",
        "Warum? (kostet eine Jahreskarte)",
    ]


def test_a_name_that_was_said_some_turns_back_comes_before_other_words() -> None:
    asked = ["Wo wurde Marie Curie geboren?", "Was kostet das?"]
    assert talk("Où est né Victor Hugo ?", "Pourquoi a-t-il écrit des romans ?", "Quand est-il mort ?")[
        -1
    ] == ("Quand est-il mort ? (Victor Hugo)")
    assert talk(*asked)[-1] == "Was kostet das? (Marie Curie)"


def test_a_long_text_is_not_leant_on() -> None:
    long = f"Wozu dient {'das Holz ' * LONGEST}?"
    assert carried_over("Warum?", [Turn(long, long)]) == "Warum?"
    assert carried_over("Warum?", []) == "Warum?"


@pytest.mark.parametrize(
    ("before", "question", "language"),
    [
        ("What is a roof?", "Why?", "en"),
        ("Was kostet ein Dach?", "Warum?", "de"),
        ("Quand ouvre la bibliothèque ?", "Et ?", "fr"),  # Estonian has this word too
        ("Сколько стоит билет?", "А без чека?", "ru"),
        ("What is a roof?", "为什么?", "zh"),
        ("What is a roof?", "roof", "en"),  # by the turn before it
        ("roof", "roof", "en"),
    ],
)
def test_a_short_question_is_in_the_language_of_those_before_it(
    before: str, question: str, language: str
) -> None:
    assert language_of(question, [Turn(before, before)]) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("do sponsors get a tax receipt?", "en"),  # Czech has two of the words too
        ("wifi password?", "en"),
        ("رسوم الموقف", "ar"),
        ("пароль wifi", "ru"),
        ("वाईफाई पासवर्ड", "hi"),
        ("was kostet das?", "de"),
    ],
)
def test_a_question_by_itself_is_in_the_language_that_its_words_or_letters_tell(
    question: str, language: str
) -> None:
    assert language_of(question) == language


def test_japanese_with_kana_follows_japanese_without_it() -> None:
    assert talk("東京塔建設費用?", "その高さは?")[-1] == "その高さは? (東京塔建設費用)"


def test_a_question_does_not_lean_on_one_in_another_script() -> None:
    question = "From which quay does the boat to the island leave?"
    assert talk("会议室可以吸烟吗？", question) == ["会议室可以吸烟吗？", question]
