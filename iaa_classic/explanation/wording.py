"""The words of critiques and suggestions: one table per language, and how that language writes numbers.

A language is one file, ``languages/<code>.toml``; ``languages/README.md`` says what it holds and how to add one.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import UserError

PLURALS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "other": lambda number: "other",
        "one-other": lambda number: "one" if number == "1" else "other",
        "below-two-other": lambda number: "one" if number[0] in "01" and not number[1:2].isdigit() else "other",
        "one-few-other": lambda number: {"1": "one", "2": "few", "3": "few", "4": "few"}.get(number, "other"),
    }
)
"""Rules for the form of a noun beside a number as it is written, without its sign, by name: one form for all (Japanese), one
for "1" (English, German), one for all below two (French), and another for 2 to 4 (Czech, Slovak), as in Unicode's CLDR."""


@dataclass(frozen=True)
class Wording:
    """The words of one language.

    Attributes
    ----------
    language : str
        Code of the language: "en".
    texts : mapping of str to str
        Every message by its key, nested keys joined by dots.
    """

    language: str
    texts: Mapping[str, str]

    def has(self, key: str) -> bool:
        """Whether the language has this message."""
        return key in self.texts

    def message(self, key: str, **values: str) -> str:
        """The message with its places filled in.

        Raises
        ------
        UserError
            If the language lacks the message, or the message asks for something that is not given.
        """
        try:
            return self.texts[key].format(**values)
        except KeyError as error:
            raise UserError(f"language {self.language!r}: message {key!r} lacks {error}") from None

    def number(self, value: float, digits: int) -> str:
        """A number with this many decimals, without a sign on zero."""
        text = f"{value:.{digits}f}"
        text = text.lstrip("-") if float(text) == 0 else text
        return text.replace("-", self.message("numbers.minus")).replace(".", self.message("numbers.decimal"))

    def signed_number(self, value: float, digits: int) -> str:
        """A number with this many decimals and its sign."""
        return (self.message("numbers.plus") if round(value, digits) > 0 else "") + self.number(value, digits)

    def signed_points(self, value: float) -> str:
        """Points with their sign, to a hundredth."""
        return self.message("units.points.other", number=self.signed_number(value, 2))

    def percent(self, share: float) -> str:
        """A share in [0, 1] as a percentage of two significant digits, "0.3 %" or "14 %", and "100 %" only if it is all."""
        value = 100 * share
        digits = 0 if value == 0 or abs(value) >= 9.95 else 1
        if value and abs(value) < 0.05:
            return self.message("numbers.less_than", number=self.message("numbers.percent", number=self.number(0.1, 1)))
        if 99.5 <= value < 100:
            value, digits = min(value, 99.9), 1
        return self.message("numbers.percent", number=self.number(value, digits))

    def quantity(self, value: float, unit: str) -> str:
        """A number with its unit, as a reader would want it: "1.8 degrees", "1 stop", "14 %"."""
        if unit == "percent":
            return self.percent(value / 100)
        if unit.startswith("share"):
            return self.percent(value)
        digits = 0 if abs(value) >= 20 or (value == round(value) and unit in ("mired", "levels")) else 1
        if unit == "stops" and round(value, 1) != round(value, 2):
            digits = 2
        if unit == "points":
            digits = 2 if abs(value) < 0.095 else 1
        if round(value, digits) == round(value) and unit != "points":
            digits = 0
        form = PLURALS[self.message("numbers.plural")](f"{abs(value):.{digits}f}")
        return self.message(f"units.{unit}.{form}", number=self.number(value, digits))

    def value(self, value: float, unit: str) -> str:
        """A measured value for a sentence, with its unit where the language has a word for it."""
        if unit == "percent" or unit.startswith("share") or self.has(f"units.{unit}.other"):
            return self.quantity(value, unit)
        return self.number(value, 0 if abs(value) >= 20 or value == round(value) else 1 if abs(value) >= 1 else 2)

    def phrase(self, name: str, form: str) -> str | None:
        """The clause for a feature in a form ("high", "low", "some", "high_helps", ...), None where there is none."""
        text = self.texts.get(f"features.{name}.{form}")
        if text is None and name.startswith("datta_familiarity_"):
            text = self.texts.get(f"features.datta_familiarity.{form}")
        return text

    def label(self, name: str, english: str) -> str:
        """A feature's name in the language; ``english``, the catalogue's, where the language has none of its own."""
        return self.texts.get(f"labels.{name}", english)

    def listed(self, items: Sequence[str]) -> str:
        """Items as a list in words: "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        pair = self.message("list.last", items=items[-2], item=items[-1])
        for item in reversed(items[:-2]):
            pair = self.message("list.more", item=item, items=pair)
        return pair

    @staticmethod
    def capitalised(text: str) -> str:
        """The text with a capital at its beginning."""
        return text[:1].upper() + text[1:]


@lru_cache(maxsize=8)
def wording(language: str = "en") -> Wording:
    """The words of a language of the package, by its code, or of a file in TOML, by its path.

    Raises
    ------
    UserError
        If there is no such language, or its file cannot be read.
    """
    if language.endswith(".toml"):
        path = Path(language)
        if not path.is_file():
            raise UserError(f"{language}: there is no such file; give a language ({', '.join(languages())}) or its file")
        return read_wording(path.stem, path.read_bytes())
    if language not in languages():
        raise UserError(f"no language {language!r}; there are {', '.join(languages())}")
    return read_wording(language, _folder().joinpath(f"{language}.toml").read_bytes())


def languages() -> list[str]:
    """Codes of the languages that the package has words of."""
    return sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml"))


def read_wording(language: str, content: bytes) -> Wording:
    """The words in the content of a language file.

    Raises
    ------
    UserError
        If it is not TOML, names an unknown rule for plurals or lacks a message that English has.
    """
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"language {language!r}: its file is not TOML in UTF-8 ({error})") from None
    texts = dict(_flat(table))
    rule = texts.get("numbers.plural")
    if rule not in PLURALS:
        raise UserError(f"language {language!r}: numbers.plural is {rule!r}, not one of {', '.join(PLURALS)}")
    return Wording(language, MappingProxyType(texts))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Nested tables as pairs of dotted key and text."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _folder() -> Any:
    return importlib.resources.files("iaa_classic.explanation") / "languages"
