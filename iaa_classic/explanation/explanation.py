"""Why a photograph scores as it does, as data: effects of criteria and features, with the values that were measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import UserError
from ..face_detection import INSTALLED, detector_for, warn_once
from ..features import Feature, Picture, catalogue, select
from ..images import MAX_PIXELS, ImageError
from ..measuring import describe_source, measure_and_keep
from .critique import Remark, critique
from .evidence import KEPT, EvidenceMap, LazyMaps, maps_by_feature

if TYPE_CHECKING:
    import pandas as pd

    from ..models import AdditiveModel, AestheticRegressor


@dataclass(frozen=True)
class CriterionEffect:
    """What one criterion adds to the score, in points of the score; ``mark`` is its percentile, 0-100."""

    criterion: str
    effect: float
    mark: float


@dataclass(frozen=True)
class FeatureEffect:
    """What one feature adds to its criterion's effect: its Shapley value within the criterion, in points of the score.

    ``value`` is the measured value in ``unit`` (NaN if it could not be measured) and ``percentile`` the share, in percent,
    of the photographs that the model was fitted on with a smaller value (``None`` if unknown).
    """

    name: str
    label: str
    criterion: str
    value: float
    unit: str
    effect: float
    percentile: float | None


@dataclass(frozen=True)
class Explanation:
    """A score and where it comes from.

    ``score == baseline + sum(part.effect for part in criteria)`` to 1e-9, and the effects of a criterion's features sum to
    the criterion's effect to 1e-6.

    Attributes
    ----------
    source : str
        What was explained: a path or a short description.
    score, baseline : float
        In points of ``scale``; ``baseline`` is the mean score of the photographs that the model was fitted on.
    percentile : float or None
        Share of those photographs, in percent, that score lower.
    scale : (float, float)
        Ends of the rating scale.
    criteria : tuple of CriterionEffect
        In the order of the vocabulary.
    features : tuple of FeatureEffect
        Every feature of the model, the strongest effect first.
    warnings : tuple of str
        What is odd about the file.
    picture : Picture or None
        The photograph at the working scale, which ``maps`` are drawn from; None where only values are known.
    """

    source: str
    score: float
    baseline: float
    percentile: float | None
    scale: tuple[float, float]
    criteria: tuple[CriterionEffect, ...]
    features: tuple[FeatureEffect, ...]
    warnings: tuple[str, ...] = ()
    picture: Picture | None = field(default=None, repr=False, compare=False)

    @cached_property
    def maps(self) -> Mapping[str, EvidenceMap]:
        """Evidence maps by name, each drawn when it is first asked for; none without a ``picture``."""
        return {} if self.picture is None else LazyMaps(self.picture)

    def maps_of(self, feature: str) -> list[EvidenceMap]:
        """The maps that show what this feature sees; none where no map does, or without a ``picture``."""
        return [] if self.picture is None else [self.maps[name] for name in maps_by_feature().get(feature, [])]

    def strongest(self, count: int = 5, *, helping: bool) -> list[FeatureEffect]:
        """The ``count`` features that raise (``helping``) or lower the score most."""
        sign = 1 if helping else -1
        return [feature for feature in self.features if sign * feature.effect > 0][:count]

    def critique(self, language: str = "en") -> list[Remark]:
        """The explanation in two to five sentences, each with what it stands on; technical faults first, then by effect."""
        return critique(self, language)

    def sentences(self, language: str = "en") -> list[str]:
        """The texts of the critique."""
        return [remark.text for remark in self.critique(language)]

    def records(self) -> dict[str, Feature]:
        """What the catalogue knows of the features, by name."""
        return _records([feature.name for feature in self.features])

    def to_dict(self, *, maps: bool = False) -> dict[str, Any]:
        """Everything as plain values, ready for JSON; missing values become ``None``.

        With ``maps`` there is one more entry, ``"maps"``: every evidence map with what it is drawn of.
        """
        plain = self._plain()
        if maps:
            plain["maps"] = {name: drawn.to_dict() for name, drawn in self.maps.items()}
        return plain

    def _plain(self) -> dict[str, Any]:
        plain = {name.name: getattr(self, name.name) for name in fields(self) if name.name != "picture"}
        plain |= {part: [asdict(effect) for effect in plain[part]] for part in ("criteria", "features")}
        remarks = self.critique()
        for feature in plain["features"]:
            feature["value"] = None if feature["value"] != feature["value"] else feature["value"]
        return plain | {
            "scale": list(self.scale),
            "warnings": list(self.warnings),
            "critique": [asdict(remark) for remark in remarks],
            "sentences": [remark.text for remark in remarks],
        }

    def _repr_html_(self) -> str:
        """What a notebook shows: score, effects and, with a ``picture``, maps of the strongest features."""
        from .notebook import fragment

        return fragment(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per feature: criterion, label, value, unit, effect, percentile; indexed by the feature's name."""
        import pandas as pd

        return pd.DataFrame([asdict(feature) for feature in self.features]).set_index("name")


