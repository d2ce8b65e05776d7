"""``FisherVector``: how a picture's patches would change a Gaussian mixture that describes patches in general."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..features.kernels.words import fisher_sums, projected
from ..images import MAX_PIXELS
from ..threads import one_thread
from .histograms import LENGTH, hellinger
from .patches import Patches, held_histograms, patches
from .pictures import Matrix, Work, require_between, require_whole
from .vocabulary import STRIPS, PatchVocabulary, signed_power, strips_of

_DEPTHS = {"gradient": 128, "colour": 96}


class FisherVector(PatchVocabulary):
    """Fisher vectors of gradient and colour patches, with a spatial pyramid of the whole picture and three strips.

    Patches (``patches.py``) are brought to ``n_components`` principal components and described by a mixture of ``n_words``
    Gaussians of diagonal covariance. With q_k(x) the posterior of Gaussian k, of weight w, mean mu and deviation sigma, and N
    patches x in a region, the vector holds for every k and component d

        sum_x q_k(x) (x_d - mu_kd) / sigma_kd / (N sqrt(w_k)),
        sum_x q_k(x) ((x_d - mu_kd)**2 / sigma_kd**2 - 1) / (N sqrt(2 w_k)),

    all first kind before all second kind, then the signed square root and unit norm for each region (Perronnin 2010). Kinds of
    patches share the squared norm by ``colour_share``; so do regions, evenly. Beside them stand histograms that need no
    vocabulary (``histograms.py``: local binary patterns and colours), with ``histogram_share`` of the whole norm, which is 1.

    Parameters
    ----------
    n_words : int, default=64
        Gaussians, usually 16 to 256.
    n_components : int, default=64
        Principal components of each kind of patches.
    pyramid : bool, default=True
        Whether top, middle and bottom third are encoded beside the whole.
    colour_share : float, default=0.12
        Share of the colour patches, 0 to 1; with 0 or 1 the other kind is not looked at at all.
    histogram_share : float, default=0.55
        Share of the histograms, 0 to below 1; with 0 there are none. Nine tenths of it are the same in all photographs: by
        what tells photographs apart, histograms weigh a fifth as much as patches.
    n_patches : int, default=40000
        Patches from which components and mixture are learned.
    random_state : int or None, default=0
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``.

    Attributes
    ----------
    mixtures_ : dict of str to dict of str to ndarray
        For each kind of patches ``centre`` (d,), ``components`` (d, D), ``weights`` (K,), ``means`` (K, D) and
        ``variances`` (K, D), float32.
    n_columns_ : int
    failures_ : DataFrame
        Pictures of the last call that could not be read: ``position``, ``source``, ``error``.

    References
    ----------
    Perronnin, Sanchez, Mensink 2010, Improving the Fisher kernel for large-scale image classification; Marchesotti, Perronnin,
    Larlus, Csurka 2011, Assessing the aesthetic quality of photographs using generic image descriptors.
    """

    _fitted_names: ClassVar[frozenset[str]] = frozenset({"mixtures_"})

    mixtures_: dict[str, dict[str, Matrix]]

    def __init__(
        self,
        n_words: int = 64,
        *,
        n_components: int = 64,
        pyramid: bool = True,
        colour_share: float = 0.12,
        histogram_share: float = 0.55,
        n_patches: int = 40_000,
        random_state: int | None = 0,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        self.n_words = n_words
        self.n_components = n_components
        self.pyramid = pyramid
        self.colour_share = colour_share
        self.histogram_share = histogram_share
        self.n_patches = n_patches
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.progress = progress

    @property
    def n_columns_(self) -> int:
        """Length of a vector."""
        words = sum(2 * mixture["means"].size for mixture in self.mixtures_.values()) * self.n_regions
        return words + (LENGTH if self.histogram_share else 0)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns; ``input_features`` is ignored, as the input is pictures."""
        names = self._names("fisher", 2 * next(iter(self.mixtures_.values()))["means"].size)
        counted = [f"histogram_{k}" for k in range(LENGTH if self.histogram_share else 0)]
        return np.concatenate([names, np.array(counted, dtype=object)])

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_whole("n_words", self.n_words, 1)
        require_whole("n_components", self.n_components, 1)
        require_between("histogram_share", self.histogram_share, 0, 0.99)
        if self.n_components > min(_DEPTHS[name] for name in self.channels):
            raise ValueError(f"n_components must be at most 96 (128 without colour), got {self.n_components}")

    def _learn(self, sources: Sequence[Any]) -> None:
        drawn = self._drawn(sources)
        if len(drawn["gradient"]) < max(2, self.n_words, self.n_components):
            raise ValueError(
                f"{len(drawn['gradient'])} patches are too few for {self.n_words} words and {self.n_components} components; "
                "give more pictures, or smaller numbers"
            )
        with one_thread():
            self.mixtures_ = {name: self._mixture(drawn[name]) for name in self.channels}

    def _mixture(self, drawn: Matrix) -> dict[str, Matrix]:
        from sklearn.decomposition import PCA
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        seed = self.random_state
        pca = PCA(self.n_components, svd_solver="covariance_eigh", random_state=seed).fit(drawn.astype(np.float64))
        points = pca.transform(drawn)
        # Floors on the variances keep empty directions, as of flat pictures, from counting without bound.
        floor = 1e-4 * max(float(points.var(axis=0).max()), 1e-12)
        mixture = GaussianMixture(
            self.n_words,
            covariance_type="diag",
            reg_covar=floor,
            max_iter=25,
            tol=5e-3,
            init_params="k-means++",
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a vocabulary need not be the very best
            mixture.fit(points)
        return {
            "centre": pca.mean_.astype(np.float32),
            "components": np.ascontiguousarray(pca.components_.T, dtype=np.float32),
            "weights": np.maximum(mixture.weights_, 1e-6).astype(np.float32),
            "means": mixture.means_.astype(np.float32),
            "variances": mixture.covariances_.astype(np.float32),
        }

    def _encoder(self) -> Work:
        shares = {"gradient": 1 - self.colour_share, "colour": self.colour_share}
        mixtures = {name: (Mixture(**self.mixtures_[name]), shares[name]) for name in self.channels}
        return _Encode(mixtures, self.pyramid, float(self.histogram_share))

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        mixtures = state.get("mixtures_")
        if not isinstance(mixtures, dict) or list(mixtures) != list(self.channels):
            raise ValueError("Fisher vector: its mixtures are not those of its kinds of patches")
        for name, arrays in mixtures.items():
            shapes: dict[str, tuple[int, ...]] = {
                "centre": (_DEPTHS[name],),
                "components": (_DEPTHS[name], self.n_components),
                "weights": (self.n_words,),
                "means": (self.n_words, self.n_components),
                "variances": (self.n_words, self.n_components),
            }
            check_arrays("Fisher vector", arrays, shapes)
            if (arrays["weights"] <= 0).any() or (arrays["variances"] <= 0).any():
                raise ValueError("Fisher vector: a weight or a variance of its mixture is not positive")


def check_arrays(what: str, arrays: Any, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a dict that does not hold finite arrays of float32 of these shapes, and nothing else."""
    if not isinstance(arrays, dict) or set(arrays) != set(shapes):
        raise ValueError(f"{what}: expected the arrays {', '.join(shapes)}")
    for name, shape in shapes.items():
        array = arrays[name]
        if not isinstance(array, np.ndarray) or array.dtype != np.float32 or array.shape != shape:
            raise ValueError(f"{what}: {name} is not an array of float32 of shape {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{what}: {name} holds values that are not finite")


@dataclass(frozen=True, eq=False)
class Mixture:
    """Principal components and a Gaussian mixture in their space, and Fisher vectors with respect to it."""

    centre: Matrix
    components: Matrix
    weights: Matrix
    means: Matrix
    variances: Matrix

    def vectors(self, found: Matrix, strip: NDArray[np.int64], pyramid: bool) -> Matrix:
        """Raw Fisher vectors of the whole, and of each strip if ``pyramid``, shape (1 or 4, 2 K D)."""
        points = projected(found, self.centre, self.components)
        return self.of_points(points, strip, pyramid)

    def of_points(self, points: Matrix, strip: NDArray[np.int64], pyramid: bool) -> Matrix:
        """``vectors`` of points that are in the space of the components already."""
        weights, means, variances = (a.astype(np.float64) for a in (self.weights, self.means, self.variances))
        constant = np.log(weights) - 0.5 * (np.log(variances) + means**2 / variances).sum(axis=1)
        tables = ((means / variances).T, (-0.5 / variances).T)
        linear, square = (np.ascontiguousarray(table, dtype=np.float32) for table in tables)
        sums = fisher_sums(points, strip, STRIPS, constant.astype(np.float32), linear, square)
        counts = np.bincount(strip, minlength=STRIPS).astype(np.float64)
        wholes = [np.concatenate([s.astype(np.float64).sum(axis=0)[None], s.astype(np.float64)]) for s in sums]
        sizes = np.concatenate([[counts.sum()], counts])[:, None, None]
        mass, first, second = (part[: 4 if pyramid else 1] for part in (wholes[0][..., None], wholes[1], wholes[2]))
        sizes = np.maximum(sizes[: len(mass)], 1)
        root = np.sqrt(weights)[:, None]
        deviations = np.sqrt(variances)
        by_mean = (first - mass * means) / deviations / (sizes * root)
        spread = second - 2 * means * first + mass * (means**2 - variances)
        by_deviation = spread / variances / (sizes * np.sqrt(2) * root)
        flat = [part.reshape(len(part), -1) for part in (by_mean, by_deviation)]
        vectors: Matrix = np.hstack(flat).astype(np.float32)
        return vectors


@dataclass(frozen=True, eq=False)
class _Encode:
    """Turns the cells of one picture into its row."""

    mixtures: dict[str, tuple[Mixture, float]]
    pyramid: bool
    histogram_share: float

    def __call__(self, packed: Any) -> Matrix:
        found: Patches = patches(packed)
        strip = strips_of(found)
        rows = []
        for name, (mixture, share) in self.mixtures.items():
            regions = signed_power(mixture.vectors(found.channel(name), strip, self.pyramid), 0.5)
            rows.append(regions.ravel() * np.float32(np.sqrt((1 - self.histogram_share) * share / len(regions))))
        if self.histogram_share:
            rows.append(hellinger(held_histograms(packed)) * np.float32(np.sqrt(self.histogram_share)))
        row: Matrix = np.concatenate(rows)
        return row
