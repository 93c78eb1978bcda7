"""Outcomes in, a calibration out: what confidence is worth on one's own documents and questions.

Confidence is fitted to many documents, none of them the user's. Platt scaling (Platt, "Probabilistic Outputs
for Support Vector Machines and Comparisons to Regularized Likelihood Methods", 1999) bends its log-odds by a
slope and an intercept, so that where it says 0.8, four in five are right.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from index.errors import QuestionsError, StateError, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

FORMAT = 1  # of the files
LEAST = 20  # questions to fit two numbers to
LEAST_OF_EACH = 5  # answered rightly, and not
_STEPS = 50  # of Newton's method, which needs about ten
_HOLD = 0.5  # how strongly the two numbers are held to 1 and 0, where there is little to say otherwise
_FOLDS = 5


class Calibration(msgspec.Struct, frozen=True):
    """Bends log-odds; ``questions`` is how many it was fitted to, ``format`` that of its file."""

    slope: float = 1.0
    intercept: float = 0.0
    questions: int = 0
    format: int = FORMAT

    def apply(self, log_odds: float) -> float:
        """The log-odds, bent."""
        return self.slope * log_odds + self.intercept


def fit(log_odds: Sequence[float], right: Sequence[bool]) -> Calibration:
    """The likeliest calibration.

    Args:
        log_odds: of answers, as they were said.
        right: whether each of them was right.

    Raises:
        QuestionsError: there are too few, or nearly all came out alike.
    """
    import numpy as np

    count, good = len(right), sum(right)
    if count < LEAST or min(good, count - good) < LEAST_OF_EACH:
        raise QuestionsError(
            f"{count} questions, {good} of them answered rightly: at least {LEAST} are needed, of which "
            f"{LEAST_OF_EACH} were answered rightly and {LEAST_OF_EACH} were not, such as questions that the "
            "documents do not answer."
        )
    x, y = np.array(log_odds, np.float64), np.array(right, np.float64)
    target = np.where(y > 0, (good + 1) / (good + 2), 1 / (count - good + 2))  # Platt's, against certainty
    columns = np.column_stack([x, np.ones(count)])
    start = np.array([1.0, 0.0])
    both = start.copy()
    for _ in range(_STEPS):
        said = _probability(columns @ both)
        slope = columns.T @ (said - target) + _HOLD * (both - start)
        curve = (columns * (said * (1 - said))[:, np.newaxis]).T @ columns + _HOLD * np.eye(2)
        step = np.linalg.solve(curve, slope)
        both = both - step / max(1.0, float(np.abs(step).max()))  # a long step may overshoot
        if np.abs(step).max() < 1e-9:
            break
    return Calibration(max(float(both[0]), 0.0), float(both[1]), count)


def probabilities(log_odds: Sequence[float], right: Sequence[bool]) -> "tuple[Numbers, Numbers]":
    """Confidence before, and after with a calibration fitted to the other four fifths of the answers."""
    import numpy as np

    x = np.array(log_odds, np.float64)
    folds = np.arange(len(x)) % _FOLDS
    bent = np.empty_like(x)
    for fold in range(_FOLDS):
        kept = np.flatnonzero(folds != fold)
        try:
            found = fit(x[kept].tolist(), [right[int(number)] for number in kept])
        except QuestionsError:
            found = Calibration()  # too few are left
        bent[folds == fold] = found.slope * x[folds == fold] + found.intercept
    return _probability(x), _probability(bent)


def _probability(log_odds: "Numbers") -> "Numbers":
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(log_odds, -50, 50)))


def file_of(state: Path, *depends: object) -> Path:
    """Where the calibration of an index and its models is kept."""
    key = sha256(msgspec.json.encode([str(one) for one in depends])).hexdigest()[:16]
    return state / "calibrations" / f"{key}.json"


def read(file: Path) -> Calibration:
    """The calibration of a file; one that changes nothing where there is none.

    Raises:
        StateError: the file holds something else, or is of a newer version of Docent.
    """
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Calibration)
    except FileNotFoundError:
        return Calibration()
    except (OSError, msgspec.DecodeError) as error:
        raise StateError(
            f"The calibration {file} cannot be read ({reason(error)}). Remove it, or run "
            "`docent calibrate` again."
        ) from None
    if found.format > FORMAT:
        raise StateError(
            f"The calibration {file} was written by a newer Docent: it has format {found.format}, and this "
            f"one knows none above {FORMAT}. Install the newer Docent again, or run "
            "`docent calibrate --reset`."
        )
    return found


def write(file: Path, calibration: Calibration) -> None:
    """Keep a calibration, in place of the one before.

    Raises:
        StateError: it cannot be written.
    """
    temporary = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(calibration))
        temporary.replace(file)
    except OSError as error:
        raise StateError(f"The calibration cannot be written to {file}: {reason(error)}.") from None
