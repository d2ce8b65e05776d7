"""Scores of pixels that are changed and measured again, under one model: what suggestions and region effects ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..face_detection import INSTALLED, detector_for, warn_once
from ..features import Picture, measure, select
from ..threads import one_thread

if TYPE_CHECKING:
    from ..models import AdditiveModel, AestheticRegressor

Pixels = NDArray[np.uint8]


class Judge:
    """A model and all that is needed to score pixels with it.

    Parameters
    ----------
    model : AestheticRegressor or AdditiveModel, optional
        A fitted model on catalogue features, or a pipeline that ends in one; the model that ships with the package if
        left out.
    face_detector : "installed", path, FaceDetector or None
        As for ``FeatureExtractor``; used only by a model that looks at faces.

    Attributes
    ----------
    criteria : list of str
        In the order of the vocabulary.

    Raises
    ------
    UserError
        If the model looks at columns that one picture alone does not give.
    """

    def __init__(self, model: AestheticRegressor | AdditiveModel | None = None, face_detector: Any = INSTALLED) -> None:
        from ..default import default_scorer
        from .explanation import require_catalogue

        self.model = default_scorer() if model is None else getattr(model, "steps", [("", model)])[-1][1]
        self.names = [str(name) for name in self.model.feature_names_in_]
        self.records = select(require_catalogue(self.names))
        self.detector = detector_for(face_detector, self.records)
        warn_once(face_detector, self.detector, self.records, stacklevel=4)
        self.criteria = [str(name) for name in self.model.criteria_]

    def values(self, rgb: Pixels | Picture) -> NDArray[np.float64]:
        """The model's features of a picture, or of pixels of shape (H, W, 3); shape (n_features,)."""
        picture = rgb if isinstance(rgb, Picture) else self.picture(rgb)
        with one_thread():
            return measure(picture, self.records)

    def picture(self, rgb: Pixels) -> Picture:
        """A ``Picture`` of the pixels, with the detector of this judge."""
        return Picture(rgb, self.detector)

    def effects(self, rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Effects of the criteria for each row of ``values``, shape (n, n_criteria)."""
        import pandas as pd

        table = pd.DataFrame(np.asarray(rows).reshape(len(rows), len(self.names)), columns=self.names)
        return np.asarray(self.model.breakdown(table), dtype=np.float64)

    def scores(self, rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Scores of rows of ``values``, shape (n,)."""
        return float(self.model.baseline_) + self.effects(rows).sum(axis=1)

    def score(self, rgb: Pixels | Picture) -> float:
        """Score of a picture, or of pixels of shape (H, W, 3)."""
        return float(self.scores([self.values(rgb)])[0])
