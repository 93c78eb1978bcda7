"""How wrong a network is, by hand."""

from math import e

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from bot.reader import losses
from bot.reader.batches import Item
from bot.reader.model import OUTSIDE
from bot.reader.reading import Reading
from bot.reader.tokens import Tokens, pairs


def row(*inside: float) -> list[float]:
    """Logits of [CLS] ? [SEP] a b [SEP]."""
    return [OUTSIDE, OUTSIDE, OUTSIDE, *inside, OUTSIDE]


def log(value: float) -> float:
    return torch.tensor(value).log().item()


def test_by_marks(words: Tokenizer):
    one, two = pairs(words, "?", ["a b", "a b"])
    group = [Item(one, True, (3, 4), (4,)), Item(two, False)]
    sides = torch.tensor([row(1, 2), row(0, 0)])
    found = losses.by_marks((sides, sides, torch.tensor([0.0, -1.0])), [group])
    whether = (log(2) + log(1 + 1 / e)) / 2
    which = log(1 + 1 / e)
    where = (0 + log(e + e**2) - 2) / 2  # any start will do; of the ends only the second
    assert found.item() == pytest.approx(whether + which + where, abs=1e-5)


def test_a_question_without_an_answer_is_only_about_whether(words: Tokenizer):
    [one] = pairs(words, "?", ["a"])
    found = losses.by_marks((torch.zeros(1, 5), torch.zeros(1, 5), torch.zeros(1)), [[Item(one, False)]])
    assert found.item() == pytest.approx(log(2), abs=1e-4)


def test_groups_of_any_size_are_ranked_by_themselves(words: Tokenizer):
    one, two, three = pairs(words, "?", ["a b", "a b", "a b"])
    groups = [[Item(one, True), Item(two, False), Item(three, False)], [Item(one, False)], [Item(two, True)]]
    answers = torch.tensor([0.0, 0.0, 0.0, 9.0, -9.0])
    found = losses.by_marks((torch.zeros(5, 6), torch.zeros(5, 6), answers), groups)
    whether = (3 * log(2) + 2 * log(1 + e**9)) / 5
    assert found.item() == pytest.approx(whether + log(3), abs=1e-4)  # of the others nothing is to be ranked


def test_by_teacher(words: Tokenizer):
    [own] = pairs(words, "?", ["a b"])
    [its] = pairs(words, "? ?", ["a b"])  # as a teacher of other marks might have it: one token further
    item = Item(own, True, taught=its)
    said = (torch.tensor([row(0, 0)]), torch.tensor([row(0, 2 * log(3))]), torch.tensor([0.0]))
    shifted = torch.tensor([[OUTSIDE, *row(0, 2 * log(3))]])
    found = losses.by_teacher(said, (shifted, shifted, torch.tensor([log(3)])), [item])
    assert losses.TEMPERATURE == 2  # by which the teacher gives 1/4 and 3/4
    apart = 0.25 * log(0.25 / 0.5) + 0.75 * log(0.75 / 0.5)  # of the starts, of the ends not
    assert found.item() == pytest.approx(log(2) + 4 * 0.75 * apart / 2, abs=1e-5)


def reading(tokens: Tokens, answers: float, *shares: float) -> Reading:
    """Of "a b", whose start is told by shares, and whose end is the second."""
    starts, ends = np.zeros((2, len(tokens.ids)), np.float32)
    inside = tokens.offsets[:, 0] >= 0
    starts[inside], ends[inside] = shares, (0, 1)
    return Reading(answers, starts, ends, tokens.offsets)


def test_by_readers(words: Tokenizer):
    one, two = pairs(words, "?", ["a b", "a b"])
    sure, not_sure = reading(one, log(3), 0.25, 0.75), reading(two, 0.0, 0.5, 0.5)
    first, second = Item(one, True, taught=one, said=sure), Item(two, False, taught=two, said=not_sure)
    groups = [[first, second], [first]]
    starts = torch.tensor([row(log(0.25), log(0.75)), row(0, 0), row(log(0.25), log(0.75))])
    ends = torch.tensor([row(log(1e-9), 0)] * 3)
    same = torch.tensor([log(3), 0.0, log(3)])
    entropy = -(0.25 * log(0.25) + 0.75 * log(0.75))  # of whether it answers: what none can fall below
    found = losses.by_readers((starts, ends, same), groups)
    assert found.item() == pytest.approx((2 * entropy + log(2)) / 3, abs=1e-4)
    turned = losses.by_readers((starts, ends, torch.tensor([0.0, log(3), log(3)])), groups)
    apart = 0.75 * log(0.75 / 0.25) + 0.25 * log(0.25 / 0.75)  # which of the first question's passages
    each = (log(2) + (log(4) - log(3) / 2) + entropy) / 3  # whether each of them answers
    assert turned.item() == pytest.approx(each + apart, abs=1e-4)


def test_readers_of_other_tokens_are_refused(words: Tokenizer):
    [own] = pairs(words, "?", ["a b"])
    [its] = pairs(words, "?", ["ab c"])
    said = (torch.zeros(1, 6), torch.zeros(1, 6), torch.zeros(1))
    with pytest.raises(ValueError, match="of the same vocabulary"):
        losses.by_readers(said, [[Item(own, True, said=reading(its, 0, 0.5, 0.5))]])
    with pytest.raises(ValueError, match="not read by readers"):
        losses.by_readers(said, [[Item(own, True)]])


def test_what_the_teacher_thinks_unanswered_teaches_no_place(words: Tokenizer):
    [own] = pairs(words, "?", ["a b"])
    one, other = torch.tensor([row(0, 9)]), torch.tensor([row(9, 0)])
    believed, answers = torch.tensor([-30.0]), torch.tensor([-30.0])
    found = losses.by_teacher((one, one, answers), (other, other, believed), [Item(own, False, taught=own)])
    assert found.item() == pytest.approx(0, abs=1e-6)


def test_a_teacher_of_other_tokens_is_refused(words: Tokenizer):
    [own] = pairs(words, "?", ["a b"])
    [its] = pairs(words, "?", ["ab c"])
    said = (torch.zeros(1, 6), torch.zeros(1, 6), torch.zeros(1))
    with pytest.raises(ValueError, match="take one of the same vocabulary"):
        losses.by_teacher(said, said, [Item(own, True, taught=its)])
    with pytest.raises(ValueError, match="not made for a teacher"):
        losses.by_teacher(said, said, [Item(own, True)])
