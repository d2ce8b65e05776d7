"""``Embedding``: what an ONNX image network says of a picture, as one vector."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import UserError
from ..extraction import _as_sources
from ..features import Picture
from ..features.picture import shrunk
from ..images import MAX_PIXELS
from ..measuring import describe_source
from .description import Description
from .pictures import Matrix, PictureEncoder, Work, require_whole

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_SCALE = (1 / 58.395, 1 / 57.12, 1 / 57.375)
"""Mean of ImageNet's pixels and 1 over their deviations, R, G, B from 0 to 255, with which most networks were trained."""


class Embedding(PictureEncoder):
    """Vectors of an image network in an ONNX file: AlexNet, VGG, MobileNet, ResNet, the image side of CLIP, one of your own.

    Runs in onnxruntime where it is installed, else in OpenCV. What the network was trained with has to be said: networks do not
    know how their pictures were prepared. Pictures come from the working scale (long side 512).

    Parameters
    ----------
    model_path : path
        The ``.onnx`` file. Only its path and the SHA-256 of its content are kept in a saved model.
    size : (int, int), default=(224, 224)
        Height and width that the network takes.
    mean, scale : float or three floats
        The network sees ``(pixel - mean) * scale``, pixels from 0 to 255; three in the order of ``channels``. By default those
        of ImageNet.
    layout : {"NCHW", "NHWC"}, default="NCHW"
    channels : {"RGB", "BGR"}, default="RGB"
    resize : {"crop", "stretch"}, default="crop"
        Whether the middle of the picture is taken, of the shape of ``size``, or all of it is stretched to that shape.
    output : str or None, default=None
        Name of the output to take; None is the only one, or the first. Maps (1, C, h, w) are averaged over places.
    normalize : bool, default=True
        Whether vectors get unit norm.
    engine : {"auto", "onnxruntime", "opencv"}, default="auto"
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``.

    Attributes
    ----------
    digest_ : str
        SHA-256 of the file.
    width_ : int
        Length of a vector, found by running the network once on a black picture.
    failures_ : DataFrame
        Pictures of the last call that could not be read: ``position``, ``source``, ``error``.

    Raises
    ------
    UserError
        If the file is missing, has changed since ``fit``, or is no network that takes such pictures.
    """

    _fitted_names: ClassVar[frozenset[str]] = frozenset({"digest_", "width_"})

    digest_: str
    width_: int

    def __init__(
        self,
        model_path: str | os.PathLike[str],
        *,
        size: tuple[int, int] = (224, 224),
        mean: float | Sequence[float] = IMAGENET_MEAN,
        scale: float | Sequence[float] = IMAGENET_SCALE,
        layout: str = "NCHW",
        channels: str = "RGB",
        resize: str = "crop",
        output: str | None = None,
        normalize: bool = True,
        engine: str = "auto",
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        self.model_path = model_path
        self.size = size
        self.mean = mean
        self.scale = scale
        self.layout = layout
        self.channels = channels
        self.resize = resize
        self.output = output
        self.normalize = normalize
        self.engine = engine
        self.n_jobs = n_jobs
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.progress = progress

    @property
    def n_columns_(self) -> int:
        """Length of a vector."""
        return self.width_

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns; ``input_features`` is ignored, as the input is pictures."""
        return np.array([f"embedding_{k}" for k in range(self.width_)], dtype=object)

    @property
    def _part(self) -> str:  # type: ignore[override]
        """Name under which a description holds the vector of this very network, prepared in this very way."""
        how = (
            self.size,
            self.mean,
            self.scale,
            self.layout,
            self.channels,
            self.resize,
            self.output,
            self.normalize,
            self.engine,
        )
        return "embedding " + hashlib.sha256(repr((_digest(os.fspath(self.model_path)), how)).encode()).hexdigest()[:16]

    def described(self, X: Any) -> pd.Series[Any]:
        """The vectors of pictures as descriptions, which ``transform`` takes in place of them: the network runs once.

        Parameters
        ----------
        X : sequence of length n
            Pictures.

        Returns
        -------
        Series of Description, length n
            For cross-validation, which would else run the network for every fold; nothing is learned from pictures here.
        """
        sources, index = _as_sources(X)
        vectors, part = self.fit(sources).transform(sources), self._part
        errors = dict(zip(self.failures_["position"], self.failures_["error"], strict=True))
        held = [
            Description(describe_source(source, k), {} if k in errors else {part: np.asarray(vectors)[k]}, errors.get(k))
            for k, source in enumerate(sources)
        ]
        return pd.Series(held, index=index, name="description", dtype=object)

    def _learn(self, sources: Sequence[Any]) -> None:
        self.digest_ = _digest(os.fspath(self.model_path))
        black = Picture(np.zeros((64, 64, 3), dtype=np.uint8))
        self.width_ = len(self._encoder()(black))

    def _encoder(self) -> Work:
        height, width = (int(side) for side in self.size)
        mean, scale = (tuple(np.broadcast_to(np.asarray(value, dtype=float), 3).tolist()) for value in (self.mean, self.scale))
        path, engine = os.fspath(self.model_path), _engine(self.engine)
        how = (self.layout, self.channels, self.resize, self.output, bool(self.normalize))
        return _Run(path, self.digest_, engine, (height, width), mean, scale, *how)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if not isinstance(self.model_path, (str, os.PathLike)):
            raise ValueError(f"model_path must be the path of an .onnx file, got {self.model_path!r}")
        for name, allowed in (
            ("layout", ("NCHW", "NHWC")),
            ("channels", ("RGB", "BGR")),
            ("resize", ("crop", "stretch")),
            ("engine", ("auto", "onnxruntime", "opencv")),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, got {getattr(self, name)!r}")
        if len(tuple(self.size)) != 2:
            raise ValueError(f"size must be (height, width), got {self.size!r}")
        for side in self.size:
            require_whole("each side of size", side, 1)
        for name in ("mean", "scale"):
            values = np.asarray(getattr(self, name), dtype=float)
            if values.shape not in ((), (3,)) or not np.isfinite(values).all():
                raise ValueError(f"{name} must be a number or three numbers, got {getattr(self, name)!r}")
        if self.output is not None and not isinstance(self.output, str):
            raise ValueError(f"output must be the name of an output or None, got {self.output!r}")

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        digest, width = state.get("digest_"), state.get("width_")
        if not isinstance(digest, str) or len(digest) != 64:
            raise ValueError("embedding: it has no SHA-256 of its network")
        require_whole("width_", width, 1)


@dataclass(frozen=True)
class _Run:
    """Runs the network on one picture; ``digest`` is what the file has to hold."""

    path: str
    digest: str
    engine: str
    size: tuple[int, int]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    layout: str
    channels: str
    resize: str
    output: str | None
    normalize: bool

    def __call__(self, picture: Picture | Matrix) -> Matrix:
        """The vector of the picture; a vector is passed on."""
        if not isinstance(picture, Picture):
            return np.asarray(picture, dtype=np.float32)
        network = _network(self.path, self.digest, self.engine)
        try:
            found = network(self.prepared(picture), self.output)
        except Exception as error:
            text = " ".join(str(error).split())
            raise UserError(
                f"{self.path}: the network does not take these pictures ({text}); check size, layout and output"
            ) from error
        vector = np.asarray(found, dtype=np.float32)
        if vector.ndim == 4:
            vector = vector.mean(axis=(2, 3) if self.layout == "NCHW" else (1, 2), dtype=np.float64).astype(np.float32)
        vector = vector.ravel()
        if not np.isfinite(vector).all():
            raise UserError(f"{self.path}: the network returns values that are not finite; check mean and scale")
        norm = float(np.linalg.norm(vector.astype(np.float64)))
        scaled: Matrix = (vector / norm).astype(np.float32) if self.normalize and norm > 0 else vector
        return scaled

    def prepared(self, picture: Picture) -> Matrix:
        """The picture as the network takes it, one picture per batch."""
        pixels = picture.rgb
        height, width = self.size
        if self.resize == "crop":
            tall, wide = pixels.shape[:2]
            if tall * width > wide * height:  # too tall
                keep = max(1, round(wide * height / width))
                pixels = pixels[(tall - keep) // 2 : (tall - keep) // 2 + keep]
            else:
                keep = max(1, round(tall * width / height))
                pixels = pixels[:, (wide - keep) // 2 : (wide - keep) // 2 + keep]
        pixels = np.ascontiguousarray(pixels)
        if pixels.shape[0] >= height and pixels.shape[1] >= width:
            small = shrunk(pixels, height, width)
        else:
            small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        if self.channels == "BGR":
            small = small[..., ::-1]
        mean, scale = (np.array(three, dtype=np.float32) for three in (self.mean, self.scale))
        values = (small.astype(np.float32) - mean) * scale
        values = values[None] if self.layout == "NHWC" else values.transpose(2, 0, 1)[None]
        return np.ascontiguousarray(values, dtype=np.float32)


def _engine(asked: str) -> str:
    installed = importlib.util.find_spec("onnxruntime") is not None
    if asked == "onnxruntime" and not installed:
        raise UserError("onnxruntime is not installed: pip install onnxruntime, or use engine='opencv'")
    return ("onnxruntime" if installed else "opencv") if asked == "auto" else asked


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(
            f"{path}: the network cannot be read: {error.strerror or error}; give the path of an .onnx file"
        ) from error


@functools.lru_cache(maxsize=4)
def _network(path: str, digest: str, engine: str) -> Any:
    """The network as a function of a batch and the name of an output; loaded once per process."""
    if _digest(path) != digest:
        raise UserError(f"{path}: this is not the network that was there at fit (its SHA-256 differs); put that file back")
    try:
        return _in_onnxruntime(path) if engine == "onnxruntime" else _in_opencv(path)
    except Exception as error:
        text = " ".join(str(error).split())
        raise UserError(f"{path}: not a network that {engine} can load ({text}); give an .onnx file") from error


def _in_onnxruntime(path: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums shared among threads would differ in the last digit
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    taken, first = session.get_inputs()[0].name, session.get_outputs()[0].name
    return lambda batch, output: session.run([output or first], {taken: batch})[0]


def _in_opencv(path: str) -> Any:
    network = cv2.dnn.readNetFromONNX(path)

    def run(batch: Matrix, output: str | None) -> Any:
        network.setInput(batch)
        return network.forward() if output is None else network.forward(output)

    return run
