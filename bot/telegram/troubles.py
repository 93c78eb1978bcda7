"""What went wrong, said in a chat, where nobody can give options to a command."""

from bot.texts import gettext, noop
from index.errors import DocentError, FolderMissing

NO_FOLDER = noop(
    "The documents folder {folder} is not there: its disk may be away, or it was moved or renamed. Until it "
    "is back, I answer from what was indexed."
)


def in_words(error: DocentError) -> str:
    """What administrators read of an error."""
    if isinstance(error, FolderMissing):
        return gettext(NO_FOLDER, folder=error.folder)
    return str(error)
