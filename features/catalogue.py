"""The catalogue: one frozen record per feature, and the registry that holds them.

A feature is declared where it is computed::

    @feature(
        criterion="lighting",
        label="clipped highlights",
        unit="share of pixels",
        range=(0, 1),
        direction="lower",
        reference="...",
    )
    def clipped_highlights(picture: Picture) -> float:
        '''Share of pixels ...'''

The function's name is the feature's name. A computation that yields several numbers at once is a ``family``: it declares
each of its numbers by name and returns them in that order.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .baselines import Baseline, baselines
from .picture import Picture, shared
from .sets import feature_set, sets

Direction = Literal["higher", "lower", "unimodal", "neutral"]
Scale = Literal["working", "native"]

CRITERIA: Mapping[str, str] = {
    "composition": "where things stand: thirds, balance, symmetry, lines, horizon, space",
    "lighting": "exposure, clipping, tonal range, contrast, key",
    "colour": "harmony templates, colourfulness, palette, temperature",
    "sharpness": "focus, blur, motion, noise, compression",
    "subject": "is there one, is it isolated: saliency, depth of field, background simplicity",
    "pattern": "texture, repetition, self-similarity, complexity: the beauty of pattern",
    "people": "faces and how they are presented: size, place, light and focus on them",
    "uniqueness": "how far a picture stands from a reference collection",
    "content": "learned representations, optional",
}
"""The fixed vocabulary of criteria, in the order in which they are shown, and what each answers."""

_MODULES = ("composition", "lighting", "colour", "sharpness", "subject", "pattern", "people")
_PUBLISHED_MODULES = ("published_datta", "published_segments", "published_ke", "published_luo", "published_redies")
"""Modules of features that only the published sets of ``sets`` measure."""


@dataclass(frozen=True)
class Feature:
    """What the catalogue knows of one feature.

    Attributes
    ----------
    name : str
        Identifier, unique in the catalogue; also the name of the function that computes it.
    criterion : str
        One of ``CRITERIA``.
    label : str
        A few plain words for people, without article or capital: "clipped highlights".
    unit : str
        Unit of the value ("degrees", "share of pixels", "bits", "1" for a pure number).
    range : (float, float)
        Smallest and largest possible value, inclusive; infinite where unbounded.
    direction : {"higher", "lower", "unimodal", "neutral"}
        "higher" or "lower" only where photography is unanimous that, all else equal, more (or less) never hurts: models
        constrain the effect to be monotonic. "unimodal": a middle is best. "neutral": a matter of taste.
    reference : str
        Where the formula comes from.
    function : callable
        ``Picture -> float``.
    scale : {"working", "native"}
        Whether the value is measured on the working scale or also looks at native pixels.
    version : int
        Raised whenever the value for the same picture changes; models refuse a version that they were not fitted with.
    rises_with, falls_with : str
        The controlled change of a photograph (a name of ``iaa_classic.fidelity.CHANGES``) under which the value rises, or
        falls: what proves that the feature measures what it says. Technical criteria declare at least one of them.
    no_case : str
        Why no such change exists, where a technical feature declares none.
    compatibility : str
        What is odd about a published definition that is kept to the letter, or where else a feature is of use for special
        purposes alone. A feature with such a note is measured only when it, or a set that holds it, is asked for by name:
        ``"all"`` and the criteria leave it out.
    """

    name: str
    criterion: str
    label: str
    unit: str
    range: tuple[float, float]
    direction: Direction
    reference: str
    function: Callable[[Picture], float]
    scale: Scale = "working"
    version: int = 1
    rises_with: str = ""
    falls_with: str = ""
    no_case: str = ""
    compatibility: str = ""

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or not self.name.islower():
            raise ValueError(f"a feature's name is a lower-case identifier, got {self.name!r}")
        if self.criterion not in CRITERIA:
            raise ValueError(f"{self.name}: criterion {self.criterion!r} is not one of {', '.join(CRITERIA)}")
        if self.direction not in get_args(Direction):
            raise ValueError(f"{self.name}: direction {self.direction!r} is not one of {get_args(Direction)}")
        low, high = self.range
        if not low < high or math.isnan(low) or math.isnan(high):
            raise ValueError(f"{self.name}: range {self.range} is not (low, high)")
        if self.no_case and (self.rises_with or self.falls_with):
            raise ValueError(f"{self.name}: a case is declared, and a reason why there is none")
        for field in ("label", "unit", "reference"):
            if not getattr(self, field).strip():
                raise ValueError(f"{self.name}: {field} is empty")
        if not (self.function.__doc__ or "").strip():
            raise ValueError(f"{self.name}: its function has no docstring")

    @property
    def monotonic(self) -> int:
        """+1, -1 or 0: the constraint that models put on this feature's effect."""
        return {"higher": 1, "lower": -1}.get(self.direction, 0)

    @property
    def baseline(self) -> Baseline | None:
        """What is usual over rated photographs; None for what depends on a detector or on a collection."""
        return baselines().get(self.name)

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, ready for JSON; infinite limits become ``None``."""
        limits = [None if math.isinf(limit) else limit for limit in self.range]
        return {
            "name": self.name,
            "criterion": self.criterion,
            "label": self.label,
            "unit": self.unit,
            "range": limits,
            "direction": self.direction,
            "reference": self.reference,
            "scale": self.scale,
            "version": self.version,
            "rises_with": self.rises_with,
            "falls_with": self.falls_with,
            "no_case": self.no_case,
            "compatibility": self.compatibility,
        }


class DuplicateFeatureError(ValueError):
    """A feature of this name is in the catalogue already."""


_registry: dict[str, Feature] = {}


def register(record: Feature) -> None:
    """Add a record to the catalogue; a name can be registered once."""
    if record.name in _registry:
        raise DuplicateFeatureError(f"a feature called {record.name!r} is registered already")
    _registry[record.name] = record


def feature(
    *,
    criterion: str,
    label: str,
    unit: str,
    range: tuple[float, float],
    direction: Direction,
    reference: str,
    scale: Scale = "working",
    version: int = 1,
    rises_with: str = "",
    falls_with: str = "",
    no_case: str = "",
    compatibility: str = "",
) -> Callable[[Callable[[Picture], float]], Callable[[Picture], float]]:
    """Register the decorated function under its own name; see ``Feature`` for the fields."""

    def declare(function: Callable[[Picture], float]) -> Callable[[Picture], float]:
        record = Feature(
            function.__name__,
            criterion,
            label,
            unit,
            range,
            direction,
            reference,
            function,
            scale,
            version,
            rises_with,
            falls_with,
            no_case,
            compatibility,
        )
        register(record)
        return function

    return declare


class Member:
    """One number of a family: calls the shared computation and picks its own position."""

    def __init__(self, family: Callable[[Picture], Sequence[float]], position: int) -> None:
        self.family = family
        self.position = position
        self.__doc__ = family.__doc__

    def __call__(self, picture: Picture) -> float:
        """Value of this member for ``picture``."""
        return float(self.family(picture)[self.position])


def family(
    members: Mapping[str, str],
    *,
    criterion: str,
    unit: str,
    range: tuple[float, float],
    direction: Direction | Mapping[str, Direction],
    reference: str,
    scale: Scale = "working",
    version: int = 1,
    rises_with: str | Mapping[str, str] = "",
    falls_with: str | Mapping[str, str] = "",
    no_case: str | Mapping[str, str] = "",
    compatibility: str | Mapping[str, str] = "",
) -> Callable[[Callable[[Picture], Sequence[float]]], Callable[[Picture], Sequence[float]]]:
    """Register one feature per entry of ``members`` (name to label), all computed by one call.

    The decorated function returns its numbers in the order of ``members`` and runs once per picture. ``direction`` and the
    fields after ``version`` may be mappings from a member's name; names that they leave out are "neutral", or empty.
    """

    def own(name: str, field: str | Mapping[str, str]) -> str:
        return field if isinstance(field, str) else field.get(name, "")

    def declare(function: Callable[[Picture], Sequence[float]]) -> Callable[[Picture], Sequence[float]]:
        once = shared(function)
        for position, (name, label) in enumerate(members.items()):
            better = direction.get(name, "neutral") if isinstance(direction, Mapping) else direction
            record = Feature(
                name,
                criterion,
                label,
                unit,
                range,
                better,
                reference,
                Member(once, position),
                scale,
                version,
                own(name, rises_with),
                own(name, falls_with),
                own(name, no_case),
                own(name, compatibility),
            )
            register(record)
        return once

    return declare


def catalogue() -> dict[str, Feature]:
    """Every feature by name, in the order of criteria and declaration."""
    for module in (*_MODULES, *_PUBLISHED_MODULES):
        importlib.import_module(f".{module}", __package__)
    order = list(CRITERIA)
    return dict(sorted(_registry.items(), key=lambda item: order.index(item[1].criterion)))


def select(names: str | Iterable[str] = "all") -> list[Feature]:
    """Records for ``"all"``, for the name of a set or a criterion, or for a list of feature names.

    ``"all"`` and a criterion's name leave out the features that are kept for compatibility alone. A named set (see
    ``sets``) comes in its published order, less the members that take more than one picture to compute.

    Raises
    ------
    ValueError
        If a name is unknown; the message lists close matches, and the sets.
    """
    known = catalogue()
    if isinstance(names, str):
        if names == "all":
            return [record for record in known.values() if not record.compatibility]
        if names in {record.criterion for record in known.values()}:
            return [record for record in known.values() if record.criterion == names and not record.compatibility]
        names = feature_set(names).features if names in sets() else [names]
    chosen = list(names)
    if not chosen:
        raise ValueError("no feature is selected; give names, a set, a criterion or 'all'")
    unknown = [name for name in chosen if name not in known]
    if unknown:
        import difflib

        selectable = {record.criterion for record in known.values()}
        candidates = {*known, *sets(), *selectable, "all"} - set(unknown)
        close = {match for name in unknown for match in difflib.get_close_matches(str(name), candidates, n=2)}
        collections = {member.feature for entry in sets().values() for member in entry.members if member.needs}
        if collections.intersection(unknown):
            hint = "; it compares a picture with a collection: fit iaa_classic.ReferenceFeatures"
        elif {"all", *sets(), *selectable}.intersection(unknown):
            hint = "; a list holds names of features: give the name of a set or a criterion by itself"
        else:
            hint = f"; did you mean {', '.join(sorted(close))}?" if close else "; `iaa-classic features` lists them"
        raise ValueError(
            f"no feature called {', '.join(map(repr, unknown))}{hint} (sets of features: all, {', '.join(sets())})"
        )
    if len(set(chosen)) != len(chosen):
        raise ValueError("a feature is named twice in the selection")
    return [known[name] for name in chosen]


def measure(picture: Picture, features: Sequence[Feature]) -> NDArray[np.float64]:
    """Values of ``features`` for one picture, float64, shape (len(features),)."""
    return np.array([record.function(picture) for record in features], dtype=np.float64)
