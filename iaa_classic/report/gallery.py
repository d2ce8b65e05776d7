"""A gallery of photographs: cards that can be sorted and filtered, details, and comparisons of two."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

import numpy as np
from markupsafe import Markup

from .. import __version__
from ..explanation import Explanation
from ..explanation.comparison import WORDS, shown_effects
from ..text import printable
from .pages import asset, packed, policy, script_data, templates
from .previews import Preview
from .views import DrawnMap, photo_view

SCRIPTS = ("overlays.js", "details.js", "gallery.js", "comparison.js", "viewer.js")
"""The scripts of the page, in order; each may use those before it."""

KEYS = (
    (("←", "→", "↑", "↓"), "move between photographs"),
    (("Home", "End"), "first and last photograph"),
    (("Enter",), "open the photograph"),
    (("Esc",), "close"),
    (("c",), "choose for comparison; the second one opens it"),
    (("1", "…", "9"), "switch an overlay on the photograph; 0 switches all off"),
    (("/",), "find by name"),
    (("s", "r"), "choose the order; reverse it"),
    (("?",), "show these keys"),
)


_NOTHING = Markup("")


@dataclass(frozen=True)
class GalleryItem:
    """One photograph of a gallery.

    Attributes
    ----------
    name : str
        What it is called on the page.
    explanation : Explanation
        Of the same model for all items.
    thumbnail, preview : Preview
        The pictures of the card and of the details.
    maps : sequence of DrawnMap
        Overlays and charts of the details.
    group : str, optional
        Items of one group stand together under its name.
    badges : sequence of str
        Short remarks on the card.
    data : dict
        What a script of one's own finds under ``extra`` of the photograph; plain values.
    """

    name: str
    explanation: Explanation
    thumbnail: Preview
    preview: Preview
    maps: Sequence[DrawnMap] = ()
    group: str | None = None
    badges: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Extension:
    """What another command adds to the gallery.

    Attributes
    ----------
    toolbar, body : Markup
        Further controls in the bar, and further elements at the end of the page.
    script, style : str
        Run after the gallery's own scripts, which offer ``window.gallery`` (see ``gallery.js``); applied after its style.
    keys : sequence of ((str, ...), str)
        Further keys for the help.
    """

    toolbar: Markup = _NOTHING
    body: Markup = _NOTHING
    script: str = ""
    style: str = ""
    keys: Sequence[tuple[tuple[str, ...], str]] = ()


def gallery_page(
    items: Iterable[GalleryItem],
    title: str,
    *,
    failures: Iterable[tuple[str, str]] = (),
    scale_line: str | None = None,
    compare: tuple[int, int] | None = None,
    extension: Extension | None = None,
) -> Iterator[str]:
    """One self-contained HTML page, in parts to be written one after another.

    Parameters
    ----------
    items : iterable of GalleryItem
        Read once, in order; no larger picture is kept in memory. The page shows the highest score first.
    title : str
        What the photographs are, such as the name of their folder.
    failures : iterable of (str, str)
        Names of files that could not be read and why; read after the items.
    scale_line : str, optional
        What scores mean, where they are not points of the scale.
    compare : (int, int), optional
        Positions of two items whose comparison is shown at once.
    extension : Extension, optional
        What another command adds.

    Yields
    ------
    str
    """
    more = extension or Extension()
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as spool:
        cards, photographs, shared = [], [], None
        for position, item in enumerate(items):
            if shared is None:
                shared = _Shared.of(item.explanation)
            cards.append(_card(position, item))
            photographs.append(shared.photograph(item))
            _write_detail(spool, position, item, scale_line)
        reach = max((abs(one["cents"]) for card in cards for one in card["effects"]), default=1) or 1
        for card in cards:
            card["effects"] = [_diverging(one, reach) for one in card["effects"]]
        data = (shared.to_dict() if shared else {"criteria": [], "features": []}) | {
            "photographs": photographs,
            "words": WORDS,
            "compare": list(compare) if compare else None,
        }
        scripts = [asset(name) for name in SCRIPTS] + ([more.script] if more.script else [])
        scores = [card["exact"] for card in cards]
        yield from (
            templates()
            .get_template("gallery.html")
            .generate(
                title=printable(title),
                summary=_summary(scores, shared, scale_line),
                failures=[(printable(name), printable(reason)) for name, reason in failures],
                criteria=data["criteria"],
                groups=_groups(cards),
                least=np.floor(10 * min(scores, default=0.0)) / 10,
                most=np.ceil(10 * max(scores, default=1.0)) / 10,
                details=_read_details(spool),
                data=script_data(data),
                keys=(*KEYS, *more.keys),
                toolbar=more.toolbar,
                extra=more.body,
                policy=policy(scripts),
                style=Markup(asset("photo.css") + asset("gallery.css") + more.style),
                scripts=[Markup(script) for script in scripts],
                version=__version__,
            )
        )


@dataclass(frozen=True)
class _Shared:
    """What is the same for all photographs of one model: written once."""

    criteria: list[str]
    features: dict[str, tuple[str, str, str]]
    baseline: float
    scale: tuple[float, float]

    @classmethod
    def of(cls, explanation: Explanation) -> _Shared:
        features = {one.name: (one.label, one.criterion, one.unit) for one in explanation.features}
        criteria = [part.criterion for part in explanation.criteria]
        return cls(criteria, dict(sorted(features.items())), explanation.baseline, explanation.scale)

    def to_dict(self) -> dict[str, Any]:
        features = [(label, criterion, *_unit(unit)) for label, criterion, unit in self.features.values()]
        return {"criteria": self.criteria, "features": features, "baseline": round(self.baseline, 2)}

    def photograph(self, item: GalleryItem) -> dict[str, Any]:
        """Numbers of one photograph: effects of criteria in hundredths of a point, of features in millionths."""
        explanation = item.explanation
        known = {one.name: one for one in explanation.features}
        features = [known[name] for name in self.features]
        return {
            "name": printable(item.name),
            "score": explanation.score,
            "shown": round(100 * round(explanation.score, 2)),
            "effects": shown_effects(explanation),
            "marks": [round(part.mark, 1) for part in explanation.criteria],
            "values": [_value(one.value, one.unit) for one in features],
            "shares": [round(1e6 * one.effect) for one in features],
            "group": None if item.group is None else printable(item.group),
            "extra": item.data,
        }


def _unit(unit: str) -> tuple[str, int]:
    """What stands after a value, as ``quantity`` writes it, and the factor of the value."""
    if unit.startswith("share"):
        return " %" + unit.removeprefix("share"), 100
    return ("" if unit in ("1", "") else f" {unit}"), 1


def _value(value: float, unit: str) -> str:
    return "" if value != value else f"{_unit(unit)[1] * value:.3g}"


def _card(position: int, item: GalleryItem) -> dict[str, Any]:
    explanation = item.explanation
    cents, names = shown_effects(explanation), [part.criterion for part in explanation.criteria]
    return {
        "id": position,
        "name": printable(item.name),
        "exact": explanation.score,
        "score": f"{explanation.score:.2f}",
        "thumbnail": item.thumbnail,
        "badges": [printable(badge) for badge in item.badges],
        "group": None if item.group is None else printable(item.group),
        "effects": [{"criterion": name, "cents": cent} for name, cent in zip(names, cents, strict=True)],
    }


def _diverging(one: dict[str, Any], reach: int) -> dict[str, Any]:
    """A bar from the middle to the right or to the left, in percent; the longest of all fills one half."""
    width = 50 * abs(one["cents"]) / reach
    return one | {"left": round(50 - width if one["cents"] < 0 else 50, 1), "width": round(width, 1)}


def _groups(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards by group, in each the highest score first, groups by their best card."""
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for card in sorted(cards, key=lambda card: -card["exact"]):
        groups.setdefault(card["group"], []).append(card)
    return [{"name": name, "members": members} for name, members in groups.items()] or [{"name": None, "members": []}]


def _summary(scores: list[float], shared: _Shared | None, scale_line: str | None) -> str:
    count = f"{len(scores)} photograph{'' if len(scores) == 1 else 's'}"
    if not scores or shared is None:
        return count
    low, high = (round(end, 2) for end in shared.scale)
    scale = scale_line or f"on a scale from {low:g} to {high:g}"
    spread = f"scores {min(scores):.2f} to {max(scores):.2f}" if len(scores) > 1 else f"score {scores[0]:.2f}"
    return f"{count} · {spread}{' · ' if scale_line else ' '}{scale}"


def _write_detail(spool: IO[str], position: int, item: GalleryItem, scale_line: str | None) -> None:
    """Write the details as compressed text, which the page unfolds when they are opened, and the larger picture beside them."""
    view = photo_view(item.explanation, replace(item.preview, uri=""), name=item.name, maps=item.maps)
    text = templates().get_template("detail.html").render(view=view, scale_line=scale_line)
    for kind, content in (("photo", packed(text)), ("picture", item.preview.uri)):
        spool.write(f'<script type="text/plain" id="{kind}-{position}">{content}</script>\n')


def _read_details(spool: IO[str]) -> Iterator[Markup]:
    spool.seek(0)
    for line in spool:
        yield Markup(line)
