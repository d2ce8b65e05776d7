"""``crop``."""

from __future__ import annotations

import base64
import html
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from ..errors import UserError
from ..face_detection import FaceDetector
from ..measuring import describe_source
from ..output import check_new, whole
from ..shoot.crops import Crop, Improvement, Proposal, export_crop, parsed_ratio, propose_crops
from .inputs import chosen_model, prepare_kernels
from .tables import console, notices, readable, write_text

_COLOURS = ((0, 158, 115), (230, 159, 0), (86, 180, 233), (204, 121, 167), (240, 228, 66), (213, 94, 0), (0, 114, 178))
"""Okabe and Ito's palette, which people see apart whatever their colour vision."""

_EXPORTED = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}


def crop(
    photo: str,
    *,
    ratio: str | None,
    count: int,
    least: float,
    output: Path | None,
    export: Path | None,
    as_json: bool,
    model: str | None,
    face_model: Path | None,
    max_pixels: int,
    force: bool = False,
) -> int:
    """Propose crops, print what each improves, draw and export them; returns the exit status."""
    _check(photo, output, (".png", ".html"), "a drawing of crops", force=force)
    _check(photo, export, tuple(_EXPORTED), "an exported crop", force=force)
    shape = parsed_ratio(ratio)
    fitted = chosen_model(model)
    detector = FaceDetector(str(face_model)) if face_model is not None else FaceDetector.installed()
    from ..features import select

    prepare_kernels(select("composition"))
    options: dict[str, Any] = {"ratio": shape, "count": count, "least": least, "max_pixels": max_pixels}
    proposal = propose_crops(photo, fitted, face_detector=detector, **options)
    if as_json:
        json.dump(_told(photo, proposal, faces=detector is not None), sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        print_crops(photo, proposal, faces=detector is not None)
    if output is not None:
        _draw(proposal, describe_source(photo, 0), output, force=force)
        notices().print(f"Wrote {readable(str(output))}", highlight=False, soft_wrap=True)
    if export is not None and proposal.crops:
        export_crop(photo, proposal.crops[0], lambda image: _save(image, export, force=force), max_pixels=max_pixels)
        notices().print(f"Saved the best crop as {readable(str(export))}", highlight=False, soft_wrap=True)
    return 0


def _check(photo: str, path: Path | None, endings: tuple[str, ...], what: str, *, force: bool) -> None:
    if path is None:
        return
    if path.suffix.lower() not in endings:
        raise UserError(f"{path}: {what} ends in {' or '.join(endings)}")
    if path.exists() and os.path.exists(photo) and os.path.samefile(path, photo):
        raise UserError(f"{path}: is the photograph itself, which is never changed; give another name")
    check_new(path, force=force)


def _told(photo: str, proposal: Proposal, *, faces: bool) -> dict[str, Any]:
    return {
        "source": describe_source(photo, 0),
        "width": proposal.width,
        "height": proposal.height,
        "effect": proposal.effect,
        "guessed": proposal.guessed,
        "measured": proposal.measured,
        "kept_inside": [list(box) for box in proposal.kept.inside],
        "kept_whole": [list(box) for box in proposal.kept.whole],
        "faces_looked_for": faces,
        "crops": [crop.to_dict() for crop in proposal.crops],
    }


def print_crops(photo: str, proposal: Proposal, *, faces: bool) -> None:
    """One row per crop."""
    out = console()
    out.print(f"[bold]{readable(Path(photo).name)}[/]", highlight=False)
    tried = f"{proposal.guessed} crops compared, {proposal.measured} of them measured"
    if not proposal.crops:
        out.print(f"No crop improves its composition ({tried}).", highlight=False)
        return
    table = Table()
    for name in ("Crop", "Left, top", "Size", "Of the frame", "Composition", "What it improves"):
        table.add_column(name, justify="left" if name in ("Crop", "What it improves") else "right")
    for number, crop in enumerate(proposal.crops, start=1):
        left, top, right, bottom = crop.pixels
        share = (right - left) * (bottom - top) / (proposal.width * proposal.height)
        improved = "\n".join(said(item) for item in crop.improvements[:3])
        place, size = f"{left}, {top}", f"{right - left} x {bottom - top}"
        table.add_row(
            str(number), place, size, f"{100 * share:.0f} %", f"{crop.gain:+.2f}", readable(improved).replace("\\n", "\n")
        )
    out.print(table)
    out.print(
        f"Composition: points gained on the whole frame ({proposal.effect:+.2f}), measured on the crop. {tried}.",
        highlight=False,
    )
    kept = "the subject" if proposal.kept.inside else "nothing stands out as the subject"
    people = "faces were looked for" if faces else "no face detector, so faces were not looked for"
    out.print(f"[dim]Not cut: {kept}; {people}.[/]", highlight=False)


def said(item: Improvement) -> str:
    """An improvement in words."""
    share = item.unit.startswith("share")
    before, after = (f"{100 * value:.0f} %" if share else f"{value:.3g}" for value in (item.before, item.after))
    unit = item.unit.removeprefix("share") if share else ("" if item.unit in ("1", "") else f" {item.unit}")
    return f"{item.label}: {before} to {after}{unit} ({item.gain:+.2f})"


def drawn(proposal: Proposal) -> NDArray[np.uint8]:
    """The reduced photograph with the crops outlined, the best one's surroundings dimmed, uint8 RGB."""
    import cv2

    canvas = proposal.rgb.copy()
    height, width = canvas.shape[:2]
    thick = max(2, round(max(height, width) / 300))
    if proposal.crops:
        left, top, right, bottom = _pixels(proposal.crops[0], width, height)
        dimmed = (canvas * 0.55).astype(np.uint8)
        dimmed[top:bottom, left:right] = canvas[top:bottom, left:right]
        canvas = dimmed
    numbered = list(enumerate(proposal.crops))[::-1]
    for at, crop in numbered:
        left, top, right, bottom = _pixels(crop, width, height)
        for ink, weight in (((0, 0, 0), thick + 2), (_COLOURS[at % len(_COLOURS)], thick)):
            cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), ink, weight)
    size = max(height, width) / 1100
    for at, crop in numbered:  # each label on a line of its own, so that none lies on another's
        left, top, _, _ = _pixels(crop, width, height)
        place = (left + 3 * thick, top + 3 * thick + round((20 + 34 * at) * size))
        for ink, weight in (((0, 0, 0), thick + 3), (_COLOURS[at % len(_COLOURS)], thick)):
            cv2.putText(canvas, f"{at + 1}  {crop.gain:+.2f}", place, cv2.FONT_HERSHEY_SIMPLEX, size, ink, weight, cv2.LINE_AA)
    return np.asarray(canvas, dtype=np.uint8)


