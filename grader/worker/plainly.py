"""What Python and NumPy mean by their commonest messages, for somebody who meets them for the first time.

Each says what has to hold at that line and what to look at; none says what the code should be.
"""

from __future__ import annotations

import re

__all__ = ["in_words"]

_LONGEST = 400  # characters of a message that are looked at
_MEANINGS = (
    (
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        r"Axes are counted from 0, so with \2 of them none is axis \1. Print the shape of this array before this line.",
    ),
    (
        r"index -?\d+ is out of bounds for axis (\d+) with size (\d+)",
        r"Axis \1 has \2 entries, counted from 0. Where does this index come from?",
    ),
    (
        r"too many indices for array",
        "The array has fewer axes than there are indices here. Print its shape before this line.",
    ),
    (
        r"could not be broadcast together|non-broadcastable output",
        "Arrays of these shapes cannot be combined entry by entry. Print both before this line: which is unexpected?",
    ),
    (
        r"shapes .* not aligned|matmul: Input operand",
        "In a product of matrices, the first has as many columns as the second has rows. Print both shapes.",
    ),
    (
        r"cannot reshape array of size",
        "A new shape holds exactly as many entries as the old one. Print the shape before this line.",
    ),
    (
        r"'NoneType'",
        "Something is None here. Does the function that it comes from return a value, and was it set before this line?",
    ),
    (
        r"^KeyError: (.+)",
        r"The dictionary has no entry \1 at this line. Print its keys: was it never made, or under another name?",
    ),
    (
        r"^IndexError: (?:list|tuple|string|pop)",
        "There are fewer entries than this line expects. Print how many there are.",
    ),
    (
        r"truth value of an array with more than one",
        "A condition needs one yes or no, and an array has one for each entry. Which is meant, all of them or any?",
    ),
    (
        r"^(?:UnboundLocalError|NameError)",
        "A name is used before anything is stored under it. Is it spelt alike, and set on each way to this line?",
    ),
    (
        r"positional arguments? but|missing \d+ required|unexpected keyword argument",
        "The call and the definition of a function do not fit together. Is its signature the one of the assignment?",
    ),
    (
        r"'(?:tuple|list)' object|not '?(?:tuple|list)'?$",
        "A tuple or a list stands where something else is needed, such as an array. Print its type before this line.",
    ),
    (
        r"^AttributeError: .* has no attribute",
        "What stands before the dot has nothing of this name. Is it spelt as where it is made, capitals included?",
    ),
    (r"^RecursionError", "A function calls itself without an end. What is to make it stop?"),
    (r"^ZeroDivisionError", "The divisor is zero here. For which inputs can that happen?"),
)


def in_words(message: str) -> str:
    """What is meant by an exception's message with its type before it; nothing where that is not known."""
    short = message[:_LONGEST]
    for pattern, meaning in _MEANINGS:
        if found := re.search(pattern, short):
            return found.expand(meaning)
    return ""
