"""Questions of which no quote can be right, since what a quote would have to say stands in no document."""

from collections.abc import Iterable, Sequence

from bot.evaluation.questions import Question, plain_quotes
from bot.library import Library
from bot.plain import counted, line

_NAMED = 3  # of them


def misses(questions: Iterable[Question], library: Library) -> list[Question]:
    """The questions without a place none of whose evidence stands in a document word for word.

    Raises:
        IndexFolderError: there is no index, or it cannot be read.
    """
    open_ones = [one for one in questions if one.place is None and one.answerable]
    for entry in library.sources() if open_ones else ():
        text = plain_quotes(library.document(entry.source).text)
        open_ones = [one for one in open_ones if not any(plain_quotes(each) in text for each in one.evidence)]
    return open_ones


def told(missed: Sequence[Question]) -> str | None:
    """A sentence about them, where there are some."""
    if not missed:
        return None
    named = ", ".join(f"“{line(one.text)}”" for one in missed[:_NAMED])
    more = f" and {len(missed) - _NAMED} more" if len(missed) > _NAMED else ""
    return (
        f"The evidence of {counted(len(missed), 'question')} stands in no document word for word, so no "
        f"quote can be right: {named}{more}."
    )
