"""Files to send in, harmless and others."""

import io
import zipfile
from pathlib import Path

PLUMS = b"The plum tree bears forty kilos of plums."


def everything(folder: Path) -> set[str]:
    """All files below a folder, also hidden ones."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def bomb() -> bytes:
    """A book that unpacks to 20 MB, of which nothing is left when it is packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        with archive.open("META-INF/container.xml", "w") as entry:
            for _ in range(20):
                entry.write(bytes(1_000_000))
    return packed.getvalue()


def pages(count: int) -> bytes:
    """A PDF of so many pages, each with a line of text."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for number in range(1, count + 1):
        text = b"BT /F1 12 Tf 72 720 Td (Page %d tells of plum tree %d.) Tj ET" % (number, number)
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(text), text))
        page = b"<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>" % len(objects)
        objects.append(page)
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/MediaBox[0 0 595 842]/Count %d/Kids[%s]>>" % (count, b" ".join(kids))
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(written), len(places) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return bytes(written + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, start))
