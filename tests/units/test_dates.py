"""Dates in digits, in words."""

import pytest

from index.units.dates import AS_SAID, spelled


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2024-05-03", ["3 May 2024"]),
        ("2024-12-31_minutes", ["31 December 2024"]),
        ("am 5.3.2024 und am 05.11.2023", ["5 March 2024", "5 November 2023"]),
        ("31.12.1999, 1999-01-01", ["31 December 1999", "1 January 1999"]),
        ("20240503", []),
        ("2024-13-01", []),
        ("2024-00-10", []),
        ("2024-05-32", []),
        ("32.1.2024", []),
        ("5.13.2024", []),
        ("12024-05-03", []),
        ("2024-05-031", []),
        ("version 1.2.20240", []),
        ("3 May 2024", []),
        ("", []),
    ],
)
def test_dates_in_digits_are_spelled(text, dates):
    assert list(spelled(text)) == dates


def test_a_date_is_spelled_in_each_language():
    assert list(spelled("2024-05-03", "de", "en")) == ["3. Mai 2024", "3 May 2024"]
    assert list(spelled("2024-05-03", "es")) == ["3 de mayo de 2024"]
    assert list(spelled("3.5.2024", "ru")) == ["3 мая 2024"]
    assert list(spelled("2024-12-03", "zh", "zh")) == ["2024年12月3日"]
    assert list(spelled("2024-12-03", "sw")) == ["3 December 2024"]


@pytest.mark.parametrize("language", AS_SAID)
def test_a_year_has_twelve_months(language):
    assert len({next(spelled(f"2024-{month:02}-20", language)) for month in range(1, 13)}) == 12
    assert len(AS_SAID[language][1].split()) == 12
