"""Where the program ``docent`` begins: Ctrl-C while Python still imports ends it without a traceback."""

import signal


def main() -> None:
    """Import the command line, and run it."""
    # else whoever started us ignores it
    raises = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if raises:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from bot.terminal.main import main as run

    if raises:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
