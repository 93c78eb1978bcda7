import logging
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, load
from index import settings as of_index
from index.errors import SettingsError
from index.settings import default_file
from index.values import Ids
from tests.conftest import ROOT


def write(folder: Path, text: str) -> Path:
    file = folder / "docent.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(**layers: object) -> str:
    with pytest.raises(SettingsError) as error:
        load(**layers)
    return str(error.value)


def test_the_defaults_are_those_of_the_file():
    settings = load()
    assert settings.documents.folder == Path("seeds")
    assert settings.documents.max_bytes == 50_000_000
    assert (settings.passages.max_tokens, settings.passages.min_tokens) == (256, 32)
    assert (settings.encoder.model, settings.encoder.device) == ("auto", "auto")
    assert settings.lexical.language == "auto"
    assert settings.given == frozenset()


def test_each_layer_overrides_the_one_before(tmp_path):
    file = write(tmp_path, "[search]\ncandidates = 10\npassages = 11\n[answer]\nquotes = 12\n")
    environment = {"DOCENT_SEARCH__PASSAGES": "21", "DOCENT_ANSWER__QUOTES": "22"}
    settings = load(file, environment, {"answer.quotes": 32, "answer.threshold": None})
    assert settings.search.candidates == 10
    assert settings.search.passages == 21
    assert settings.answer.quotes == 32
    assert settings.answer.threshold == 0.5
    assert settings.given == {"search.candidates", "search.passages", "answer.quotes"}


@pytest.mark.parametrize(
    ("variable", "raw", "section", "key", "value"),
    [
        ("DOCENT_ANSWER__QUOTES", "5", "answer", "quotes", 5),
        ("DOCENT_ANSWER__THRESHOLD", "0.5", "answer", "threshold", 0.5),
        ("DOCENT_ANSWER__THRESHOLD", "1", "answer", "threshold", 1.0),
        ("DOCENT_ENCODER__MODEL", "true", "encoder", "model", "true"),
        ("DOCENT_ENCODER__MODEL", '"12"', "encoder", "model", "12"),
        ("DOCENT_ENCODER__MODEL", '"open', "encoder", "model", '"open'),
        ("DOCENT_DOCUMENTS__FOLDER", "my docs", "documents", "folder", Path("my docs")),
        ("DOCENT_DOCUMENTS__FOLDER", "[a", "documents", "folder", Path("[a")),
        ("docent_answer__quotes", "5", "answer", "quotes", 3),
        ("DOCENT_HOME", "5", "answer", "quotes", 3),
    ],
)
def test_a_variable_is_read_as_its_setting_wants_it(variable, raw, section, key, value):
    found = getattr(getattr(load(environment={variable: raw}), section), key)
    assert (type(found), found) == (type(value), value)


def test_a_variable_of_an_unknown_section_is_only_logged(caplog):
    with caplog.at_level(logging.WARNING):
        assert load(environment={"DOCENT_FUTURE__MODE": "x"}) == load()
    assert caplog.messages == ["DOCENT_FUTURE__MODE is ignored: there is no such setting"]


