r"""Text → tokens. Python's notation, LaTeX and Unicode come out alike: `\lambda`, `λ` and `lambda` are one name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grader.expressions.errors import ExpressionError

__all__ = ["MOST_CHARACTERS", "Token", "tokens"]

MOST_CHARACTERS = 2000
Kind = Literal["number", "name", "sign", "structure", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign; `close` tells whether it follows the one before without a gap."""

    kind: Kind
    text: str
    column: int
    close: bool = False


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, the last of kind "end".

    Raises:
        ExpressionError: a character or a command is not known here, or the text is too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(f"a formula of {len(text)} characters is not read; {MOST_CHARACTERS} are enough", 1)
    return list(_Scanner(text).all())


_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+(?![A-Za-z0-9]))?", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*", re.ASCII)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_GROUP = re.compile(r"\s*\{\s*([A-Za-z0-9_ ]{1,40})\s*\}", re.ASCII)
_WORD = re.compile(r"\s*\\?([A-Za-z0-9]+)", re.ASCII)
_MODULE = re.compile(r"(?:np|numpy|math|torch|jnp|F)\s*\.\s*(?=[A-Za-z])")
_SIGNS = re.compile(r"\*\*|==|!=|<>|<=|>=|:=|=<|\|\||[-+*/^@=<>()\[\]{},;:|_'!%&]")
_SAME = {"**": "^", "==": "=", ":=": "=", "<>": "!=", "=<": "<="}

_LIKE = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "∙": "*", "•": "*",
    "⊙": "*", "∘": "*", "÷": "/", "∕": "/", "⁄": "/", "≠": "!=", "≤": "<=", "≥": ">=", "′": "'", "’": "'",
    "ǀ": "|", "∣": "|", "‖": "||", "∥": "||", "；": ";", "，": ",", "（": "(", "）": ")", "＝": "=", "⟨": "(", "⟩": ")",
}  # fmt: skip
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "Delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Ω": "Omega",
    "Φ": "Phi", "Σ": "Sigma", "ℓ": "ell", "∂": "partial", "∇": "nabla", "𝟙": "indicator", "∑": "sum", "√": "sqrt",
    "∏": "prod", "∫": "int", "∞": "infty", "⊤": "top", "ᵀ": "top",
}  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱʲᵏ", "0123456789+-()nijk", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₗₘₙₐₑₒₓₚₛₜ", "0123456789+-()ijklmnaeoxpst", strict=True))
_ACCENT_MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}

