"""Ten pictures that are no photographs, drawn: paintings, text, noise and signs."""

from __future__ import annotations

import cv2
import numpy as np

Image = np.ndarray
_HEIGHT, _WIDTH = 480, 640


def odd_pictures(seed: int = 0) -> dict[str, Image]:
    """Ten odd pictures by name, RGB uint8 of 480 x 640."""
    rng = np.random.default_rng(seed)
    return {
        "mondrian": mondrian(rng),
        "colour field": colour_field(),
        "drip painting": drips(rng),
        "brush strokes": strokes(rng),
        "page of text": text(),
        "headline": headline(),
        "white noise": noise(rng),
        "grey noise": grey_noise(rng),
        "checkerboard": checkerboard(),
        "chart": chart(rng),
    }


def _canvas(colour: tuple[int, int, int]) -> Image:
    return np.full((_HEIGHT, _WIDTH, 3), colour, dtype=np.uint8)


def mondrian(rng: np.random.Generator) -> Image:
    """Flat rectangles in primary colours between black bars."""
    picture = _canvas((245, 245, 240))
    xs, ys = sorted(rng.integers(60, 580, 4).tolist()), sorted(rng.integers(60, 420, 3).tolist())
    for colour, (x, y) in zip([(210, 30, 30), (30, 60, 170), (245, 210, 40)], [(0, 0), (2, 1), (1, 2)], strict=True):
        cv2.rectangle(picture, (xs[x], ys[y]), ([*xs, _WIDTH][x + 1], [*ys, _HEIGHT][y + 1]), colour, -1)
    for x in xs:
        cv2.line(picture, (x, 0), (x, _HEIGHT), (0, 0, 0), 9)
    for y in ys:
        cv2.line(picture, (0, y), (_WIDTH, y), (0, 0, 0), 9)
    return picture


def colour_field() -> Image:
    """Two soft fields of red and orange."""
    picture = _canvas((120, 15, 20))
    cv2.rectangle(picture, (50, 40), (590, 220), (235, 90, 30), -1)
    cv2.rectangle(picture, (50, 250), (590, 440), (190, 20, 60), -1)
    return cv2.GaussianBlur(picture, (31, 31), 0)


def drips(rng: np.random.Generator) -> Image:
    """Thrown lines of paint on a light ground."""
    picture = _canvas((225, 210, 180))
    for _ in range(220):
        points = np.cumsum(rng.normal(0, 28, (14, 2)), axis=0) + rng.uniform(0, 1, 2) * (_WIDTH, _HEIGHT)
        colour = [(10, 10, 10), (250, 250, 250), (160, 30, 30), (40, 70, 110)][rng.integers(4)]
        cv2.polylines(picture, [points.astype(np.int32)], False, colour, int(rng.integers(1, 5)), cv2.LINE_AA)
    return picture


def strokes(rng: np.random.Generator) -> Image:
    """Short thick strokes of saturated colours, side by side."""
    picture = _canvas((90, 160, 90))
    for _ in range(2500):
        x, y = rng.uniform(0, _WIDTH), rng.uniform(0, _HEIGHT)
        angle = 0.01 * x + 0.02 * y
        end = (int(x + 22 * np.cos(angle)), int(y + 22 * np.sin(angle)))
        hue = np.uint8([[[int(90 + 80 * np.sin(0.012 * y)) % 180, 230, int(rng.integers(150, 255))]]])
        colour = cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0].tolist()
        cv2.line(picture, (int(x), int(y)), end, colour, 7, cv2.LINE_AA)
    return picture


def text() -> Image:
    """A page of small black letters on white."""
    picture = _canvas((255, 255, 255))
    words = "the quick brown fox jumps over the lazy dog while nobody looks at it "
    for row in range(28):
        cv2.putText(picture, (words * 2)[row : row + 78], (12, 20 + 16 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1)
    return picture


def headline() -> Image:
    """A few large letters on a flat ground."""
    picture = _canvas((20, 20, 120))
    for row, word in enumerate(("SALE", "50 %", "TODAY")):
        cv2.putText(picture, word, (40, 150 + 130 * row), cv2.FONT_HERSHEY_DUPLEX, 4.5, (255, 230, 0), 12, cv2.LINE_AA)
    return picture


def noise(rng: np.random.Generator) -> Image:
    """Independent random pixels in all three channels."""
    return rng.integers(0, 256, (_HEIGHT, _WIDTH, 3), dtype=np.uint8)


def grey_noise(rng: np.random.Generator) -> Image:
    """Clouds of grey: noise at a scale of some pixels."""
    small = rng.integers(0, 256, (_HEIGHT // 8, _WIDTH // 8), dtype=np.uint8)
    return cv2.cvtColor(cv2.resize(small, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_NEAREST), cv2.COLOR_GRAY2RGB)


def checkerboard() -> Image:
    """Black and white squares."""
    y, x = np.mgrid[:_HEIGHT, :_WIDTH]
    return np.repeat((255 * ((x // 32 + y // 32) % 2)).astype(np.uint8)[..., None], 3, axis=2)


def chart(rng: np.random.Generator) -> Image:
    """Bars of a diagram on white."""
    picture = _canvas((255, 255, 255))
    for bar, height in enumerate(rng.integers(60, 380, 9).tolist()):
        cv2.rectangle(picture, (60 + 60 * bar, 430 - height), (100 + 60 * bar, 430), (60, 120, 200), -1)
    cv2.line(picture, (40, 430), (620, 430), (0, 0, 0), 2)
    cv2.line(picture, (40, 40), (40, 430), (0, 0, 0), 2)
    return picture
