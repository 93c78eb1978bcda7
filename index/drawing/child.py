"""The process that draws pages, and has LibreOffice lay out documents: what it is given can be anything."""

import io

import msgspec

from index import pictures
from index.drawing.laying import LaidOut, lay_out
from index.parsing.base import Unreadable
from index.parsing.child import serve

_SLIMMEST = 19  # times as long as wide; Telegram takes pictures up to 20
_QUALITY = 90  # of JPEG


class Draw(msgspec.Struct, frozen=True, tag=True):
    """A page of a PDF or of a picture to draw; see ``pictures.page_picture``. ``kind`` is PNG or JPEG."""

    data: bytes
    number: int
    marks: list[pictures.Mark]
    scale: float
    kind: str


class LayOut(msgspec.Struct, frozen=True, tag=True):
    """A document that LibreOffice is to make a PDF of; ``suffix`` tells its format.

    ``patient`` tells that nobody waits for it.
    """

    data: bytes
    suffix: str
    patient: bool = False


Request = Draw | LayOut


class Reply(msgspec.Struct, frozen=True):
    """A picture, or a document that was laid out, or the reason why there is none."""

    picture: bytes = b""
    laid_out: LaidOut | None = None
    reason: str = ""


def answer(request: Request) -> Reply:
    """Draw a page, or lay out a document."""
    try:
        if isinstance(request, LayOut):
            return Reply(laid_out=lay_out(request.data, request.suffix, patient=request.patient))
        return Reply(picture=_drawn(request))
    except Unreadable as reason:
        return Reply(reason=str(reason))
    except MemoryError:
        return Reply(reason="it takes too much memory")
    except Exception as error:  # a library's own: the file is at fault, or the library
        return Reply(reason=f"damaged ({type(error).__name__})")


def _drawn(request: Draw) -> bytes:
    from PIL import Image

    picture = pictures.drawn(request.data, request.number, request.marks, scale=request.scale)
    out = io.BytesIO()
    if request.kind == "PNG":
        picture.save(out, "PNG")
        return out.getvalue()
    least = -(-max(picture.size) // _SLIMMEST)
    if min(picture.size) < least:
        wide = Image.new("RGB", (max(picture.width, least), max(picture.height, least)), "white")
        wide.paste(picture)
        picture = wide
    picture.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return out.getvalue()


if __name__ == "__main__":
    serve(Request, answer, Reply(reason="it takes too much memory"))