_NAMED = {
    *_GREEK.values(), "exp", "ln", "log", "max", "min", "tanh", "sinh", "cosh", "sin", "cos", "tan", "sum", "sqrt",
    "varepsilon", "vartheta", "varphi", "varsigma", "Lambda", "Theta", "Gamma", "Pi", "Psi", "prod", "int", "infty",
    "softmax", "sigmoid", "relu", "arg",
}  # fmt: skip
_RENAMED = {
    "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varsigma": "sigma", "intercal": "top",
    "transpose": "top",
}  # fmt: skip
_SPACE = {
    ",", ";", ":", "!", " ", "quad", "qquad", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg",
    "displaystyle", "textstyle", "limits", "nolimits", "nonumber", "\n", "rm", "bf", "it", "thinspace",
}  # fmt: skip
_SIGN_COMMANDS = {
    "cdot": "*", "times": "*", "ast": "*", "odot": "*", "circ": "*", "div": "/", "neq": "!=", "ne": "!=", "le": "<=",
    "leq": "<=", "ge": ">=", "geq": ">=", "lt": "<", "gt": ">", "{": "(", "}": ")", "lbrace": "(", "rbrace": ")",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "|": "||", "lVert": "||", "rVert": "||", "Vert": "||",
    "langle": "(", "rangle": ")", "lbrack": "[", "rbrack": "]", "prime": "'", "%": "%", "_": "_", "\\": "\\", "&": "&",
    "equiv": "=", "colon": ":",
}  # fmt: skip
_FONTS = {
    "mathbf", "boldsymbol", "bm", "vec", "mathrm", "text", "textrm", "textbf", "textit", "operatorname", "mathit",
    "mathsf", "mathtt", "mathcal", "mathbb", "mathds", "mbox", "underline",
}  # fmt: skip
_ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde"}
_STRUCTURES = {"frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "begin": "begin", "end": "end"}
# YAML's and Python's escapes in double quotes eat the beginnings of commands: "\frac" starts with a form feed.
_EATEN = {"\a": "a", "\b": "b", "\t": "t", "\v": "v", "\f": "f", "\r": "r"}
_KNOWN = {*_NAMED, *_RENAMED, *_SPACE, *_SIGN_COMMANDS, *_FONTS, *_ACCENTS, *_STRUCTURES}


class _Scanner:
    """One formula on its way to tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.gap = True

    def all(self) -> Iterator[Token]:
        while self.at < len(self.text):
            column = self.at + 1
            for token in self.some():
                yield token
                self.gap = False
            self.at = max(self.at, column)  # each round takes a character at least
        yield Token("end", "", len(self.text) + 1)

    def some(self) -> Iterator[Token]:
        """The tokens that begin here: none for a space, several for a raised or lowered run."""
        character = self.text[self.at]
        if command := self.eaten():
            yield from self.command(command)
        elif character.isspace() or character in "~$`\u200b\ufeff":
            self.at += 1
            self.gap = True
        elif character == "\\":
            found = _COMMAND.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1
            yield from self.command(found[0][1:] if found else "")
        elif character in _RAISED or character in _LOWERED:
            yield from self.run(_RAISED if character in _RAISED else _LOWERED)
        else:
            yield from self.plain(character)

    def eaten(self) -> str:
        """The command whose backslash and first letter an escape in double quotes has eaten, if one begins here."""
        letter = _EATEN.get(self.text[self.at])
        rest = _NAME.match(self.text, self.at + 1) if letter else None
        word = f"{letter}{rest[0]}" if rest else ""
        if word not in _KNOWN or not rest:
            return ""
        self.at = rest.end()
        return word

    def plain(self, character: str) -> Iterator[Token]:
        if module := _MODULE.match(self.text, self.at):
            self.at = module.end()
        elif found := _NUMBER.match(self.text, self.at):
            yield self.take("number", found[0], found.end())
        elif found := _NAME.match(self.text, self.at):
            yield self.name(found[0], found.end())
        elif character in _LIKE:
            yield self.take("sign", _LIKE[character], self.at + 1)
        elif found := _SIGNS.match(self.text, self.at):
            yield self.take("sign", _SAME.get(found[0], found[0]), found.end())
        elif character == "." and not self.text[self.at + 1 :].strip(" .$`\n"):
            self.at = len(self.text)  # the end of a sentence
        elif character == ".":
            yield self.take("sign", ".", self.at + 1)
        else:
            yield self.letter(character)

    def name(self, name: str, end: int) -> Token:
        """A name with the accent that follows it, in words."""
        accent = _ACCENT_MARKS.get(self.text[end : end + 1], "")
        return self.take("name", name + accent, end + bool(accent))

    def letter(self, character: str) -> Token:
        """A letter from elsewhere: Greek, with an accent, or a mathematical one."""
        if character in _GREEK:
            return self.name(_GREEK[character], self.at + 1)
        for form in ("NFD", "NFKD"):
            plain = unicodedata.normalize(form, character)
            if _NAME.fullmatch(plain[:1]) and plain[1:] in {"", *_ACCENT_MARKS}:
                return self.name(plain[:1] + _ACCENT_MARKS.get(plain[1:], ""), self.at + 1)
            if plain in _GREEK:
                return self.name(_GREEK[plain], self.at + 1)
        shown = character if character.isprintable() else f"U+{ord(character):04X}"
        raise ExpressionError(f"the character {shown!r} is not known here", self.at + 1)

    def take(self, kind: Kind, text: str, end: int) -> Token:
        token = Token(kind, text, self.at + 1, not self.gap)
        self.at = end
        return token

    def run(self, table: dict[str, str]) -> Iterator[Token]:
        """A raised run is an exponent, a lowered one a subscript."""
        end = self.at
        while end < len(self.text) and self.text[end] in table:
            end += 1
        column = self.at + 1
        yield Token("sign", "^" if table is _RAISED else "_", column, not self.gap)
        yield Token("sign", "{", column, True)
        inside = "".join(table[character] for character in self.text[self.at : end])
        for found in re.finditer(r"[0-9]+|.", inside):
            kind: Kind = "number" if found[0].isdigit() else "name" if found[0].isalpha() else "sign"
            yield Token(kind, found[0], column, True)
        yield Token("sign", "}", column, True)
        self.at = end

    def command(self, name: str) -> Iterator[Token]:
        """The tokens of a LaTeX command; the scanner stands behind its name."""
        column = self.at - len(name)
        close, self.gap = not self.gap, True
        if name in _SPACE:
            if name in {"left", "right"} and self.text.startswith(".", self.at):
                self.at += 1
        elif name in _SIGN_COMMANDS:
            yield Token("sign", _SIGN_COMMANDS[name], column, close)
        elif name in _STRUCTURES:
            yield Token("structure", self.structure(_STRUCTURES[name], column), column, close)
        elif name in _FONTS:
            yield from self.font(name, column, close)
        elif name in _ACCENTS:
            yield from self.under(_ACCENTS[name], column, close)
        elif name in _NAMED or name in _RENAMED:
            yield Token("name", _RENAMED.get(name, name), column, close)
        else:
            raise ExpressionError(f"the command \\{name} is not known here", column)

    def structure(self, name: str, column: int) -> str:
        """Of the environments, only cases are known; their name is read along."""
        if name != "frac":
            group = _GROUP.match(self.text, self.at)
            if not group or group[1].strip() != "cases":
                raise ExpressionError(f"only \\{name}{{cases}} is known here", column)
            self.at = group.end()
        return name

    def font(self, name: str, column: int, close: bool) -> Iterator[Token]:
        """A word in some face is the word; a 1 with a double stroke is an indicator; else the face is left out."""
        group = _GROUP.match(self.text, self.at)
        if not group:
            return
        self.at = group.end()
        words = re.findall(r"[A-Za-z0-9]+", group[1])
        if words == ["1"]:
            yield Token("name", "indicator", column, close)
        elif all(word.isdigit() for word in words):
            yield from (Token("number", word, column, close) for word in words)
        else:
            words = words if name in {"text", "mbox", "textrm"} else ["".join(words)]
            yield from (Token("name", word, column, close) for word in words)

    def under(self, accent: str, column: int, close: bool) -> Iterator[Token]:
        r"""What lies below an accent: \hat{y_k} is \hat{y}_k, and of \hat yx only the y."""
        found = _GROUP.match(self.text, self.at) or _WORD.match(self.text, self.at)
        if not found:
            raise ExpressionError(f"the \\{accent} needs a letter below it", column)
        whole = found[0].lstrip().startswith(("{", "\\"))
        self.at = found.end() if whole else found.start(1) + 1
        name, _, index = (found[1] if whole else found[1][0]).partition("_")
        yield Token("name", name.strip() + accent, column, close)
        if index.strip("_ "):
            yield Token("sign", "_", column, True)
            yield Token("name", re.sub("[_ ]", "", index), column, True)
