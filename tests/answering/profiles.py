"""Numbers that stay as they are, whatever is fitted anew: what tests say of confidence rests on them."""

from typing import TYPE_CHECKING

from bot import engine
from bot.answering.profile import Profile, Weights
from index.records import Features

if TYPE_CHECKING:  # processes of the bot import this
    import pytest

PROFILE = Profile(
    near=0.0,
    evidence=Features(
        unit_cosine=0.16, unit_coverage=0.25, passage_cosine=0.3, passage_coverage=0.09, passage_phrases=0.2
    ),
    ranking=Weights(
        bias=-6.5,
        features=Features(
            unit_cosine=1.0,
            unit_coverage=0.9,
            passage_cosine=1.7,
            passage_coverage=1.0,
            passage_phrases=1.1,
            passage_fused=2.0,
        ),
        answers=0.25,
        share=0.25,
    ),
    sure=Weights(
        bias=-3.0,
        features=Features(
            unit_cosine=2.0, unit_coverage_smooth=2.0, passage_cosine=2.0, passage_coverage_smooth=2.0
        ),
        answers=0.4,
        share=0.3,
    ),
    found=Weights(
        bias=-6.1,
        features=Features(
            unit_cosine=3.0, unit_coverage_smooth=2.9, passage_cosine=2.8, passage_coverage_smooth=2.5
        ),
    ),
)


def use(monkeypatch: "pytest.MonkeyPatch", profile: Profile = PROFILE) -> None:
    """Have engines score by it."""
    monkeypatch.setattr(engine, "profile_of", lambda *_: profile)
