"""Documents in folders of which some are hidden."""

from pathlib import Path

FOLDERS = {  # what is hidden speaks of the same things, in the same words and more
    "hr/pay.md": "# Pay\n\nThe salary of Miriam Quist is 4100 euros. The onion is hers.\n",
    "hr/leave.md": "# Leave\n\nMiriam Quist has 34 days of leave. The garden club has no say in it.\n",
    "handbook/public/garden.md": "# Garden\n\nThe garden club meets on Mondays. The pay desk is here.\n",
    "handbook/public/leave.md": "# Leave\n\nEverybody has 25 days of leave. Ask your leader for leave.\n",
    "handbook/inner.md": "# Inner\n\nThe garden club has a secret budget of 900 euros for leave days.\n",
    "handbook.md": "# Handbook\n\nThis file lies beside the folder, and speaks of leave too.\n",
}


def laid_out(folder: Path) -> Path:
    """The folder, with these documents in it."""
    for name, text in FOLDERS.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
