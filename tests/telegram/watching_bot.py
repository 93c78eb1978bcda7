"""``docent`` without a model, like ``held_bot``, which takes up changes sooner than people need."""

from bot.telegram.documents import watcher
from bot.terminal.main import main
from index.building.watching import Pace
from tests.telegram import held_bot  # noqa: F401 - it changes what is run

watcher.PACE = Pace(quiet=0.2, latest=5.0, look=0.5, wake=0.1)

if __name__ == "__main__":
    main()