def _pixels(crop: Crop, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = crop.box
    return round(left * width), round(top * height), round(right * width), round(bottom * height)


def _draw(proposal: Proposal, name: str, output: Path, *, force: bool) -> None:
    from PIL import Image

    image = Image.fromarray(drawn(proposal))
    image.thumbnail((1600, 1600))
    if output.suffix.lower() == ".png":
        _save(image, output, force=force)
        return
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    picture = base64.b64encode(buffer.getvalue()).decode("ascii")
    items = "".join(
        f"<li>{html.escape(f'{crop.gain:+.2f} points of composition: ')}"
        + html.escape("; ".join(said(item) for item in crop.improvements[:3]))
        + "</li>"
        for crop in proposal.crops
    )
    title = html.escape(f"Crops of {Path(name).name}")
    style = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem}img{max-width:100%}"
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
        f'<h1>{title}</h1><img alt="{title}" src="data:image/jpeg;base64,{picture}"><ol>{items}</ol></html>\n'
    )
    write_text(page, output, force=force)


def _save(image: Any, path: Path, *, force: bool) -> None:
    """Write a picture whole or not at all, without metadata."""
    with whole(path, force=force) as temporary:
        image.save(
            temporary, _EXPORTED.get(path.suffix.lower(), "PNG"), **({"quality": 95} if "jp" in path.suffix.lower() else {})
        )
