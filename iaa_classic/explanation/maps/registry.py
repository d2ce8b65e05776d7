"""Which maps there are, and what each explains: declared where they are drawn, as features are."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...features import Picture
from .evidence_map import EvidenceMap, Placement
from .marks import Mark
from .native import KEPT

_MODULES = (
    "placing",
    "structure",
    "lines",
    "light",
    "wheel",
    "colours",
    "detail",
    "attention",
    "separation",
    "textures",
    "profiles",
    "faces",
)
"""Modules that declare maps, in the order in which the maps are listed within a criterion."""


@dataclass(frozen=True)
class Drawn:
    """What a map's function returns: the text, the marks, and whether anything was found.

    ``size`` is that of a chart; an overlay has that of the photograph.
    """

    description: str
    marks: tuple[Mark, ...] = ()
    found: bool = True
    size: tuple[int, int] | None = None


Drawer = Callable[[Picture], Drawn]


@dataclass(frozen=True)
class MapRecord:
    """What is known of a map before it is drawn."""

    name: str
    title: str
    criterion: str
    features: tuple[str, ...]
    placement: Placement
    drawer: Drawer

    def draw(self, picture: Picture) -> EvidenceMap:
        """The map of one picture."""
        drawn = self.drawer(picture)
        height, width = picture.rgb.shape[:2]
        return EvidenceMap(
            self.name,
            self.title,
            self.criterion,
            self.features,
            drawn.description,
            self.placement,
            drawn.size or (width, height),
            drawn.marks,
            drawn.found,
        )


_registry: dict[str, MapRecord] = {}


def evidence_map(
    name: str, title: str, *, criterion: str, features: tuple[str, ...], placement: Placement = "photograph"
) -> Callable[[Drawer], Drawer]:
    """Declare the decorated function as what draws the map of this name."""

    def declare(function: Drawer) -> Drawer:
        if name in _registry:
            raise ValueError(f"a map called {name!r} is declared already")
        _registry[name] = MapRecord(name, title, criterion, features, placement, function)
        return function

    return declare


def records() -> dict[str, MapRecord]:
    """Every map by name, in the order in which they are shown."""
    for module in _MODULES:
        importlib.import_module(f".{module}", __package__)
    return dict(_registry)


_scratch: list[tuple[Picture, Picture]] = []
"""The picture whose maps were drawn last, and a copy of it that holds all the planes they share, some 20 MB.

Explanations of many photographs may be held at a time; only one of them holds planes.
"""


def _with_planes(picture: Picture) -> Picture:
    """A copy of ``picture`` that keeps its planes until the maps of another picture are asked for."""
    for known, copy in _scratch:
        if known is picture:
            return copy
    copy = picture.reduced(KEPT)
    _scratch[:] = [(picture, copy)]
    return copy


class LazyMaps(Mapping[str, EvidenceMap]):
    """The maps of one picture by name, each drawn when it is first asked for."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._drawn: dict[str, EvidenceMap] = {}

    def __getitem__(self, name: str) -> EvidenceMap:
        if name not in self._drawn:
            self._drawn[name] = records()[name].draw(_with_planes(self._picture))
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(records())

    def __len__(self) -> int:
        return len(records())

    def __repr__(self) -> str:
        return f"<maps: {', '.join(self)}>"
