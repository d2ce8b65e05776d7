"""Many photographs to the items of a gallery: explained and drawn in parallel, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..explanation import explain_row
from ..explanation.evidence import picture_of
from ..explanation.explanation import look_alikes, model_records
from ..face_detection import INSTALLED, detector_for
from ..images import MAX_PIXELS, ImageError, load_image
from ..measuring import Measurement, describe_source, effective_jobs
from .gallery import GalleryItem
from .previews import PREVIEW_BYTES, THUMBNAIL, preview
from .views import drawn_maps

if TYPE_CHECKING:
    from ..models import AdditiveModel

_BATCH = 4
"""Photographs handed to a worker at a time, with the model that explains them."""

_LEFT_OUT = frozenset(
    (
        *("zones", "regions", "saturation", "edges", "local_contrast", "memory_colours", "colour_areas"),
        *("background", "spectrum", "haze", "subject_tones"),
    )
)
"""Maps that a gallery does without: together they weigh as much as the photograph; the page of one photograph has them."""

_THUMBNAIL_QUALITY = 64


@dataclass(frozen=True)
class Photograph:
    """One photograph: where it is, what it is called, what was measured, and what else goes on its card."""

    source: Any
    name: str
    measurement: Measurement
    group: str | None = None
    badges: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Settings:
    """What is the same for all photographs."""

    model: AdditiveModel
    max_pixels: int
    face_detector: Any


def gallery_items(
    photographs: Sequence[Photograph],
    model: AdditiveModel,
    *,
    n_jobs: int | None = None,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
    finished: Callable[[], object] | None = None,
) -> Iterator[GalleryItem | tuple[str, str]]:
    """Explain and draw photographs, in the order given.

    Parameters
    ----------
    photographs : sequence of Photograph
        Their measured values are those of the model's features, in its order.
    model : AdditiveModel
    n_jobs : int or None
        Worker processes, as joblib counts them.
    max_pixels : int
        Larger pictures are refused before they are decoded.
    face_detector : "installed", path, FaceDetector or None
        As for ``FeatureExtractor``; used only by a model that looks at faces.
    finished : callable, optional
        Called once per photograph.

    Yields
    ------
    GalleryItem, or (name, reason) of a photograph that could not be measured or read.
    """
    settings = _Settings(model, max_pixels, face_detector)
    batches = [photographs[start : start + _BATCH] for start in range(0, len(photographs), _BATCH)]
    for batch in _through_workers(batches, settings, min(effective_jobs(n_jobs), max(1, len(batches)))):
        for item in batch:
            if finished is not None:
                finished()
            yield item


def _through_workers(
    batches: Sequence[Sequence[Photograph]], settings: _Settings, workers: int
) -> Iterator[list[GalleryItem | tuple[str, str]]]:
    if workers == 1:
        for batch in batches:
            yield [_item(one, settings) for one in batch]
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.parallel import get_active_backend

    own_processes = type(get_active_backend()[0]).__name__ == "LokyBackend"
    with parallel_config("loky", inner_max_num_threads=1) if own_processes else nullcontext():
        parallel = Parallel(n_jobs=workers, batch_size=1, pre_dispatch="2*n_jobs", return_as="generator")
        yield from parallel(delayed(_items)(batch, settings) for batch in batches)


def _items(batch: Sequence[Photograph], settings: _Settings) -> list[GalleryItem | tuple[str, str]]:
    """The items of a batch inside a worker process, whose libraries keep to one thread each."""
    import cv2

    cv2.setNumThreads(1)
    return [_item(one, settings) for one in batch]


def _item(photograph: Photograph, settings: _Settings) -> GalleryItem | tuple[str, str]:
    import pandas as pd

    measurement = photograph.measurement
    if measurement.error is not None:
        return photograph.name, measurement.error
    names = [str(name) for name in settings.model.feature_names_in_]
    try:
        pixels = load_image(photograph.source, max_pixels=settings.max_pixels)
    except ImageError as error:  # it could be read when it was measured
        return photograph.name, f"{error.why}; {error.remedy}" if error.remedy else error.why
    row = pd.DataFrame([measurement.values], columns=names)
    source = describe_source(photograph.source, 0)
    picture = picture_of(pixels, face_detector=detector_for(settings.face_detector, model_records(settings.model)))
    told: dict[str, Any] = {"warnings": measurement.warnings, "picture": picture, "alike": look_alikes(settings.model, pixels)}
    explanation = explain_row(row, settings.model, source=source, **told)
    return GalleryItem(
        name=photograph.name,
        explanation=replace(explanation, picture=None),
        thumbnail=preview(pixels, THUMBNAIL, quality=_THUMBNAIL_QUALITY),
        preview=preview(pixels, budget=PREVIEW_BYTES),
        maps=drawn_maps(explanation.maps[name] for name in explanation.maps if name not in _LEFT_OUT),
        group=photograph.group,
        badges=photograph.badges,
    )
