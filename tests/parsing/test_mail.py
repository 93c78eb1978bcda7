"""Mails and mailboxes: heads, bodies, what is quoted, and attached files."""

import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from index.parsing.base import Unreadable
from index.parsing.letters.letter import own_text
from index.parsing.letters.mail import parse
from tests.parsing.outlined import outlined


def message(text: str = "", html: str = "", **head: str) -> EmailMessage:
    mail = EmailMessage(SMTP)
    for key, value in {"From": "Anna <a@ex.org>", "Subject": "Lunch", **head}.items():
        mail[key.replace("_", "-")] = value
    if text or not html:
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html, subtype="html")
    return mail


def test_head_and_body():
    mail = message(
        "Hello Ben,\n\nwe meet at noon.\n\n- bread\n- cheese\n\nTel: 441\nFax: 442\nRoom: 12\n",
        To="Ben <b@ex.org>",
        Cc="c@ex.org",
        Date="Tue, 3 Mar 2026 10:00:00 +0100",
        Subject="Grüße und Mittag",
    )
    parsed = parse(mail.as_bytes(), "a.eml")
    assert parsed.text == (
        "Subject: Grüße und Mittag\nFrom: Anna <a@ex.org>\nTo: Ben <b@ex.org>\nCc: c@ex.org\n"
        "Date: Tue, 03 Mar 2026 10:00:00 +0100\n\nHello Ben,\n\nwe meet at noon.\n\n- bread\n- cheese\n\n"
        "Tel: 441\nFax: 442\nRoom: 12"
    )
    assert outlined(parsed) == [
        "property: Subject: Grüße und Mittag",
        "property: From: Anna <a@ex.org>",
        "property: To: Ben <b@ex.org>",
        "property: Cc: c@ex.org",
        "property: Date: Tue, 03 Mar 2026 10:00:00 +0100",
        "paragraph: Hello Ben,",
        "paragraph: we meet at noon.",
        "list",
        "  item",
        "    paragraph: bread",
        "  item",
        "    paragraph: cheese",
        "list",
        "  record: Tel: 441",
        "  record: Fax: 442",
        "  record: Room: 12",
    ]
    assert parsed.title == "Grüße und Mittag"
    assert parsed.properties == {
        "subject": "Grüße und Mittag",
        "from": "Anna <a@ex.org>",
        "author": "Anna <a@ex.org>",
        "to": "Ben <b@ex.org>",
        "cc": "c@ex.org",
        "date": "2026-03-03T10:00:00+01:00",
    }


def test_of_two_forms_the_plain_one_is_read():
    assert (
        outlined(parse(message("Plain words.", "<p>Other words.</p>").as_bytes(), "a.eml"))[-1]
        == "paragraph: Plain words."
    )


def test_a_plain_form_that_says_nothing_is_not():
    html = "<h1>News</h1>" + "<p>The canteen opens at eleven from now on, and closes at two.</p>" * 4
    parsed = parse(message("See the web version.", html).as_bytes(), "a.eml")
    assert outlined(parsed)[2:4] == [
        "heading1: News",
        "paragraph: The canteen opens at eleven from now on, and closes at two.",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ben wrote:\n> Really?\n> Sure?", "Yes."),
        ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Benjamin\nRoth <b@ex.org> wrote:\n\n> Really?", "Yes."),
        ("Ja.\n\nAm 2. März 2026 um 10:00 schrieb Ben <b@ex.org>:\n> Wirklich?", "Ja."),
        ("Oui.\n\nLe lun. 2 mars 2026 à 10:00, Ben a écrit :\n> Vraiment ?", "Oui."),
        ("Sí.\n\nEl lun, 2 mar 2026, Ben escribió:\n> ¿De verdad?", "Sí."),
        ("Yes.\n\n-----Original Message-----\nFrom: Ben\nReally?", "Yes."),
        ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Ben", "Ja."),
        (
            "Yes.\n\n________________________________\nFrom: Ben\nSent: Monday\nTo: Anna\nSubject: "
            "Lunch\n\nReally?",
            "Yes.",
        ),
        ("Ja.\n\nVon: Ben\nGesendet: Montag\nAn: Anna\nBetreff: Essen\n\nWirklich?", "Ja."),
        ("Yes.\n-- \nAnna Berg\nHead of bread", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("> First?\nYes.\n> Second?\nNo.", "Yes.\nNo."),
        ("From: here it is a long way.\nWe wrote:\nYes.", "From: here it is a long way.\nWe wrote:\nYes."),
    ],
)
def test_what_is_quoted_and_signatures_are_left_out(text, wanted):
    assert own_text(text) == wanted


def test_a_forwarded_letter_is_kept():
    text = (
        "See below.\n\n-----Original Message-----\nFrom: Ben\nSent: Monday\nTo: Anna\nSubject: Key\n\n"
        "It is under the mat."
    )
    parsed = parse(message(text, Subject="Fwd: Key").as_bytes(), "a.eml")
    assert outlined(parsed)[-1] == "paragraph: It is under the mat."


