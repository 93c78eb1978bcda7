"""The lock names what Docent needs, in the versions that it is tested with, each with hashes."""

import re
import tomllib

from tests.conftest import ROOT

ENTRY = re.compile(r"(?m)^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>.*(?:\n .*)*)")


def named(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def versions(text: str) -> dict[str, str]:
    return {named(found["name"]): found["version"] for found in ENTRY.finditer(text)}


def test_every_dependency_but_torch_is_locked_in_the_version_that_is_tested():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = versions(lock)
    tested = versions((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {named(re.match(r"[\w.-]+", one)[0]) for one in project["dependencies"]}
    assert wanted - locked.keys() == {"torch"}
    assert {name: version for name, version in locked.items() if tested.get(name) != version} == {}


def test_every_entry_of_the_lock_has_hashes_and_none_a_place_of_its_own():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = list(ENTRY.finditer(lock))
    assert len(entries) > 80
    for entry in entries:
        hashes = entry["rest"].split("--hash=sha256:")[1:]
        assert hashes, entry["name"]
        assert all(re.fullmatch(r"[0-9a-f]{64}", one.strip(" \\\n")) for one in hashes)
    assert "://" not in lock
