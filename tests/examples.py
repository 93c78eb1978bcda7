"""How often a property is tried that says so itself."""

from typing import Any

import hypothesis

USUAL = 100  # examples of a property that says nothing


def examples(most: int, **more: Any) -> hypothesis.settings:
    """At most so many examples, and of the profile "fast" as much fewer as of all others."""
    share = hypothesis.settings().max_examples / USUAL
    return hypothesis.settings(max_examples=max(1, round(most * share)), **more)
