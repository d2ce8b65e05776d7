"""Small multiples of dependence curves as compact SVG, in the page's own letters and colours: a report may hold hundreds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from ..explanation.dependence import Dependence
from ..explanation.model_summary import signed

Floats = NDArray[np.float64]

WIDTH, HEIGHT = 260, 158
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 252, 6, 112
_DENSITY = 136
"""Foot of the bars of the density, which stand below the effects."""

_TAILS = (0.005, 0.995)
"""Quantiles of a section's effects beyond which points are drawn at the edge."""


def limits(curves: Sequence[Dependence]) -> tuple[float, float]:
    """Ends of an effect axis for all these curves: means and bands fit, of the points all but the outermost; 0 is inside."""
    points = [curve.effects for curve in curves if curve.effects.size]
    if not points:
        return -1.0, 1.0
    ends = np.quantile(np.concatenate(points), _TAILS)
    inner = [ends, *(part for curve in curves for part in (curve.mean, curve.low, curve.high))]
    every = np.concatenate([part for part in inner if len(part)])
    low, high = min(float(every.min()), 0.0), max(float(every.max()), 0.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def curve_svg(curve: Dependence, ends: tuple[float, float], text: str, unit: str) -> str:
    """One curve: points by the sign of their effect, the 10-90 % band, the mean, and the density of values below.

    Parameters
    ----------
    curve : Dependence
    ends : (float, float)
        Of the effect axis.
    text : str
        The text alternative.
    unit : str
        Of the value: shares are shown in percent.
    """
    if not curve.edges.size:
        return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(text)}"></svg>'
    low, high = float(curve.edges[0]), float(curve.edges[-1])

    def across(values: Floats) -> Floats:
        return _LEFT + (np.clip(values, low, high) - low) / (high - low) * (_RIGHT - _LEFT)

    def down(effects: Floats) -> Floats:
        return _BOTTOM - (np.clip(effects, *ends) - ends[0]) / (ends[1] - ends[0]) * (_BOTTOM - _TOP)

    zero = float(down(np.array(0.0)))
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(text)}">']
    parts.append(_bars(curve))
    parts.append(f'<path class="axis" d="M{_LEFT} {zero:.1f}H{_RIGHT}"/>')
    x, y = across(curve.values), down(curve.effects)
    places = np.column_stack([x, y]).round().astype(int)
    for name, own in (("pt up", curve.effects > 0), ("pt down", curve.effects <= 0)):
        if own.any():
            # Points that fall on each other are drawn once.
            dots = "".join(f"M{a} {b}h0" for a, b in sorted(set(map(tuple, places[own].tolist()))))
            parts.append(f'<path class="{name}" d="{dots}"/>')
    middle = across(curve.centres)
    if len(middle) > 1:
        there = _line(middle, down(curve.high))
        back = _line(middle[::-1], down(curve.low)[::-1])
        parts.append(f'<path class="band" d="M{there}L{back}Z"/><path class="mean" d="M{_line(middle, down(curve.mean))}"/>')
    elif len(middle):
        parts.append(f'<path class="mean dot" d="M{middle[0]:.1f} {float(down(curve.mean)[0]):.1f}h0"/>')
    parts.append(_effect_labels(ends, zero, down))
    parts.append(_value_labels(low, high, unit))
    parts.append("</svg>")
    return "".join(parts)


def _line(x: Floats, y: Floats) -> str:
    return "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _bars(curve: Dependence) -> str:
    """The density of the values, as one outline."""
    most = max(int(curve.counts.max()), 1)
    step = (_RIGHT - _LEFT) / len(curve.counts)
    path = f"M{_LEFT} {_DENSITY}"
    for place, count in enumerate(curve.counts.tolist()):
        top = _DENSITY - 20 * count / most
        path += f"V{top:.1f}H{_LEFT + (place + 1) * step:.1f}"
    return f'<path class="density" d="{path}V{_DENSITY}Z"/>'


def _effect_labels(ends: tuple[float, float], zero: float, down: object) -> str:
    """The ends of the effect axis and 0."""
    assert callable(down)
    digits = 2 if max(map(abs, ends)) >= 0.095 else 3
    unit = 10.0**-digits
    shown = [(np.trunc(ends[1] / unit) * unit), (np.trunc(ends[0] / unit) * unit)]
    labels = f'<text class="end" x="{_LEFT - 5}" y="{zero + 3.5:.1f}">0</text>'
    for value in shown:
        y = float(down(np.array(value)))
        if abs(y - zero) > 12:
            labels += f'<text class="end" x="{_LEFT - 5}" y="{y + 3.5:.1f}">{signed(value, digits)}</text>'
    return labels


def _value_labels(low: float, high: float, unit: str) -> str:
    """The ends and the middle of the value axis."""
    marks = ((_LEFT, "start", low), ((_LEFT + _RIGHT) / 2, "middle", (low + high) / 2), (_RIGHT, "end", high))
    return "".join(
        f'<text x="{x:g}" y="{HEIGHT - 6}" text-anchor="{anchor}">{value_text(value, unit, high - low)}</text>'
        for x, anchor, value in marks
    )


def value_text(value: float, unit: str, span: float) -> str:
    """A value with as many digits as tell values apart that lie within ``span``; shares in percent."""
    share = 100 if unit.startswith("share") else 1
    digits = max(0, 1 - int(np.floor(np.log10(share * span)))) if span > 0 else 3
    return f"{share * value:.{digits}f}{' %' if share > 1 else ''}".replace("-", "−")


def unit_text(unit: str) -> str:
    """A unit as it stands behind a label; nothing for a pure number."""
    if unit in ("1", ""):
        return ""
    return f"%{unit.removeprefix('share')}" if unit.startswith("share") else unit


def curve_words(label: str, curve: Dependence, unit: str) -> str:
    """What a curve shows, in a sentence: the text alternative."""
    if not curve.centres.size:
        return f"{label}: no photograph has a value"
    span = float(curve.edges[-1] - curve.edges[0])
    first, last = (f"{signed(curve.mean[k], 3)} at {value_text(float(curve.centres[k]), unit, span)}" for k in (0, -1))
    if len(curve.centres) == 1:
        return f"{label}: mean effect {first}, over all photographs"
    top, bottom = int(curve.mean.argmax()), int(curve.mean.argmin())
    told = f"{label}: mean effect from {first} to {last}"
    ends = {signed(curve.mean[k], 3) for k in (0, -1)}
    inside = [k for k in (top, bottom) if signed(curve.mean[k], 3) not in ends]
    named = {top: "highest", bottom: "lowest"}
    if inside:
        told += "; " + ", ".join(
            f"{named[k]} {signed(curve.mean[k], 3)} at {value_text(float(curve.centres[k]), unit, span)}" for k in inside
        )
    return told
