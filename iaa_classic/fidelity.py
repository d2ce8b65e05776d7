"""Does a feature move when the photograph does? The table of controlled changes, and the shares of photographs that follow.

Each feature of a technical criterion names in its own record the change under which it rises or falls (``rises_with``,
``falls_with``), or says why there is none (``no_case``). ``cases`` joins the two to the table of what is expected to move, and
``fidelity`` checks it on photographs. Strengths are ordered from weak to strong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import changes, degradations
from .features import Feature, Picture, measure, select

if TYPE_CHECKING:
    import pandas as pd

Pixels = NDArray[np.uint8]

TECHNICAL = ("composition", "lighting", "colour", "sharpness", "subject")
"""The criteria whose every feature has a case in the table, or says why it has none."""


@dataclass(frozen=True)
class Change:
    """One controlled change of a photograph, in three strengths.

    Attributes
    ----------
    name : str
        What features declare.
    criterion : str
        The criterion that it belongs to.
    apply : callable
        ``(rgb, strength) -> rgb``.
    strengths : tuple of three floats
        From weak to strong.
    meaning : str
        What is done, and what a strength is.
    start : float or None
        Strength of the picture with which the changed ones are compared, where that is not the photograph itself.
    """

    name: str
    criterion: str
    apply: Callable[[Pixels, float], Pixels]
    strengths: tuple[float, float, float]
    meaning: str
    start: float | None = None

    def series(self, rgb: Pixels) -> list[Pixels]:
        """The picture to compare with, then the changed ones from weak to strong."""
        first = rgb if self.start is None else self.apply(rgb, self.start)
        return [first, *(self.apply(rgb, strength) for strength in self.strengths)]


def _places(count: float) -> list[tuple[float, float]]:
    """Centres of up to eight subjects, spread over the frame."""
    spread = [(0.5, 0.5), (0.18, 0.22), (0.82, 0.78), (0.18, 0.78), (0.82, 0.22), (0.5, 0.15), (0.5, 0.85), (0.15, 0.5)]
    return spread[: int(count)]


PAINTS = {
    "red": (200, 30, 35),
    "yellow": (235, 205, 45),
    "pink": (240, 150, 185),
    "purple": (115, 45, 140),
    "orange": (235, 130, 30),
    "white": (255, 255, 255),
}
"""Colours of the painted discs, R, G, B."""


def _painted(name: str, colour: tuple[int, int, int]) -> Change:
    def apply(rgb: Pixels, share: float) -> Pixels:
        return changes.paint(rgb, share, colour, "middle")

    return Change(f"painted {name}", "colour", apply, (0.1, 0.2, 0.35), f"share painted {name}")


_TABLE = (
    # sharpness
    Change("defocus", "sharpness", degradations.defocus, (2, 4, 8), "disc blur; radius in thousandths of the long side"),
    Change("motion blur", "sharpness", degradations.motion_blur, (6, 12, 24), "blur along 20 degrees; length in thousandths"),
    Change("noise", "sharpness", degradations.noise, (8, 16, 32), "Gaussian noise; standard deviation on 0..255"),
    Change("jpeg", "sharpness", lambda rgb, q: degradations.jpeg(rgb, int(q)), (40, 20, 8), "JPEG 4:2:0; quality"),
    Change("over-sharpening", "sharpness", degradations.oversharpen, (1, 2, 4), "unsharp mask; amount"),
    # lighting
    Change("underexposure", "lighting", degradations.expose, (-0.7, -1.5, -2.5), "exposure in stops"),
    Change("overexposure", "lighting", degradations.expose, (0.5, 1.0, 1.8), "exposure in stops, clipping"),
    Change("brighter midtones", "lighting", changes.gamma, (0.8, 0.6, 0.4), "gamma on code values; exponent"),
    Change("darker midtones", "lighting", changes.gamma, (1.3, 1.7, 2.5), "gamma on code values; exponent"),
    Change("low contrast", "lighting", degradations.flatten_contrast, (0.75, 0.5, 0.25), "towards mid-grey; factor kept"),
    Change("clipped highlights", "lighting", degradations.clip_highlights, (0.08, 0.2, 0.4), "share of pixels clipped"),
    Change("crushed shadows", "lighting", degradations.crush_shadows, (0.08, 0.2, 0.4), "share of pixels clipped"),
    Change("vignette", "lighting", degradations.vignette, (1, 2, 4), "stops lost in the corners"),
    Change("haze", "lighting", changes.haze, (0.25, 0.5, 0.75), "share of bright airlight"),
    Change("light from the right", "lighting", changes.side_light, (0.3, 0.6, 0.9), "share of light lost on the left"),
    Change("light from below", "lighting", changes.low_light, (0.3, 0.6, 0.9), "share of light lost at the top"),
    Change("spotlight", "lighting", changes.spotlight, (0.4, 0.65, 0.9), "share of light lost around the middle"),
    Change("backlight", "lighting", changes.silhouette, (0.4, 0.65, 0.9), "middle darkened, surroundings lightened"),
    Change("local contrast", "lighting", changes.local_contrast, (0.5, 1.0, 2.0), "unsharp mask at 2 % of the long side"),
    # colour
    Change("desaturation", "colour", degradations.saturate, (0.7, 0.4, 0.1), "factor of colour kept"),
    Change("over-saturation", "colour", degradations.saturate, (1.4, 2.0, 3.0), "factor of colour"),
    Change("warm cast", "colour", degradations.colour_cast, (10, 20, 40), "CIE Lab shift towards orange"),
    Change("cold cast", "colour", lambda rgb, s: degradations.colour_cast(rgb, s, 250), (10, 20, 40), "shift towards blue"),
    Change(
        "green cast",
        "colour",
        lambda rgb, s: degradations.colour_cast(rgb, s, 150),
        (10, 20, 40),
        "shift towards green",
    ),
    Change("one hue", "colour", changes.tint, (0.4, 0.7, 1.0), "share of the picture toned in one hue"),
    Change("all hues", "colour", changes.rainbow, (0.4, 0.7, 1.0), "share of the picture coloured with a rainbow"),
    Change("two opposite hues", "colour", changes.split_tone, (0.4, 0.7, 1.0), "share of the picture toned orange and blue"),
    Change("posterised", "colour", lambda rgb, n: changes.posterise(rgb, int(n)), (12, 6, 3), "levels per channel"),
    Change(
        "painted sky",
        "colour",
        lambda rgb, s: changes.paint(rgb, s, (95, 150, 225)),
        (0.2, 0.35, 0.5),
        "share painted blue",
    ),
    Change(
        "painted grass",
        "colour",
        lambda rgb, s: changes.paint(rgb, s, (80, 130, 45), "bottom"),
        (0.2, 0.35, 0.5),
        "share painted grass green",
    ),
    Change(
        "painted skin",
        "colour",
        lambda rgb, s: changes.paint(rgb, s, (214, 165, 135), "middle"),
        (0.1, 0.2, 0.35),
        "share painted the colour of skin",
    ),
    *(_painted(name, colour) for name, colour in PAINTS.items()),
    # composition
    Change("mirrored halves", "composition", changes.mirrored, (0.4, 0.7, 1.0), "right half towards the mirrored left one"),
    Change(
        "mirrored top",
        "composition",
        lambda rgb, s: changes.mirrored(rgb, s, "horizontal"),
        (0.4, 0.7, 1.0),
        "lower half towards the mirrored upper one",
    ),
    Change("empty space", "composition", changes.empty_space, (0.2, 0.35, 0.5), "share of the width left plain"),
    Change("letterbox", "composition", changes.letterbox, (0.15, 0.3, 0.5), "share of the height in black bars"),
    Change("wider frame", "composition", changes.narrow, (0.15, 0.3, 0.5), "share of the height cut away"),
    Change("horizon", "composition", changes.horizon, (0.35, 0.6, 0.85), "bright over dark mixed in, edge at a third"),
    Change(
        "vertical lines",
        "composition",
        lambda rgb, s: changes.ruled(rgb, s, "vertical"),
        (0.35, 0.6, 0.9),
        "four lines, mixed in by a share",
    ),
    Change(
        "diagonal lines",
        "composition",
        lambda rgb, s: changes.ruled(rgb, s, "diagonal"),
        (0.35, 0.6, 0.9),
        "three lines, mixed in by a share",
    ),
    Change(
        "converging lines",
        "composition",
        lambda rgb, s: changes.ruled(rgb, s, "converging"),
        (0.35, 0.6, 0.9),
        "eight lines, mixed in by a share",
    ),
    Change(
        "tilted horizon",
        "composition",
        lambda rgb, angle: changes.horizon(rgb, 0.85, 0.4, angle),
        (3, 6, 12),
        "bright over dark; angle of the edge in degrees",
        start=0,
    ),
    Change(
        "lower horizon",
        "composition",
        lambda rgb, height: changes.horizon(rgb, 0.85, height),
        (0.42, 0.5, 0.6),
        "bright over dark; height of the edge from the top",
        start=1 / 3,
    ),
    Change(
        "horizon to the middle",
        "composition",
        lambda rgb, height: changes.horizon(rgb, 0.85, height),
        (0.42, 0.46, 0.5),
        "bright over dark; height of the edge from the top",
        start=0.382,
    ),
    Change("grid", "composition", lambda rgb, s: changes.ruled(rgb, s, "grid"), (0.35, 0.6, 0.9), "a 10 x 10 grid of lines"),
    Change(
        "subject to a power point",
        "composition",
        lambda rgb, t: changes.staged(rgb, [(0.5 - t / 6, 0.5 - t / 6)]),
        (0.4, 0.7, 1.0),
        "staged subject, share of the way from the middle",
        start=0,
    ),
    Change(
        "subject to the side",
        "composition",
        lambda rgb, t: changes.staged(rgb, [(0.5 + 0.4 * t, 0.5)]),
        (0.4, 0.7, 1.0),
        "staged subject, share of the way from the middle to the border",
        start=0,
    ),
    Change(
        "subject lower",
        "composition",
        lambda rgb, t: changes.staged(rgb, [(0.5, 0.5 + 0.35 * t)]),
        (0.4, 0.7, 1.0),
        "staged subject, share of the way from the middle to the bottom",
        start=0,
    ),
    Change(
        "subject over the border",
        "composition",
        lambda rgb, x: changes.staged(rgb, [(x, 0.5)]),
        (0.93, 0.96, 1.0),
        "staged subject; its place across",
        start=0.7,
    ),
    Change(
        "lines to the subject",
        "composition",
        changes.lines_to_subject,
        (0.35, 0.6, 0.9),
        "eight lines that meet in a staged subject, mixed in by a share",
        start=0,
    ),
    # subject
    Change(
        "larger subject",
        "subject",
        lambda rgb, r: changes.staged(rgb, radius=r),
        (0.15, 0.22, 0.32),
        "staged subject; radius in shares of the short side",
        start=0.1,
    ),
    Change(
        "smaller subject",
        "subject",
        lambda rgb, r: changes.staged(rgb, radius=r),
        (0.16, 0.11, 0.07),
        "staged subject; radius in shares of the short side",
        start=0.22,
    ),
    Change(
        "longer subject",
        "subject",
        lambda rgb, k: changes.staged(rgb, stretch=k),
        (1.5, 2.2, 3.5),
        "staged subject; length across over height",
        start=1,
    ),
    Change(
        "duller subject",
        "subject",
        lambda rgb, s: changes.staged(rgb, subject=degradations.saturate(changes.vivid(rgb), 1 - s)),
        (0.35, 0.65, 0.95),
        "staged subject; share of its colour taken away",
        start=0,
    ),
    Change(
        "softer subject",
        "subject",
        lambda rgb, s: changes.staged(rgb, radius=0.25, subject=changes.blurred(changes.vivid(rgb), s / 100)),
        (0.5, 1.0, 2.0),
        "staged subject; blur in percent of the long side",
        start=0,
    ),
    Change(
        "burnt subject",
        "subject",
        lambda rgb, k: changes.staged(rgb, subject=degradations.expose(changes.vivid(rgb), k)),
        (1.5, 2.5, 4.5),
        "staged subject; exposure in stops",
        start=0,
    ),
    Change(
        "more subjects",
        "subject",
        lambda rgb, n: changes.staged(rgb, _places(n), 0.1),
        (2, 4, 8),
        "staged subjects; number",
        start=1,
    ),
    Change("blurred surroundings", "subject", changes.blurred_surroundings, (0.7, 1.5, 3), "sigma in percent of the long side"),
    Change("blurred middle", "subject", changes.blurred_middle, (0.7, 1.5, 3), "sigma in percent of the long side"),
    Change("plain surroundings", "subject", changes.plain_surroundings, (0.35, 0.6, 0.9), "share of grey mixed in"),
    Change("grey surroundings", "subject", changes.grey_surroundings, (0.4, 0.7, 1.0), "share of colour taken away"),
)

CHANGES: Mapping[str, Change] = {change.name: change for change in _TABLE}
"""Every controlled change by name."""


def cases(features: Iterable[Feature] | None = None) -> pd.DataFrame:
    """What is expected to move, and how: one row per declared case, in the order of the table of changes.

    Returns
    -------
    DataFrame
        ``change``, ``strengths``, ``criterion`` (of the feature), ``feature`` and ``direction`` (1 rises, -1 falls).

    Raises
    ------
    ValueError
        If a feature declares a change that is not in the table.
    """
    import pandas as pd

    rows = []
    for record in select("all") if features is None else features:
        for name, direction in ((record.rises_with, 1), (record.falls_with, -1)):
            if not name:
                continue
            if name not in CHANGES:
                raise ValueError(f"{record.name} declares the change {name!r}; the table has {', '.join(CHANGES)}")
            strengths = ", ".join(f"{strength:g}" for strength in CHANGES[name].strengths)
            rows.append((name, strengths, record.criterion, record.name, direction))
    table = pd.DataFrame(rows, columns=["change", "strengths", "criterion", "feature", "direction"])
    order = {name: position for position, name in enumerate(CHANGES)}
    return table.sort_values("change", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def without_case(features: Iterable[Feature] | None = None) -> list[str]:
    """Names of the technical features that declare neither a change nor a reason why there is none."""
    records = select("all") if features is None else features
    declared = [(record, record.rises_with or record.falls_with or record.no_case) for record in records]
    return [record.name for record, said in declared if record.criterion in TECHNICAL and not said]


def follow(pictures: Sequence[Pixels], features: Iterable[Feature] | None = None) -> dict[str, NDArray[np.int8]]:
    """Per change, how the features that declare it moved: 1 as declared, -1 against, 0 not at all.

    Each array has the shape (pictures, features declared, 4): the step from the starting picture to each of the three
    strengths, and, last, 1 where the values were in the declared order throughout (ties allowed), else 0. The features come in
    the order of ``cases``.
    """
    records_ = list(select("all") if features is None else features)
    if not len(pictures):
        raise ValueError("there are no pictures to change; give at least one")
    table = cases(records_)
    known = {record.name: record for record in records_}
    moved = {}
    for name, rows in table.groupby("change", sort=False):
        records = [known[feature] for feature in rows["feature"]]
        sign = rows["direction"].to_numpy()
        steps = []
        for rgb in pictures:
            values = np.array([measure(Picture(changed), records) for changed in CHANGES[str(name)].series(rgb)])
            signs = np.sign((values[1:] - values[0]) * sign)
            ordered = (np.diff(values, axis=0) * sign >= 0).all(axis=0) & (signs[-1] > 0)
            steps.append(np.vstack([signs, ordered]).T)
        moved[str(name)] = np.array(steps, dtype=np.int8)
    return moved


def fidelity(moved: Mapping[str, NDArray[np.int8]], features: Iterable[Feature] | None = None) -> pd.DataFrame:
    """``cases`` with the shares of photographs that moved as declared.

    Parameters
    ----------
    moved : dict
        From ``follow``; arrays of several collections may be joined along the first axis.

    Returns
    -------
    DataFrame
        The columns of ``cases``, then ``weak``, ``middle``, ``strong`` (shares of photographs whose value moved as declared at
        that strength; not moving at all counts as failing) and ``monotone`` (share whose values were in order throughout).
    """
    import pandas as pd

    table = cases(features)
    shares = np.concatenate([(moved[name] > 0).mean(axis=0) for name in dict.fromkeys(table["change"])])
    columns = pd.DataFrame(shares, columns=["weak", "middle", "strong", "monotone"])
    return pd.concat([table, columns], axis=1)
