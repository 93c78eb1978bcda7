"""The command line: words typed in, answers printed; ``main.main`` is the command ``docent``."""
