"""Runs the Bot API's methods by name.

A function's signature is its method's list of parameters: what is not in it is refused.
"""

import inspect
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

from tests.telegram.chats import Document
from tests.telegram.markup import Refused, bad

if TYPE_CHECKING:
    from tests.telegram.server import BotApi

Json = dict[str, Any]
Method = Callable[..., Any]
METHODS: dict[str, tuple[Method, list[inspect.Parameter]]] = {}


def method(function: Method) -> Method:
    """Registers a function under its name in the Bot API."""
    first, *others = function.__name__.split("_")
    _, *parameters = inspect.signature(function).parameters.values()
    METHODS[first + "".join(map(str.capitalize, others))] = function, parameters
    return function


def call(api: "BotApi", name: str, given: Json) -> Any:
    """Checks parameters and runs a method; gives its result, or an awaitable of it.

    Raises:
        Refused: There is no such method, or it answers with an error.
    """
    if name not in METHODS:
        raise Refused(404, "Not Found")
    function, parameters = METHODS[name]
    values = dict(given)
    for parameter in parameters:
        value = values.get(parameter.name)
        if _kind(parameter) is Document and isinstance(value, str):
            known = api.files.get(value)  # the id of a file that was sent before
            values[parameter.name] = known or values.pop(value.removeprefix("attach://"), value)
        if parameter.name == "media" and value is not None:
            values["media"] = media = json.loads(value) if isinstance(value, str) else dict(value)
            given = str(media.get("media", ""))
            media["media"] = api.files.get(given) or values.pop(given.removeprefix("attach://"), given)
    if unknown := values.keys() - {parameter.name for parameter in parameters}:
        raise bad(f"unknown parameters of {name}: {', '.join(sorted(unknown))}")
    for parameter in parameters:
        if parameter.name in values:
            values[parameter.name] = _converted(parameter.name, values[parameter.name], _kind(parameter))
        elif parameter.default is parameter.empty:
            raise bad("message text is empty" if parameter.name == "text" else f"{parameter.name} is empty")
    return function(api, **values)


def _kind(parameter: inspect.Parameter) -> type:
    return (get_args(parameter.annotation) or (parameter.annotation,))[0]


def _converted(name: str, value: object, kind: type) -> object:
    """Everything may come as a string: nested values as JSON, numbers and truth values as words."""
    try:
        if kind is not str and isinstance(value, str):
            value = json.loads(value.lower() if kind is bool else value)
        if kind is bool and value in (0, 1):
            value = bool(value)
    except ValueError as error:
        if name == "chat_id":
            raise bad("chat not found") from error
        raise bad(f"can't parse {name.replace('_', ' ')}: {error}") from error
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise bad(f"can't parse {name.replace('_', ' ')}: {kind.__name__} expected, got {value!r}"[:300])
    return value
