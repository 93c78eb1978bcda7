"""The command ``docent``: it wires commands, and turns errors into a line. It holds no logic of its own.

Results go to standard output, all else to standard error. Exit codes: 0 answered or done, 1 an error,
2 wrong usage, 3 asked and not found in the documents.
"""

import logging
import os
import sys

import click

from bot.terminal import streams
from bot.terminal.commands import (
    ask,
    backup,
    calibrate,
    changes,
    chat,
    doctor,
    evaluate,
    feedback,
    index,
    restore,
    show,
    status,
    telegram,
)
from bot.terminal.printing import complain
from index.errors import DocentError

_log = logging.getLogger(__name__)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="docent-bot", prog_name="docent")
def docent() -> None:
    """Answer questions about a folder of documents, quoting them word for word."""


for command in (
    index.index,
    ask.ask,
    chat.chat,
    telegram.telegram,
    doctor.doctor,
    evaluate.evaluate,
    calibrate.calibrate,
    backup.backup,
    restore.restore,
    feedback.feedback,
    show.show,
    status.status,
    changes.changes,
):
    docent.add_command(command)


def main() -> None:
    """Run the command line; errors become one line on standard error."""
    streams.prepare()
    try:
        code = docent.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except streams.ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except DocentError as error:
        complain(str(error))
        code = 1
    except MemoryError:
        complain("There is not enough memory for this. Give the process more, or lower encoder.batch_size.")
        code = 1
    except Exception as error:  # the last resort: a user sees no traceback
        _log.info("unexpected", exc_info=True)
        complain(f"{_unexpected(error)} (-v tells more)")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(error: Exception) -> str:
    """What is said of an error that nobody foresaw; of a full disk and the like, what the system says."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{type(error).__name__}: {' '.join(str(error).split()) or 'no reason given'}"
