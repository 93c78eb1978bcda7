"""PDFs of which it is known where each word stands, and what is marked on the pictures of their pages."""

import io

import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

Box = tuple[int, int, int, int]
WIDE, HIGH = 400, 300  # points of a page
LETTER = 6  # points, of Courier at 10


def pdf(*pages: list[tuple[float, float, str]], turned: int = 0, crop: Box | None = None) -> bytes:
    """Pages with lines in Courier, each given by the left end of its base line; turned by so many degrees."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDE, HIGH), invariant=True)
    for lines in pages:
        canvas.setFont("Courier", 10)
        for x, y, line in lines:
            canvas.drawString(x, y, line)
        canvas.showPage()
    canvas.save()
    document = pdfium.PdfDocument(out.getvalue())
    for page in document:
        page.set_rotation(turned)
        if crop:
            page.set_cropbox(*crop)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def yellow(picture: bytes) -> Box | None:
    """Left, top, right and bottom of what is marked on a picture, in pixels; JPEGs are not exact."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    marked = (abs(pixels - (255, 224, 64)).max(axis=2)) < 40
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else None


def near(found: Box | None, box: Box, by: int) -> bool:
    """Whether edges are where they should be, to so many pixels."""
    return found is not None and all(abs(one - other) <= by for one, other in zip(found, box, strict=True))
