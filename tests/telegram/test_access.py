"""Who may ask: the settings first, then what administrators decided."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import load
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access, Guest
from bot.telegram.settings import TelegramSettings
from index.errors import StateError

BOSS, ANN, BEN, GROUP = 1, 10, 11, -100

Make = Callable[..., Access]


def telegram(**given: object) -> TelegramSettings:
    return load(flags={f"telegram.{name}": value for name, value in given.items()}).telegram


@pytest.fixture
def make(database: sqlite3.Connection) -> Make:
    return lambda **given: Access(telegram(**given), database)


# ------------------------------------------------------------------------------------ who may ask


def test_nobody_may_ask_at_first(make: Make):
    access = make()
    assert not any(access.allows(chat) for chat in (BOSS, ANN, GROUP, 0))
    assert (access.admins(), access.guests()) == ([], [])


def test_the_settings_let_people_and_groups_in(make: Make):
    access = make(admins=[BOSS], allowed=[ANN, GROUP])
    assert [access.allows(chat) for chat in (BOSS, ANN, GROUP, BEN, -GROUP)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert [access.is_admin(chat) for chat in (BOSS, ANN)] == [True, False]
    assert [access.is_fixed(chat) for chat in (BOSS, ANN)] == [True, False]


def test_open_lets_everybody_in_but_whom_an_administrator_refused(make: Make):
    access = make(access="open")
    access.decide(BEN, "denied")
    assert (access.allows(ANN), access.allows(GROUP), access.allows(BEN)) == (True, True, False)
    assert (access.is_denied(BEN), access.is_denied(ANN), access.is_admin(ANN)) == (True, False, False)


def test_what_an_administrator_decides_holds_over_the_list_of_the_settings(make: Make):
    access = make(allowed=[ANN])
    access.decide(ANN, "denied")
    assert not access.allows(ANN)
    access.decide(ANN, "allowed")
    assert access.allows(ANN)


def test_an_administrator_of_the_settings_cannot_be_shut_out(make: Make):
    access = make(admins=[BOSS])
    access.decide(BOSS, "denied")
    assert (access.allows(BOSS), access.is_denied(BOSS), access.is_admin(BOSS)) == (True, False, True)


def test_asking_for_access_is_no_access(make: Make):
    access = make()
    access.decide(ANN, "asked", "Ann")
    assert (access.allows(ANN), access.is_denied(ANN)) == (False, False)
    assert access.guests() == [Guest(ANN, "asked", "Ann")]
    assert make(access="open").allows(ANN)


def test_decisions_outlive_the_process(tmp_path: Path):
    for role in ("allowed", "denied"):
        with closing(state.connect(tmp_path / "b.sqlite")) as database:
            Access(telegram(), database).decide(ANN, role)
        with closing(state.connect(tmp_path / "b.sqlite")) as database:
            assert Access(telegram(), database).allows(ANN) == (role == "allowed")


# ------------------------------------------------------------------------------------------ names


def test_the_name_given_with_a_request_is_kept(make: Make):
    access = make()
    assert access.name(ANN) == str(ANN)
    access.decide(ANN, "asked", "Ann <Archer>")
    access.decide(ANN, "allowed")
    assert access.name(ANN) == "Ann <Archer>"
    access.decide(ANN, "allowed", "Ann Baker")
    assert access.guests() == [Guest(ANN, "allowed", "Ann Baker")]


def test_guests_are_listed_latest_first(make: Make):
    access = make()
    for chat in (ANN, BEN, GROUP):
        access.decide(chat, "asked")
    access.decide(ANN, "allowed")
    assert [guest.chat for guest in access.guests()] == [ANN, GROUP, BEN]


# ---------------------------------------------------------------------------------------- pairing


def test_the_first_to_use_the_code_becomes_administrator_and_nobody_after(make: Make):
    access = make()
    code = access.pairing_code()
    assert len(code) >= 16
    assert not access.pair(code[:-1], ANN, "Ann")
    assert not access.pair("", ANN, "Ann")
    assert not access.pair("não é", ANN, "Ann")
    assert access.pair(code, ANN, "Ann")
    assert not access.pair(code, BEN, "Ben")
    assert (access.admins(), access.allows(ANN), access.is_fixed(ANN)) == ([ANN], True, False)


def test_without_a_code_nobody_can_be_paired(make: Make):
    access = make()
    assert not access.pair("", ANN, "Ann")
    assert not access.pair("None", ANN, "Ann")


def test_a_new_code_makes_the_old_one_void(make: Make):
    access = make()
    old, new = access.pairing_code(), access.pairing_code()
    assert old != new
    assert not access.pair(old, ANN, "Ann")
    assert access.pair(new, ANN, "Ann")


def test_administrators_of_settings_and_chats_are_listed_once(make: Make):
    access = make(admins=[BOSS, ANN])
    access.decide(BEN, "admin", "Ben")
    access.decide(ANN, "admin", "Ann")
    assert access.admins() == [BOSS, ANN, BEN]


# ---------------------------------------------------------------------------------------- migration


@pytest.mark.parametrize("role", ["allowed", "denied", "asked"])
def test_a_group_that_gets_a_new_id_keeps_what_was_decided(make: Make, role):
    access = make()
    access.decide(GROUP, role, "The club")
    access.migrate(GROUP, -200)
    assert Guest(-200, role, "The club") in access.guests()
    assert access.allows(-200) == (role == "allowed")


def test_a_group_allowed_by_the_settings_stays_so(make: Make):
    access = make(allowed=[GROUP])
    access.migrate(GROUP, -200)
    assert access.allows(-200)


def test_a_group_on_which_nothing_was_decided_stays_outside(make: Make):
    access = make()
    access.migrate(GROUP, -200)
    assert (access.allows(-200), access.guests()) == (False, [])


# ------------------------------------------------------------------------------------------ state


def test_a_damaged_file_says_what_to_do(tmp_path: Path):
    file = tmp_path / "bot.sqlite"
    file.write_bytes(b"no database" * 100)
    with pytest.raises(StateError, match=r"The bot's file .* cannot be used: file is not a database"):
        state.connect(file)


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path):
    (tmp_path / "state").touch()
    with pytest.raises(StateError, match="Check that the disk is writable"):
        state.connect(state.folder(tmp_path / "state") / "1.sqlite")