@pytest.mark.parametrize(
    ("environment", "flags", "message"),
    [
        (
            {"DOCENT_SEARCH__PASSAGE": "1"},
            {},
            "DOCENT_SEARCH__PASSAGE: there is no setting 'search.passage'; did you mean 'search.passages'?",
        ),
        (
            {},
            {"documents.foldr": "x"},
            "the command line: there is no setting 'documents.foldr'; did you mean 'documents.folder'?",
        ),
        ({}, {"zz.q": 1}, "the command line: there is no setting 'zz.q'. See config/docent.toml."),
        (
            {"DOCENT_ANSWER__QUOTES": "many"},
            {},
            "DOCENT_ANSWER__QUOTES: setting 'answer.quotes': expected `int`, got `str`.",
        ),
        (
            {"DOCENT_ANSWER__QUOTES": "[1, 2]"},
            {},
            "DOCENT_ANSWER__QUOTES: setting 'answer.quotes': expected `int`, got `array`.",
        ),
        (
            {},
            {"answer.quotes": True},
            "the command line: setting 'answer.quotes': expected `int`, got `bool`.",
        ),
        ({}, {"search.passages": 0}, "the command line: setting 'search.passages': expected `int` >= 1."),
        (
            {},
            {"passages.min_tokens": -1},
            "the command line: setting 'passages.min_tokens': expected `int` >= 0.",
        ),
        (
            {},
            {"answer.threshold": 1.5},
            "the command line: setting 'answer.threshold': expected `float` <= 1.0.",
        ),
        (
            {},
            {"answer.threshold": float("nan")},
            "the command line: setting 'answer.threshold': expected `float` >= 0.0.",
        ),
        (
            {},
            {"documents.folder": 3},
            "the command line: setting 'documents.folder': expected a path, got 3.",
        ),
        (
            {"DOCENT_DOCUMENTS__FOLDER": ""},
            {},
            "DOCENT_DOCUMENTS__FOLDER: setting 'documents.folder': expected the path of a folder, got ''.",
        ),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(environment, flags, message):
    assert refusal(environment=environment, flags=flags) == message


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("", ()),
        ("12345", (12345,)),
        ("-10012345", (-10012345,)),
        ("1, -2", (1, -2)),
        ("1 -2\t3", (1, -2, 3)),
        (" 1,2, ", (1, 2)),
        ("[1, -2]", (1, -2)),
        ("[]", ()),
        ('["1", "-2"]', (1, -2)),
        ('"1 2"', (1, 2)),
        ("9007199254740993", (9007199254740993,)),
    ],
)
def test_ids_are_a_list_or_a_text(raw, ids):
    settings = load(environment={"DOCENT_TELEGRAM__ADMINS": raw, "DOCENT_TELEGRAM__ALLOWED": raw})
    assert settings.telegram.admins == settings.telegram.allowed == ids
    assert type(settings.telegram.admins) is Ids


@given(st.lists(st.integers(-(2**52), 2**52)))
def test_ids_mean_the_same_however_they_are_written(ids):
    for value in (ids, ", ".join(map(str, ids)), " ".join(map(str, ids))):
        assert load(flags={"telegram.allowed": value}).telegram.allowed == tuple(ids)
    assert load(environment={"DOCENT_TELEGRAM__ALLOWED": str(ids)}).telegram.allowed == tuple(ids)


def test_ids_in_a_file(tmp_path):
    file = write(tmp_path, "[telegram]\nadmins = [1, 2]\nallowed = -3\n")
    telegram = load(file).telegram
    assert (telegram.admins, telegram.allowed) == ((1, 2), (-3,))


@pytest.mark.parametrize(
    "value", ["@ann", "1, ann", "[1, 'ann']", "[[1]]", "[1.5]", "1.5", "true", "[true]", "[1, {a = 1}]"]
)
def test_what_is_no_id_is_refused(tmp_path, value):
    wanted = "setting 'telegram.admins': expected ids such as [12345, -67890], got "
    environment = {"DOCENT_TELEGRAM__ADMINS": value}
    assert refusal(environment=environment).startswith(f"DOCENT_TELEGRAM__ADMINS: {wanted}")
    if not value.startswith(("@", "1")):
        file = write(tmp_path, f"[telegram]\nadmins = {value}\n")
        assert refusal(file=file).startswith(f"{file}: {wanted}")


def test_the_defaults_of_the_telegram_bot_are_closed():
    telegram = load().telegram
    assert (telegram.access, telegram.admins, telegram.allowed) == ("closed", (), ())
    assert (telegram.base_url, telegram.webhook_url) == ("https://api.telegram.org/bot", "")
    assert (telegram.webhook_listen, telegram.webhook_port) == ("127.0.0.1", 8443)
    assert (telegram.questions_per_minute, telegram.keep_days, telegram.log_questions) == (20, 30, False)
    assert telegram.listen_minutes == 10


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("access", "open", "open"),
        ("log_questions", "true", True),
        ("log_questions", "0", False),
        ("keep_days", "1", 1),
        ("listen_minutes", "5", 5),
        ("webhook_url", "https://example.org/hook", "https://example.org/hook"),
    ],
)
def test_settings_of_the_telegram_bot(key, raw, value):
    environment = {f"DOCENT_TELEGRAM__{key.upper()}": raw}
    assert getattr(load(environment=environment).telegram, key) == value


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("access", "Open"),
        ("access", ""),
        ("log_questions", "perhaps"),
        ("keep_days", "0"),
        ("listen_minutes", "0"),
        ("questions_per_minute", "0"),
        ("webhook_port", "0"),
    ],
)
def test_wrong_settings_of_the_telegram_bot(key, raw):
    message = refusal(environment={f"DOCENT_TELEGRAM__{key.upper()}": raw})
    assert message.startswith(f"DOCENT_TELEGRAM__{key.upper()}: setting 'telegram.{key}': ")