def quantity(feature: FeatureEffect) -> str:
    """A measured value with its unit, rounded for reading: ``"12 % of pixels"``, ``"3.1 bits"``."""
    if feature.value != feature.value:
        return "not measured"
    if feature.unit.startswith("share"):
        return f"{100 * feature.value:.3g} %" + feature.unit.removeprefix("share")
    number = f"{feature.value:.3g}"
    return number if feature.unit in ("1", "") else f"{number} {feature.unit}"


def explain(
    source: Any,
    model: AestheticRegressor | AdditiveModel | None = None,
    *,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> Explanation:
    """Score one photograph and say why.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
        The photograph.
    model : AestheticRegressor or AdditiveModel, optional
        A fitted model on catalogue features, or a pipeline that ends in one; the model that ships with the package if
        left out.
    max_pixels : int
        Larger pictures are refused before they are decoded.
    face_detector : "installed", path, FaceDetector or None
        As for ``FeatureExtractor``; used only by a model that looks at faces.

    Returns
    -------
    Explanation

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    UserError
        If the model looks at columns that one picture alone does not give; measure them and use ``explain_row``.
    """
    import pandas as pd

    from ..default import default_scorer

    model = default_scorer() if model is None else getattr(model, "steps", [("", model)])[-1][1]
    names = [str(name) for name in model.feature_names_in_]
    records = select(require_catalogue(names))
    detector = detector_for(face_detector, records)
    warn_once(face_detector, detector, records)
    measured, picture = measure_and_keep(source, records, KEPT, max_pixels=max_pixels, face_detector=detector)
    if measured.error is not None:
        raise ImageError(describe_source(source, 0), measured.error)
    row = pd.DataFrame([measured.values], columns=names)
    return explain_row(row, model, source=describe_source(source, 0), warnings=measured.warnings, picture=picture)


def explain_row(
    row: pd.DataFrame,
    model: AestheticRegressor | AdditiveModel,
    *,
    source: str,
    warnings: tuple[str, ...] = (),
    picture: Picture | None = None,
) -> Explanation:
    """Explain the score of one photograph whose features, a DataFrame of one row, have been measured already.

    ``picture`` is what the maps are drawn from, as ``picture_of`` gives it; without one there are none.
    """
    effects, marks, shares, ranks, values = (
        dict(zip(map(str, table.columns), table.to_numpy()[0].tolist(), strict=True))
        for table in (
            *(model.breakdown(row), model.marks(row), model.feature_effects(row)),
            *(model.value_percentiles(row), row),
        )
    )
    score = float(model.predict(row)[0])
    known = _records(list(values))
    features = []
    for name, value in values.items():
        record = known[name]
        rank = None if ranks[name] != ranks[name] else ranks[name]
        features.append(FeatureEffect(name, record.label, record.criterion, value, record.unit, shares[name], rank))
    features.sort(key=lambda feature: -abs(feature.effect))
    return Explanation(
        source=source,
        score=score,
        baseline=float(model.baseline_),
        percentile=float(model.percentile([score])[0]),
        scale=model.scale_,
        criteria=tuple(CriterionEffect(name, effect, marks[name]) for name, effect in effects.items()),
        features=tuple(features),
        warnings=warnings,
        picture=picture,
    )


def _records(names: list[str]) -> dict[str, Feature]:
    """Records of the catalogue and, if a name asks for them, of the features that need a reference collection."""
    known = catalogue()
    if all(name in known for name in names):
        return known
    from ..representations import reference_records

    return known | reference_records(names)


def require_catalogue(names: list[str]) -> list[str]:
    """``names``, if all are features of the catalogue, which one picture alone gives.

    Raises
    ------
    UserError
        If not.
    """
    outside = [name for name in names if name not in catalogue()]
    if outside:
        shown = ", ".join(outside[:5]) + (", ..." if len(outside) > 5 else "")
        raise UserError(
            f"the model looks at {shown}, which one picture alone does not give; "
            "measure these columns (as ReferenceFeatures does) and use the model's predict, or explain_row"
        )
    return names