@pytest.mark.parametrize(
    "quoted",
    [
        "<div class='gmail_quote'>On Monday Ben wrote:<blockquote>Really?</blockquote></div>",
        "<blockquote type='cite'><p>Really?</p></blockquote>",
        "<hr><div id='divRplyFwdMsg'><b>From:</b> Ben</div><div>Really?</div>",
        "<div><p><b>From:</b> Ben<br><b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> L</p>"
        "</div><p>Really?</p>",
        "<p>Am 2. März 2026 schrieb Ben:</p><p>Really?</p>",
    ],
)
def test_what_a_page_quotes_is_left_out(quoted):
    parsed = parse(message(html=f"<p>Yes, we <b>do</b>.</p>{quoted}").as_bytes(), "a.eml")
    assert outlined(parsed)[2:] == ["paragraph: Yes, we do."]


def test_attached_files_have_names_of_their_own():
    mail = message("See the plan.")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plän.pdf")
    mail.add_attachment(b"%PDF-1.5", maintype="application", subtype="pdf", filename="../plän.pdf")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png", cid="<logo>")
    mail.add_attachment(message("Inside.", Subject="Re: old/plan"))
    attached = parse(mail.as_bytes(), "a.eml").attachments
    assert [(one.name, one.data[:8]) for one in attached[:2]] == [
        ("plän.pdf", b"%PDF-1.4"),
        ("plän (2).pdf", b"%PDF-1.5"),
    ]
    assert [one.name for one in attached[2:]] == ["Re old plan.eml"]
    assert parse(attached[2].data, attached[2].name).title == "Re: old/plan"


def test_a_mailbox():
    box = (
        b"From a@ex.org Tue Mar  3 10:00:00 2026\nFrom: a@ex.org\nSubject: Lunch\n\nAt noon.\n\n>From "
        b"now on daily.\n\n"
        b"From b@ex.org Tue Mar  3 11:00:00 2026\nFrom: b@ex.org\nSubject: Re: Lunch\n\nYes.\n"
    )
    parsed = parse(box, "a.mbox")
    assert outlined(parsed) == [
        "heading1: Lunch",
        "property: Subject: Lunch",
        "property: From: a@ex.org",
        "paragraph: At noon.",
        "paragraph: From now on daily.",
        "heading1: Re: Lunch",
        "property: Subject: Re: Lunch",
        "property: From: b@ex.org",
        "paragraph: Yes.",
    ]
    assert parsed.title == ""


def test_lines_that_flow_on_are_joined():
    data = (
        b"From: a@ex.org\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n"
        b"The server stands \nin the new room.\n"
    )
    assert outlined(parse(data, "a.eml"))[-1] == "paragraph: The server stands in the new room."


@pytest.mark.parametrize(
    ("head", "body", "subject", "words"),
    [
        ("Subject: caf\u00e9", b"caf\xc3\xa9", "café", "café"),
        ("Subject: =?nonsense?q?caf=C3=A9?=", b"x", "café", "x"),
        ("Subject: =?utf-8?b?Y2Fmw6k?=", b"x", "café", "x"),
        ("Subject: x\nContent-Type: text/plain; charset=nonsense", b"caf\xc3\xa9", "x", "café"),
        ("Subject: x\nContent-Transfer-Encoding: base64", b"U2VlIHlvd@@@S4=", "x", "See you."),
        ("Subject: x\nContent-Type: multipart/mixed; boundary=b", b"--b\n\nno end", "x", "no end"),
    ],
)
def test_what_is_broken_is_read_as_far_as_it_can_be(head, body, subject, words):
    parsed = parse(b"From: a@ex.org\n" + head.encode() + b"\n\n" + body, "a.eml")
    assert parsed.title == subject
    assert outlined(parsed)[-1] == f"paragraph: {words}"


def test_no_mail():
    for data, reason in (
        (b"", "^no mail: it has no head$"),
        (b"Just a text.\n", "^no mail: it has no head$"),
        (b"From: a\nContent-Type: multipart/encrypted; boundary=b\n\n--b--", "^encrypted$"),
        (b"From: a\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx", "^encrypted$"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.eml")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "Hi" + "\n" * 30_000 + "there"),
        ("", "Hi" + "\n" * 15_000 + ">\n" * 7_000 + "there"),
        ("", "Hi" + ">\n\n" * 10_000 + "there"),
        ("Content-Type: text/plain; " + "&x;" * 10_000 + "\n", "Hi"),
        ("To: " + "1,5" * 10_000 + "\n", "Hi"),
    ],
)
def test_a_long_head_and_many_empty_lines_take_no_time(head: str, body: str):
    start = time.process_time()
    assert "Hi" in parse(f"From: a@b.c\nSubject: x\n{head}\n{body}".encode(), "a.eml").text
    assert time.process_time() - start < 1
