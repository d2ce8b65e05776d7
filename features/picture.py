"""One decoded photograph and the planes that many features share, each computed once and only when asked for."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.resize import shrunk_floats, shrunk_rows

WORKING_SIDE = 512
"""Long side, in pixels, of the working scale at which every feature is measured that does not ask for native pixels."""

# glibc hands blocks above a limit back to the system when they are freed, and each new plane then costs a page fault for
# every 4 kB, a fifth of the time of all features. Freeing one large block, which is never touched, raises that limit.
del [np.empty(1 << 24, dtype=np.uint8)][0]

T = TypeVar("T")
Pixel = TypeVar("Pixel", np.uint8, np.float32)
FloatPlane = NDArray[np.float32]


class Gradient(NamedTuple):
    """Central-difference (Sobel 3x3, divided by 8) gradient of the luma, per pixel of the working scale.

    All planes are float32 of shape (h, w). ``x`` and ``y`` are in luma units per pixel, ``magnitude`` is
    ``sqrt(x**2 + y**2)``, and ``direction`` is the angle of the gradient in degrees, [0, 360), counted from the
    x axis towards the y axis (which points down). It is 0 where the magnitude is 0.
    """

    x: FloatPlane
    y: FloatPlane
    magnitude: FloatPlane
    direction: FloatPlane


class FaceFinder(Protocol):
    """What finds the faces of a picture."""

    def detect(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Faces in an RGB picture (h, w, 3), one per row of (n, 15), in pixels, as OpenCV's ``FaceDetectorYN`` gives them.

        A row holds x, y, width and height of the face's box; x and y of its right eye (on the left of the picture), left eye,
        nose, right and left corner of the mouth; and the detector's confidence.
        """
        ...


