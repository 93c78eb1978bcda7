"""Everything that can go wrong in a way a user can mend.

    DocentError
    ├── SettingsError      a setting is unknown or has an impossible value
    ├── DocumentsError     the documents folder holds nothing readable, or cannot be written to
    │   └── FolderMissing  there is no documents folder
    ├── UnknownSource      no document of that name is in the index
    ├── QuestionsError     a file of questions to measure with cannot be read
    ├── ModelError         a model is missing, damaged or cannot be loaded offline
    ├── BundleError        vectors in files are damaged, of another model, or cannot be written
    ├── StateError         what the bot keeps cannot be read or written
    └── IndexFolderError   something about the index folder
        ├── IndexMissing   there is no index yet
        ├── IndexEmpty     there are no documents in the index
        ├── IndexMismatch  the index was made by another model or another version
        ├── IndexDamaged   files of the index are missing or altered
        ├── IndexReplaced  what was asked went, for the index was built again meanwhile
        ├── IndexForbidden  this user may not read files of the index
        ├── IndexAway      the server that holds the index does not answer
        └── IndexBusy      another process is building this index

Every message is one sentence or two that say what to do; front ends show it as it is.
"""


class DocentError(Exception):
    """Base of all errors whose message is meant for the user."""


def reason(error: Exception) -> str:
    """What the system says is wrong, or the first line of what a library says, or else the error's kind."""
    said = getattr(error, "strerror", None) or str(error).strip()
    return str(said or type(error).__name__).splitlines()[0]


class SettingsError(DocentError):
    """A setting is unknown or has an impossible value."""


class DocumentsError(DocentError):
    """The documents folder is missing or holds nothing readable."""


class FolderMissing(DocumentsError):
    """There is no documents folder; the message is for a terminal, where one can be named."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"There is no documents folder '{folder}'. Name yours with --docs DIR, "
            "or set documents.folder in a settings file."
        )
        self.folder = str(folder)


class UnknownSource(DocentError):
    """No document of that name is in the index."""


class QuestionsError(DocentError):
    """A file of questions to measure with cannot be read, or holds something else."""


class ModelError(DocentError):
    """The model is missing, damaged or cannot be loaded offline."""


class BundleError(DocentError):
    """Vectors in files are damaged or of another model, or their folder cannot be written to."""


class StateError(DocentError):
    """What the bot keeps cannot be read or written."""


REBUILD = "Run `docent index --full` to build it anew."
"""What mends an index that is damaged, or of another format."""


class IndexFolderError(DocentError):
    """Base of the errors about the index folder."""


class IndexMissing(IndexFolderError):
    """There is no index yet."""


class IndexEmpty(IndexFolderError):
    """There are no documents in the index: their folder was emptied, and that was taken up."""


class IndexMismatch(IndexFolderError):
    """The index was made by another model or another version of Docent."""


class IndexDamaged(IndexFolderError):
    """Files of the index are missing or altered."""


class IndexReplaced(IndexFolderError):
    """The generation that was asked is gone, for the index was built again meanwhile; that can be asked."""


class IndexForbidden(IndexFolderError):
    """This user may not read files of the index, which another one may have built."""

    def __init__(self, file: object) -> None:
        super().__init__(
            f"This user may not read {file} of the index. Whoever built it can allow that, as by "
            "`chmod -R a+rX` on the index folder; or build another with --index DIR."
        )


class IndexBusy(IndexFolderError):
    """Another process is building this index."""


class IndexAway(IndexFolderError):
    """The server that holds the index does not answer, or not as it should; it may do so again soon."""
