"""Where a sentence ends, in several languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.units.borders import sentences


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "word",
    ["hall", "bus", "car", "wall", "mall", "bar", "sun", "law", "top", "west", "man", "house", "book",
     "bank", "age", "war", "tea", "list", "pool", "park", "will", "bill", "act", "see"],
)  # fmt: skip
def test_everyday_words_are_no_abbreviations(word):
    assert found(f"They saw the {word}. Alice came late.") == [f"They saw the {word}.", "Alice came late."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Gen. Austin Scott Miller took command. He stayed.",
            ["Gen. Austin Scott Miller took command.", "He stayed."],
        ),
        (
            "It ran from Nov. 8 to 20 in Rome.\nIt rained.",
            ["It ran from Nov. 8 to 20 in Rome.", "It rained."],
        ),
        (
            "Dr. Miller and Mr. Smith vs. Mrs. Jones met. They talked.",
            ["Dr. Miller and Mr. Smith vs. Mrs. Jones met.", "They talked."],
        ),
        ("The U.S. Army came. It left.", ["The U.S. Army came.", "It left."]),
        ("He lives in the U.S. She does not.", ["He lives in the U.S.", "She does not."]),
        ("J. R. R. Tolkien wrote it. It sold.", ["J. R. R. Tolkien wrote it.", "It sold."]),
        ("See e.g. this one. And i.e. that.", ["See e.g. this one.", "And i.e. that."]),
        ("Version 3.5.1 is out. Get it.", ["Version 3.5.1 is out.", "Get it."]),
        ("Visit www.example.com. Now.", ["Visit www.example.com.", "Now."]),
        ("It costs 3.50 euros. Cheap!", ["It costs 3.50 euros.", "Cheap!"]),
        ("He said: “Go!” Then he left.", ["He said: “Go!”", "Then he left."]),
        ("“Stop.” He ran.", ["“Stop.”", "He ran."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("One is.\u00a0 Two.\r\nThree.", ["One is.", "Two.", "Three."]),
        ("… !!! One is. …", ["… !!!", "One is.", "…"]),
        ("No full stop\nbut two lines", ["No full stop\nbut two lines"]),
    ],
)
def test_sentences_end_where_a_reader_sees_it(text, sentences):
    assert found(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("See Tab. 2 and Fig. 3. It is so.", ["See Tab. 2 and Fig. 3.", "It is so."]),
        ("Vol. 3, pp. 4-5. See also.", ["Vol. 3, pp. 4-5.", "See also."]),
        ("The No. 1 choice. Buy.", ["The No. 1 choice.", "Buy."]),
        ("I said no. 5 people left.", ["I said no. 5 people left."]),
        ("He is no. 5. Is he?", ["He is no. 5.", "Is he?"]),
        ("M. Dupont est venu. Il est parti.", ["M. Dupont est venu.", "Il est parti."]),
        ("Born in St. Louis. He left.", ["Born in St. Louis.", "He left."]),
    ],
)
def test_a_full_stop_that_shortens_a_word_ends_nothing(text, sentences):
    assert found(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The belt (cat. no. 7) is here. Take it.", ["The belt (cat. no. 7) is here.", "Take it."]),
        ("He was late (as usual. He is.) and left. So?", ["He was late (as usual. He is.) and left.", "So?"]),
        ("(See page 3. It tells.) Then go.", ["(See page 3.", "It tells.)", "Then go."]),
        ("Open ( never closed. Next one.", ["Open ( never closed.", "Next one."]),
        (
            f"One (is late. He {'is ' * 60}) two.",
            ["One (is late.", f"He {'is ' * 60}) two."],
        ),  # too far to be an aside
        ("One (a.\n\nTwo) b.", ["One (a.", "Two) b."]),
        ("One (a) two. Three (b) four.", ["One (a) two.", "Three (b) four."]),
    ],
)
def test_a_full_stop_in_parentheses_ends_no_sentence_around_them(text, sentences):
    assert found(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [],
)
def test_a_full_stop_that_counts_ends_nothing(text, sentences):
    assert found(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "会议于星期一举行。大家都来了！谁没来？没有人。",
            ["会议于星期一举行。", "大家都来了！", "谁没来？", "没有人。"],
        ),
        ("「行こう。」そして出た。", ["「行こう。」", "そして出た。"]),
        ("هل جاء؟ نعم، جاء۔ ثم ذهب.", ["هل جاء؟", "نعم، جاء۔", "ثم ذهب."]),
        ("वह आया। वह गया।", ["वह आया।", "वह गया।"]),
        ("一个人。 Two are. 三！", ["一个人。", "Two are.", "三！"]),
    ],
)
def test_other_scripts_have_their_own_marks(text, sentences):
    assert found(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We open at 5 p.m. We close at 9 p.m.", ["We open at 5 p.m.", "We close at 9 p.m."]),
        ("He came at 9 a.m. She left.", ["He came at 9 a.m.", "She left."]),
        ("At 5 p.m. Monday we meet. It is so.", ["At 5 p.m. Monday we meet.", "It is so."]),
        ("At 5 p.m. January 3 we meet.", ["At 5 p.m. January 3 we meet."]),
        ("It ends at 5 p.m. on Friday.", ["It ends at 5 p.m. on Friday."]),
        ("It ends at 5 p.m. EST today. Come!", ["It ends at 5 p.m. EST today.", "Come!"]),
    ],
)
def test_an_hour_ends_a_sentence_before_a_capital_but_no_date(text, sentences):
    assert found(text) == sentences


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000"])
def test_nothing_has_no_sentences(text):
    assert sentences(text) == []


@given(
    st.lists(
        st.sampled_from([*"aZ5 .!?。؟।\n\u3000…”»)", "p.m. ", "Dr. ", "12. ", "Juli "]), max_size=30
    ).map("".join)
)
def test_every_character_but_white_space_is_in_one_sentence(text):
    end = 0
    for start, stop in sentences(text):
        assert not text[end:start].strip()
        assert end <= start < stop
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Yes. Two at a time. No pets.", "en", ["Yes. Two at a time.", "No pets."]),
        ("Nein. Das geht erst ab 18.", "de", ["Nein. Das geht erst ab 18."]),
        ("可以。每次两位。他是医生。", "zh", ["可以。每次两位。", "他是医生。"]),
        ("Yes. No. Perhaps we do.", "en", ["Yes. No.", "Perhaps we do."]),
        ("Yes.\nTwo at a time.", "en", ["Yes.", "Two at a time."]),
        ("We go. Two stay.", "en", ["We go.", "Two stay."]),
        ("Two at a time. Yes.", "en", ["Two at a time.", "Yes."]),
        ("Room 7. B2. Ask us.", "en", ["Room 7.", "B2.", "Ask us."]),
    ],
)
def test_a_word_alone_belongs_to_what_follows_in_its_line(text, language, expected):
    assert [text[start:end] for start, end in sentences(text, language)] == expected


@pytest.mark.parametrize("gap", ["\n" * 50_000, " \n" * 60, " " * 100])
def test_no_sentence_goes_on_after_a_long_gap(gap: str):
    assert found(f"{gap}It rained. We left at{gap}noon that day. Nobody came.{gap}") == [
        "It rained.", "We left at", "noon that day.", "Nobody came.",
    ]  # fmt: skip