def test_the_index_sees_its_own_sections_and_leaves_the_others_alone(caplog, tmp_path):
    file = write(tmp_path, "[telegram]\naccess = 'ajar'\n[search]\npassages = 11\n[collections.x]\nf = 1\n")
    environment = {"DOCENT_ANSWER__QUOTES": "many", "DOCENT_PASSAGES__MIN_TOKENS": "7"}
    settings = of_index.load(file, environment, {"reader.model": "none"})
    assert {field.name for field in fields(settings)} == {
        *("documents", "state", "index", "passages", "encoder", "serving", "lexical", "search"),
        "given",
    }
    assert (settings.search.passages, settings.passages.min_tokens, caplog.messages) == (11, 7, [])
    with pytest.raises(SettingsError, match=r"DOCENT_PASSAGES__MAX: there is no setting 'passages\.max'"):
        of_index.load(environment={"DOCENT_PASSAGES__MAX": "7"})


def test_settings_are_read_without_the_stages_that_declare_them():
    packages = {
        "index.building",
        "index.search",
        "bot.answering",
        "bot.reader",
        "bot.telegram",
        "index.engines",
        "index.engines.local",
        "index.units",
    }
    code = f"""
import sys
import bot.settings
ours = {{name for name in sys.modules if name.startswith(("bot.", "index."))}}
print(*sorted(ours - {packages}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == [
        "bot.answering.settings",
        "bot.collections",
        "bot.reader.settings",
        "bot.settings",
        "bot.telegram.settings",
        "index.building.settings",
        "index.engines.settings",
        "index.errors",
        "index.layered",
        "index.model_settings",
        "index.scope",
        "index.search.settings",
        "index.settings",
        "index.units.settings",
        "index.values",
    ]


def test_the_token_is_no_setting():
    assert "there is no setting 'telegram.token'" in refusal(environment={"DOCENT_TELEGRAM__TOKEN": "1:a"})


def test_feedback_is_kept_with_the_state(tmp_path):
    settings = load(flags={"state.folder": str(tmp_path)})
    assert settings.feedback_file() == tmp_path / "feedback.sqlite"


def test_a_home_that_does_not_exist_is_refused():
    assert "documents.folder" in refusal(flags={"documents.folder": "~no-such-user/docs"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[search]\ncandidate = 3\n",
            "{}: there is no setting 'search.candidate'; did you mean 'search.candidates'?",
        ),
        (
            "[serch]\npassages = 3\n",
            "{}: there is no setting 'serch.passages'; did you mean 'search.passages'?",
        ),
        ("passages = 3\n", "{}: 'passages' stands outside a [section]."),
        ("[search]\npassages = 'x'\n", "{}: setting 'search.passages': expected `int`, got `str`."),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(tmp_path, text, message):
    assert refusal(file=write(tmp_path, text)) == message.format(tmp_path / "docent.toml")


def test_a_section_within_a_section_is_unknown(tmp_path):
    message = refusal(file=write(tmp_path, "[search.deep]\npassages = 3\n"))
    assert message.startswith(f"{tmp_path / 'docent.toml'}: there is no setting 'search.deep'")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff\xfe", "cannot be read: 'utf-8' codec can't decode byte 0xff"),
        (b"[search\n", "is not valid TOML: "),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, data, message):
    file = tmp_path / "docent.toml"
    if data is not None:
        file.write_bytes(data)
    assert refusal(file=file).startswith(f"The settings file {file} {message}")


def test_every_key_of_the_defaults_has_a_reason_and_a_field():
    text = default_file().read_text(encoding="utf-8")
    for line in text.splitlines():
        if re.match(r"\w+ *=", line):
            assert re.search(r" # \S.{20}", line), line
    in_file = {section: set(keys) for section, keys in tomllib.loads(text).items()}
    assert in_file.pop("collections") == set()  # whose names are free
    free = ("collections", "given")
    sections = {field.name: field.type for field in fields(Settings) if field.name not in free}
    assert {name: {field.name for field in fields(kind)} for name, kind in sections.items()} == in_file


def test_state_is_kept_in_var_in_a_checkout():
    assert load().state_folder() == ROOT / "var"
    assert default_file() == ROOT / "config" / "docent.toml"


def test_state_is_kept_where_the_platform_says_elsewhere(monkeypatch, tmp_path):
    settings = load()
    monkeypatch.setattr(of_index, "ROOT", tmp_path)
    monkeypatch.setattr("platformdirs.user_state_dir", lambda name: f"/state/of/{name}")
    assert settings.state_folder() == Path("/state/of/docent")
    assert default_file() == ROOT / "index" / "docent.toml"


def test_home_is_expanded_in_folders(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    settings = load(flags={"documents.folder": "~/d", "state.folder": "~/s", "index.folder": "~/i"})
    assert settings.documents.folder == Path("/home/ada/d")
    assert settings.state_folder() == Path("/home/ada/s")
    assert settings.index_folder() == Path("/home/ada/i")


def test_every_documents_folder_has_its_own_index(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def folder(documents: str) -> Path:
        return load(flags={"documents.folder": documents, "state.folder": "s"}).index_folder()

    assert re.fullmatch(r"s/indexes/docs-[0-9a-f]{8}", folder("docs").as_posix())
    assert folder("docs") == folder("other/../docs") == folder(str(tmp_path / "docs"))
    assert folder("a/docs") != folder("b/docs")
    assert folder("/").name.startswith("root-")


def test_a_device_that_is_none_is_named():
    with pytest.raises(
        SettingsError, match=r"^the command line: setting 'encoder\.device': expected `str` matching"
    ):
        load(flags={"encoder.device": "xyz"})
    assert load(flags={"encoder.device": "cuda:1"}).encoder.device == "cuda:1"


COLLECTIONS = """\
[collections.hr]
folders = ["hr/", "./handbook//public"]
chats = [-100123, 42]
[collections.default]
folders = "handbook"
[collections.none]
folders = []
"""


def test_collections_are_named_freely(tmp_path):
    settings = load(write(tmp_path, COLLECTIONS))
    assert list(settings.collections) == ["hr", "default", "none"]
    hr = settings.collections["hr"]
    assert (hr.folders, hr.chats) == (("hr", "handbook/public"), (-100123, 42))
    assert settings.scope_of("default").shows("handbook/x.md")
    assert not settings.scope_of("none").shows("handbook/x.md")
    assert "collections.hr.folders" in settings.given
    assert load().collections == {}
    with pytest.raises(
        SettingsError, match="no collection 'it' in the settings; there are: default, hr, none"
    ):
        settings.scope_of("it")


def test_collections_can_be_set_in_the_environment(tmp_path):
    environment = {
        "DOCENT_COLLECTIONS__HR__CHATS": "7, -8",
        "DOCENT_COLLECTIONS__SALES_TEAM__FOLDERS": '["sales", "."]',
    }
    settings = load(write(tmp_path, COLLECTIONS), environment)
    assert settings.collections["hr"].chats == (7, -8)
    assert settings.collections["hr"].folders == ("hr", "handbook/public")
    assert settings.scope_of("sales_team").is_everything


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[collections.hr]\nfolders = ["../x"]',
            "setting 'collections.hr.folders': '../x' is no folder below",
        ),
        (
            '[collections.hr]\nfolders = ["/etc"]',
            "setting 'collections.hr.folders': '/etc' is no folder below",
        ),
        ('[collections.hr]\nfolders = ["a\\\\b"]', "setting 'collections.hr.folders': 'a"),
        ('[collections.hr]\nfolders = [""]', "setting 'collections.hr.folders': '' is no folder below"),
        ("[collections.hr]\nfolders = 3", "setting 'collections.hr.folders': expected folders such as ["),
        (
            "[collections.hr]\nchats = [1]",
            "setting 'collections.hr': object missing required field `folders`.",
        ),
        ('[collections.hr]\nfolders = []\nchats = ["x"]', "setting 'collections.hr.chats': expected ids"),
        ("[collections.hr]\nfolder = []", "there is no setting 'collections.hr.folder'; a collection has"),
        ("[collections.HR]\nfolders = []", "'collections.HR.folders' is no setting of a collection. Write"),
        ("[collections.off]\nfolders = []", "'collections.off.folders' is no setting of a collection."),
        ("[collections]\nhr = 3", "'collections.hr' is no setting of a collection. Write [collections.NAME]"),
        ("[collections.hr]", "'collections.hr' is no setting of a collection."),
    ],
)
def test_wrong_collections_are_named(tmp_path, text, message):
    assert refusal(file=write(tmp_path, text)).startswith(f"{tmp_path / 'docent.toml'}: {message}")
