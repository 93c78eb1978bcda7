"""A text in, its sentences out, as spans; what ends one depends on the language.

nupunkt finds where a full stop ends a sentence. Its table of abbreviations holds everyday words of English
(of reporters of law: "Wall.", "Bus."), so only those are kept that are listed here or cannot be words.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from index.records import Span

if TYPE_CHECKING:
    from nupunkt.tokenizers.sentence_tokenizer import PunktSentenceTokenizer

_ABBREVIATIONS = frozenset(
    """abb abs abt adj adm adv allg anm ann anon app approx apr apt arr art assn assoc asst attn aufl aug ave
    avg avda bd bdg betr bldg blvd brig bros bspw bzgl bzw cap capt cent cert cf chap cie cmd col com conf
    cont corp coord cpl dal dept dez dipl dir dist doc dott dres ebd ed eds eidg einschl encl eng esp esq est
    et etc evtl exc excl ext fasc feb ff fig figs fr freq frl geb gegr gem gen gest gez ggf gov govt hon hosp
    hr hrsg hwy ibid inc incl ing inkl insp inst int jahrh jan jg jr jun kap kat lat ldg lfd lic lt ltd mag
    maj max mfg mgmt mgr min misc mme mlle mr mrs ms mt mtg mwst nachm nov nr nrn nto nts num obj obs okt org
    pag par pat pers pfc phil pkwy pls plz pol pos pp prep pres priv prof prop prov pte pts qty ref regs rep
    resp rev rhs sa schr sen sep sept ser sgt sig sog spec sq sr sra srta std ste stdt stellv str suppl surg
    tab tbd tbsp tech tel temp tgl thur thurs thu tit tsp tue tues ud u.s usf usw vgl vol vols vorm vs wwe
    zit zzgl jhd zb zt гг гл др им кв корп обл пл пос пр просп рис руб см стр тел тыс ул""".split()  # noqa: SIM905
)
"""Abbreviations of English, German, French, Spanish, Italian and Russian of three letters and more."""

_COUNTED = re.compile(r"(?:^|[\s(])(?:[^\W\d_]{1,4}|\d{1,2})\.$")
_MONTH = re.compile(
    r"""\s*(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|januar|februar|märz|april|juni
    |juli|august|september|oktober|november|dezember|janv|févr|avr|juin|juil|août|déc|ene|abr|ago|dic|gen|mag
    |giu|lug|set|ott|tammi|jahrhundert|klasse|etage|stock|auflage|kapitel|straße|mal|geburtstag)""",
    re.VERBOSE | re.IGNORECASE,
)
_ENDS = re.compile(
    r"""[。！？｡．]+[」』）”’"]*|[؟۔।॥]+[»"”’)]*(?=\s)
    |\b[ap]\.m\.(?=\s+[A-Z][a-z])(?!\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))""",
    re.VERBOSE,
)
"""What ends a sentence where nupunkt does not look: other scripts' marks, and an hour before a capital."""
_TERMS = re.compile(r"[.!?…]")


@cache
def _punkt() -> "PunktSentenceTokenizer":
    """Nupunkt's model, without the abbreviations that are everyday words."""
    import nupunkt
    from nupunkt.tokenizers.sentence_tokenizer import PunktSentenceTokenizer

    punkt = PunktSentenceTokenizer(nupunkt.load_default_model().parameters)
    for word in sorted(punkt.abbreviations):
        if word.isalpha() and len(word) > 2 and word not in _ABBREVIATIONS:
            punkt.remove_abbreviation(word)
    punkt.add_abbreviations(sorted(word for word in _ABBREVIATIONS if len(word) > 2))
    return punkt


def sentences(text: str) -> list[Span]:
    """Start and end of every sentence, without the white space between them."""
    found: list[Span] = []
    for start, end in _spans(text):
        if found and _belongs_together(text, found[-1], (start, end)):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _spans(text: str) -> list[Span]:
    spans = _punkt().spans(text) if _TERMS.search(text) else [(0, len(text))]
    if not _ENDS.search(text):
        return [span for one in spans if (span := _trimmed(text, *one))]
    parts = []
    for first, end in spans:
        start = first
        for border in _ENDS.finditer(text, first, end):
            parts.append((start, border.end()))
            start = border.end()
        parts.append((start, end))
    return [span for one in parts if (span := _trimmed(text, *one))]


def _trimmed(text: str, start: int, end: int) -> Span | None:
    stretch = text[start:end]
    bare = stretch.strip()
    if not bare:
        return None
    start += len(stretch) - len(stretch.lstrip())
    return start, start + len(bare)


def _belongs_together(text: str, before: Span, after: Span) -> bool:
    """Whether a full stop only shortens a word or counts: "Tab. 2", "ул. Лесной", "12. Juli"."""
    head, tail = text[before[0] : before[1]], text[after[0] : after[1]]
    counted = _COUNTED.search(head)
    if not counted:
        return False
    word = counted[0].strip(" \t\n(.")
    if word.isdigit():
        return _MONTH.match(tail) is not None or tail[:1].islower()
    if word.lower() in _BEFORE_NAMES:
        return tail[:1].isupper()
    if tail[:1].islower():
        return True
    return tail[:1].isdigit() and (word.lower() in _SHORT or word.lower() in _ABBREVIATIONS)


_BEFORE_NAMES = frozenset("ул пр просп пл наб пер им бул dr st av avda str".split())  # noqa: SIM905
"""Words that are shortened before a name."""
_SHORT = frozenset(
    [
        "no",
        "nr",
        "tab",
        "abb",
        "fig",
        "art",
        "ch",
        "p",
        "pp",
        "s",
        "n",
        "nº",
        "núm",
        "pos",
        "kap",
        "vol",
        "bd",
        "sec",
        "d",
        "г",
        "д",
        "ст",
        "р",
        "стр",
        "рис",
        "кв",
        "п",
        "par",
    ]
)
"""Words of few letters that are shortened before a number."""
