"""Questions in, vectors out: those asked while others are being encoded are encoded together, next.

A few questions at once take little longer than one, so one of the threads that ask encodes for all that
wait. What was asked lately is remembered. How questions are encoded is ``index/encoder.py``.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future
from itertools import islice
from typing import TYPE_CHECKING

from index.encoder import Encoder

if TYPE_CHECKING:
    from index.encoder import Vectors

REMEMBERED = 1024  # questions, about 2 KB each
TOGETHER = 16  # questions at most, so that the first of a crowd need not wait for all of it


class Questions:
    """The questions that are asked of an encoder. Safe to share between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._turn = threading.Condition()
        self._encoding = False
        self._asked: dict[str, Future[Vectors]] = {}  # and not answered yet, who came first first
        self._known: OrderedDict[str, Vectors] = OrderedDict()  # the last asked last

    def vector(self, question: str) -> "Vectors":
        """The unit float32 vector of a question, shape (dimension,); read-only, since it is shared.

        Raises:
            ModelError: the model cannot be loaded.
        """
        with self._turn:
            if question in self._known:
                self._known.move_to_end(question)
                return self._known[question]
            asked = self._asked.setdefault(question, Future())
        while batch := self._batch(asked):
            self._encode(batch)
        return asked.result()

    def _batch(self, asked: "Future[Vectors]") -> "dict[str, Future[Vectors]]":
        """What this thread is to encode, once no other one does; nothing where ``asked`` is answered."""
        with self._turn:
            self._turn.wait_for(lambda: asked.done() or not self._encoding)
            if asked.done():
                return {}
            self._encoding = True
            return dict(islice(self._asked.items(), TOGETHER))

    def _encode(self, batch: "dict[str, Future[Vectors]]") -> None:
        """Answer a batch, be it by an error. Where this thread is interrupted, another one encodes anew."""
        vectors: dict[str, Vectors] = {}
        error: Exception | None = None
        try:
            vectors = dict(zip(batch, self._encoder.encode_questions(list(batch)), strict=True))
        except Exception as raised:
            error = raised
        finally:
            with self._turn:
                for question, vector in vectors.items():
                    kept = self._known[question] = vector.copy()  # a row alone does not keep the others
                    kept.flags.writeable = False
                    self._asked.pop(question).set_result(kept)
                for question in batch if error else ():
                    self._asked.pop(question).set_exception(error)
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
                self._encoding = False
                self._turn.notify_all()