class Picture:
    """A photograph as an upright 8-bit sRGB array, with lazily computed shared planes.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB pixels, at least 1x1. The array is not modified, and must not be changed while the picture is in use.
    face_detector : FaceFinder, optional
        What the features of the criterion ``people`` find faces with; without it they are missing (NaN).

    Attributes
    ----------
    native : ndarray of uint8, shape (H, W, 3)
        The pixels as given. Only features declared with ``scale="native"`` may read it.
    rgb, luma, lab, hsv, gradient
        Planes at the *working scale*: the picture resized (area filter when shrinking, bilinear when growing) so that its
        long side is ``WORKING_SIDE`` pixels and its short side at least 1.

    Raises
    ------
    TypeError, ValueError
        If ``rgb`` is not a uint8 array of shape (H, W, 3) with at least one pixel.
    """

    def __init__(self, rgb: NDArray[np.uint8], face_detector: FaceFinder | None = None) -> None:
        if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint8:
            got = rgb.dtype if isinstance(rgb, np.ndarray) else type(rgb).__name__
            raise TypeError(f"Picture takes a uint8 array, got {got}; iaa_classic.load_image converts other kinds")
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
            raise ValueError(f"Picture takes an array of shape (height, width, 3), got {rgb.shape}")
        self.native: NDArray[np.uint8] = _read_only(np.ascontiguousarray(rgb))
        self.face_detector = face_detector
        self._shared: dict[Callable[..., Any], Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Pixels, detector and shared results, for a copy in another process; a function is named by its module and name."""
        known = {(function.__module__, function.__qualname__): value for function, value in self._shared.items()}
        return {"native": np.asarray(self.native), "face_detector": self.face_detector, "shared": known}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The reverse of ``__getstate__``; planes are computed again when they are asked for."""
        self.native = _read_only(state["native"])
        self.face_detector = state["face_detector"]
        named = {(module, name): getattr(importlib.import_module(module), name) for module, name in state["shared"]}
        self._shared = {named[key].__wrapped__: value for key, value in state["shared"].items()}

    @property
    def height(self) -> int:
        """Height of the native picture in pixels."""
        return int(self.native.shape[0])

    @property
    def width(self) -> int:
        """Width of the native picture in pixels."""
        return int(self.native.shape[1])

    @functools.cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """sRGB at the working scale, uint8, shape (h, w, 3)."""
        scale = WORKING_SIDE / max(self.height, self.width)
        if scale == 1:
            return self.native
        width, height = max(1, round(self.width * scale)), max(1, round(self.height * scale))
        if scale < 1:
            return _read_only(shrunk(self.native, height, width))
        enlarged = cv2.resize(self.native, (width, height), interpolation=cv2.INTER_LINEAR)
        return _read_only(np.asarray(enlarged, dtype=np.uint8))

    @functools.cached_property
    def rgb_float(self) -> FloatPlane:
        """sRGB at the working scale as float32 in [0, 1], shape (h, w, 3)."""
        return np.multiply(self.rgb, np.float32(1 / 255), dtype=np.float32)

    @functools.cached_property
    def luma(self) -> FloatPlane:
        """Rec. 601 luma 0.299 R + 0.587 G + 0.114 B at the working scale, float32 in [0, 1], shape (h, w)."""
        return np.asarray(cv2.cvtColor(self.rgb_float, cv2.COLOR_RGB2GRAY))

    @functools.cached_property
    def lab(self) -> FloatPlane:
        """CIE L*a*b* (D65) at the working scale, float32, shape (h, w, 3); L* in [0, 100]."""
        return np.asarray(cv2.cvtColor(self.rgb_float, cv2.COLOR_RGB2Lab))

    @functools.cached_property
    def hsv(self) -> FloatPlane:
        """HSV at the working scale, float32, shape (h, w, 3): hue in degrees [0, 360), saturation and value in [0, 1]."""
        return np.asarray(cv2.cvtColor(self.rgb_float, cv2.COLOR_RGB2HSV))

    @functools.cached_property
    def gradient(self) -> Gradient:
        """Gradient of the luma at the working scale."""
        x = np.asarray(cv2.Sobel(self.luma, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8, borderType=cv2.BORDER_REPLICATE))
        y = np.asarray(cv2.Sobel(self.luma, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8, borderType=cv2.BORDER_REPLICATE))
        magnitude, direction = cv2.cartToPolar(x, y, angleInDegrees=True)
        direction = np.where(direction >= 360, np.float32(0), direction)
        return Gradient(x, y, np.asarray(magnitude), direction)

    @functools.cached_property
    def native_luma(self) -> NDArray[np.uint8]:
        """Rec. 601 luma of the native picture, uint8 in 0..255, shape (H, W); for ``scale="native"`` features only."""
        return np.asarray(cv2.cvtColor(self.native, cv2.COLOR_RGB2GRAY), dtype=np.uint8)

    def reduced(self, keep: Iterable[Callable[[Picture], Any]] = ()) -> Picture:
        """The picture at the working scale alone: it lets go of the native pixels, which may take a hundred times as much.

        Parameters
        ----------
        keep : iterable of ``shared`` functions
            What the new picture still knows of the native one, such as results that need native pixels; computed now if
            they have not been.

        Returns
        -------
        Picture
            Its planes are the same bits. ``native``, and ``width`` and ``height``, are those of the working scale, which the
            features of that scale do not see, the slopes of the spectrum aside. It has no face detector.
        """
        small = Picture(self.rgb.copy() if self.rgb is self.native else self.rgb)
        small._shared.update({function.__wrapped__: function(self) for function in keep})  # type: ignore[attr-defined]
        return small


def shrunk(pixels: NDArray[Pixel], height: int, width: int) -> NDArray[Pixel]:
    """``pixels`` reduced to ``height`` x ``width`` by the area filter: every new pixel is the mean of what it covers.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W) or (H, W, 3), or of float32, shape (H, W) or (H, W, C)
    height, width : int
        Sides of the result; one that is longer than before is filled as OpenCV's ``INTER_AREA`` does.
    """
    tall, wide = pixels.shape[:2]
    if (tall % height == 0 and wide % width == 0) or height > tall or width > wide:
        # OpenCV is quick at whole ratios, and several times slower at others
        return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=pixels.dtype)
    planes: Any = np.ascontiguousarray(pixels).reshape(tall, wide, -1)
    small = shrunk_rows(planes, height, width) if pixels.dtype == np.uint8 else shrunk_floats(planes, height, width)
    return small.astype(pixels.dtype, copy=False).reshape(height, width, *pixels.shape[2:])


def _read_only(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same pixels as an array that refuses to be written to: kernels are compiled for one kind of array, not for two."""
    view = pixels.view()
    view.flags.writeable = False
    return view


def shared(function: Callable[[Picture], T]) -> Callable[[Picture], T]:
    """Compute ``function(picture)`` at most once per picture; later calls return the same object.

    Use it for intermediates that several features read (a saliency map, a palette). The result must not be modified.
    """

    @functools.wraps(function)
    def once(picture: Picture) -> T:
        memory = picture._shared
        if function not in memory:
            memory[function] = function(picture)
        return memory[function]  # type: ignore[no-any-return]

    return once
