"""Administrators send files, texts and links in, and take documents out again; the bot is a real process."""

import re
from pathlib import Path

from tests.intake import PLUMS, bomb, everything, pages
from tests.telegram.chats import Chat, User
from tests.telegram.conftest import Running, Start
from tests.telegram.desk import until
from tests.telegram.sending_in import done, say_file
from tests.telegram.server import BotApi
from tests.telegram.talks import (
    ATTENDED,
    ATTENDEES,
    CROSSING,
    CROSSING_ANSWER,
    heard,
    press,
    reply,
    say,
    turn,
)

HELD = "-m", "tests.telegram.held_bot"
CHERRIES = b"""\
# Cherries

## How heavy are the red cherries?

The red cherries are nine grams heavy.

## Ripe cherries

Cherries are ripe in the third week of June.
"""
ASK_PLUMS = "How many kilos does the plum tree bear?"
OFFERED = "If you meant to ask about the documents, write your question."
ADMINS = "Only administrators decide on this."


def quotes(chat: Chat, question: str) -> list[str]:
    return say(chat, question).marked("blockquote")


def test_a_file_is_offered_added_asked_about_removed_and_brought_back(
    bot: Running, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    chat = api.private(owner)
    sent = chat.send_file("../Plum report.txt", pages(2))
    offer = reply(chat, sent["message_id"])
    assert offer.text == f"Add “../Plum report.txt” to the documents?\n\n{OFFERED}"
    assert offer.buttons == [["Add", "No"]]
    assert not (docs / "uploads").exists()
    assert turn(api, offer, "Add").text == "Reading “../Plum report.txt” …"
    added = done(chat, offer)
    assert added.text == (
        "“Plum report” is among the documents now, as uploads/Plum report.pdf.\n"
        "I have read 2 pages, 2 passages."
    )
    assert (docs / "uploads" / "Plum report.pdf").read_bytes() == pages(2)
    assert quotes(chat, "What does page 2 tell of?") == ["[1] Page 2 tells of plum tree 2."]
    assert api.click(added, data=offer.keyboard[0][0]["callback_data"]).startswith("This was decided before")

    # The same again is not added twice; another one of that name is not written over it unasked.
    same = done(chat, say_file(chat, "other name.pdf", pages(2), caption="/add"))
    assert same.text.startswith("“other name” was among the documents before, as uploads/Plum report.pdf.")
    clash = done(chat, say_file(chat, "PLUM REPORT.pdf", pages(1), caption="/add"))
    assert clash.text == (
        "There is already a document of that name: uploads/Plum report.pdf. Shall I replace it, or keep both?"
    )
    assert clash.buttons == [["Replace", "Keep both", "Cancel"]]
    turn(api, clash, "Replace")
    replaced = done(chat, clash)
    assert replaced.text.startswith(
        "“PLUM REPORT” is in the place of the earlier uploads/Plum report.pdf.\n"
        "I have read 1 page, 1 passage.\nThe earlier one is in the bin for 30 days."
    )
    assert (docs / "uploads" / "Plum report.pdf").read_bytes() == pages(1)
    assert replaced.buttons[-1] == ["Bring the earlier one back"]

    # Out, and back.
    asked = say(chat, "/forget plum report")
    assert asked.text == (
        "Shall I remove “uploads/Plum report.pdf” from the documents? It can be brought back for 30 days."
    )
    turn(api, asked, "Remove")
    removed = done(chat, asked)
    assert removed.text == (
        "“uploads/Plum report.pdf” is no longer among the documents. It can be brought back for 30 days."
    )
    assert everything(docs / "uploads") == set()
    assert "plum" not in say(chat, "/sources").text.lower()
    back = turn(api, removed, "Undo")
    assert back.text == "“uploads/Plum report.pdf” is among the documents again."
    assert "uploads/Plum report.pdf" in say(chat, "/sources").text
    assert api.click(removed, data=removed.keyboard[0][0]["callback_data"]) == "It is no longer there."
    assert everything(docs / "uploads") == {"Plum report.pdf"}
    texts_albums_and_questions(api, chat)
    names_and_ids(api, chat, docs)
    assert done(chat, say(chat, "/add https://example.org/")).text == (
        "I may not fetch web pages. Set documents.links = true where I run, or send me the page as a file."
    )
    assert "Traceback" not in bot.text


def test_a_bot_without_documents_starts_and_is_sent_its_first(
    start: Start, api: BotApi, owner: User, docs: Path
) -> None:
    for file in (docs / "letters").iterdir():
        file.unlink()
    (docs / "letters").rmdir()
    for file in docs.iterdir():
        file.unlink()
    running = start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat = api.private(owner)
    assert (
        say(chat, ASK_PLUMS).text == "There are no documents at the moment, so I have nothing to answer from."
    )
    added = done(chat, say_file(chat, "plums.txt", PLUMS, caption="/add"))
    assert added.text.startswith("“plums” is among the documents now, as uploads/plums.txt.")
    assert quotes(chat, ASK_PLUMS)[0] == f"[1] {PLUMS.decode()}"
    assert "Traceback" not in running.text


def texts_albums_and_questions(api: BotApi, chat: Chat) -> None:
    """What is pasted, sent together and replied to is added; what stands below a file is a question."""
    text = done(chat, say(chat, f"/add The plum tree\n{PLUMS.decode()}"))
    assert text.text.startswith("“The plum tree” is among the documents now, as uploads/The plum tree.txt.")
    assert quotes(chat, ASK_PLUMS)[0] == f"[1] {PLUMS.decode()}"

    written = chat.send("/add The medlars are hard in autumn.")
    first = done(chat, reply(chat, written["message_id"]))
    name = "uploads/The medlars are hard in autumn.txt"
    assert f"is among the documents now, as {name}." in first.text
    chat.edit(written, "/add The medlars are hard in autumn.\nThey are soft in winter.")
    chat.edit(written, "/add The medlars are hard in autumn.\nThey are soft in winter.")  # as for a preview
    clash = done(chat, reply(chat, written["message_id"], after=first.id))
    assert clash.text.startswith(f"There is already a document of that name: {name}. Shall I replace it")
    turn(api, clash, "Replace")
    assert f"is in the place of the earlier {name}." in done(chat, clash).text
    assert quotes(chat, "When are the medlars soft?")[0] == "[1] They are soft in winter."
    assert len([one for one in chat.messages if one.reply_to == written["message_id"]]) == 2

    told = chat.send("The pears are ripe in the third week of September.")
    replied = done(chat, say(chat, "/add", reply_to=told))
    assert "uploads/The pears are ripe in the third week of September.txt" in replied.text
    file = chat.send_file("cherries.md", CHERRIES, caption=ATTENDED)
    assert ATTENDEES in reply(chat, file["message_id"]).text  # what stands below a file is a question
    cherries = done(chat, say(chat, "/add", reply_to=file))
    assert cherries.text.endswith("as uploads/cherries.md.\nI have read 2 passages.\n\nAsk me, for example:")
    assert cherries.buttons == [["How heavy are the red cherries?"], ["Ripe cherries?"]]
    example = press(api, cherries, "How heavy are the red cherries?")
    assert example.marked("blockquote") == ["[1] The red cherries are nine grams heavy."]
    assert say(chat, "/add").text.startswith("Send me a file with /add below it, ")

    # An album is one: offered, added, or a question.
    names = ("figs.txt", "quinces.txt", "medlars.xyz")
    for name in names:
        chat.send_file(name, f"The {name} weigh much.".encode(), media_group_id="fruit")
    offer = chat.wait()[0]
    assert offer.text == f"Add these 3 files to the documents?\n\n{OFFERED}"
    assert turn(api, offer, "No").text == "I have not added it."
    for name in names:
        chat.send_file(
            name,
            f"The {name} weigh much.".encode(),
            media_group_id="more",
            caption="/add"[: 4 * (name == names[2])],
        )
    begun = chat.wait()[0]
    assert begun.text == "Reading 3 files …"
    added = done(chat, begun)
    assert "“figs” is among the documents now, as uploads/figs.txt." in added.text
    assert "“quinces” is among the documents now, as uploads/quinces.txt." in added.text
    assert "I have not added “medlars.xyz”, for it cannot be read: '.xyz' files are not read." in added.text
    last = chat.messages[-1].id
    for number in range(2):
        album = {"media_group_id": "asked"} | ({} if number else {"caption": CROSSING})
        chat.send_file("nuts.txt", b"Nuts.", **album)
    assert "two days" in chat.wait()[0].text or "two days" in "".join(heard(chat, api, after=last))
    assert say(chat, "/help").text.startswith("Just write")
    assert len(heard(chat, api, after=last)) == 2


def test_what_is_hostile_or_too_large_is_refused_and_leaves_nothing(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    guest, group = api.user("Gus"), api.group("Garden", [owner])
    settings = {
        "DOCENT_TELEGRAM__ADMINS": f"[{owner.id}]",
        "DOCENT_TELEGRAM__ALLOWED": f"[{guest.id}]",
        "DOCENT_DOCUMENTS__LINKS": "true",
    }
    running = start(command=HELD, HELD=str(tmp_path), **settings)
    chat = api.private(owner)
    before = everything(docs)
    refused = {
        "CON.docx": (bomb(), "would unpack to more than 200 MB"),
        "..": (b"", "empty"),
        "run.exe": (b"MZ" + bytes(200), "'.exe' files are not read"),
        "../../etc/cron.d/x.pdf": (b"%PDF-1.4\n1 0 obj", "damaged"),
    }
    for name, (data, reason) in refused.items():
        told = done(chat, say_file(chat, name, data, caption="/add")).text
        assert told.startswith(f"I have not added “{name}”, for it cannot be read: "), told
        assert reason in told
    large = {"file_id": "x", "file_unique_id": "y", "file_name": "large.pdf", "file_size": 34_000_000}
    begun = reply(chat, chat.send_raw({"document": large, "caption": "/add"})["message_id"])
    own = done(chat, begun).text
    assert own == "Telegram did not give me “large.pdf”. Please send it again."  # a server of one's own may
    begun = reply(
        chat, chat.send_raw({"document": large | {"file_size": 99_000_000}, "caption": "/add"})["message_id"]
    )
    assert done(chat, begun).text.startswith(
        "“large.pdf” has 99 MB, which is more than documents.max_megabytes = 50"
    )
    links_to_this_machine(api, chat)
    assert everything(docs) == before
    assert not [name for name in everything(tmp_path / "state") if ".part" in name]

    # For nobody but administrators; a press of somebody else decides nothing.
    other = api.private(guest)
    assert say_file(other, "plums.txt", PLUMS).text == "I can read only text: please type your question."
    assert say(other, "/add The plums.").text.startswith("I do not know this command.")
    offer = say_file(chat, "plums.txt", PLUMS)
    assert api.click(say(other, CROSSING), data=offer.keyboard[0][0]["callback_data"]) == ADMINS
    begun = group.send_file("plums.txt", PLUMS, by=owner, caption="/add@docent_test_bot")
    assert "uploads/plums.txt" in done(group, reply(group, begun["message_id"])).text
    assert everything(docs) == before | {"uploads/plums.txt"}

    # The bot answers while it indexes; what a stop breaks off is taken up after it, and so is an offer; also
    # what had become of a removal is told then, and can be undone.
    held = tmp_path / "build"
    held.touch()
    begun = say_file(chat, "figs.txt", b"The figs weigh forty grams.", caption="/add")
    assert say(chat, CROSSING).html == CROSSING_ANSWER
    until((docs / "uploads" / "figs.txt").exists)
    removal = say(chat, "/forget minutes")
    turn(api, removal, "Remove")
    until(lambda: not (docs / "minutes.md").exists())
    assert running.stop() == 0
    held.unlink()
    start(command=HELD, HELD=str(tmp_path), **settings)
    assert done(chat, removal).text.startswith("“minutes.md” is no longer among the documents.")
    assert done(chat, turn(api, removal, "Undo")).text == "“minutes.md” is among the documents again."
    assert done(chat, begun).text.startswith("“figs” is among the documents now, as uploads/figs.txt.")
    turn(api, offer, "Add")
    assert done(chat, offer).text.startswith("“plums” was among the documents before, as uploads/plums.txt.")


def links_to_this_machine(api: BotApi, chat: Chat) -> None:
    """No link leads to this machine, whatever it is called."""
    knocks = api.count("getMe")
    port = re.sub(r"\D", "", api.url.rpartition(":")[2])
    for host in ("127.0.0.1", "localhost", "2130706433", "[::1]", "169.254.169.254", "me:x@127.0.0.1"):
        told = done(chat, say(chat, f"/add http://{host}:{port}/bot{api.token}/getMe")).text
        assert told.startswith("I did not get http://"), told
        assert told.endswith((": it leads into an internal network.", ": there is no host of that name.",
                              ": addresses with a name or password in them are not followed."))  # fmt: skip
    assert api.count("getMe") == knocks


def names_and_ids(api: BotApi, chat: Chat, docs: Path) -> None:
    """A name means a document, an id a person; what may be either is asked about."""
    assert say(chat, "/forget nothing of that kind").text.startswith(
        "No document is called “nothing of that kind”;"
    )
    assert say(chat, "/forget 12345").text == "I keep nothing about 12345."
    (docs / "12345.txt").write_text("The code of the shed is secret.", encoding="utf-8")
    both = say(chat, "/forget 12345")
    assert both.buttons == [["What I keep about 12345"], ["12345.txt"], ["Keep"]]
    assert turn(api, both, "12345.txt").text.startswith("Shall I remove “12345.txt” from the documents?")
    person = turn(api, say(chat, "/forget 12345"), "What I keep about 12345")
    assert person.text == "I keep nothing about 12345."
    several = say(chat, "/forget r")
    assert several.text == "Which of these shall I remove from the documents?"
    assert ["letters/ferry.txt"] in several.buttons
    assert turn(api, several, "Keep").text == "It stays among the documents."
    for number in range(9):
        (docs / f"note {number}.txt").write_text("A note.", encoding="utf-8")
    many = say(chat, "/forget note")
    assert [row[0] for row in many.buttons] == [*(f"note {number}.txt" for number in range(8)), "Keep"]
    assert many.text.startswith(
        "Which of these shall I remove from the documents? There are more of that kind"
    )
    quicker, slower = (say(chat, "/forget 12345.txt") for _ in range(2))
    turn(api, quicker, "Remove")
    assert done(chat, quicker).buttons == [["Undo"]]
    assert turn(api, slower, "Remove").text == "It is no longer there."
    for name in everything(docs) - {"letters/ferry.txt"}:
        (docs / name).unlink()
    only = turn(api, say(chat, "/forget letters/ferry.txt"), "Remove")
    assert only.text.startswith("“letters/ferry.txt” is the only document, and without any I cannot answer.")
    assert (docs / "letters" / "ferry.txt").exists()
