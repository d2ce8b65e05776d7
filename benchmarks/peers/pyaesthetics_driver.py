"""Time pyaesthetics on pictures. Runs inside its own environment, started by ``speed_peers.py``.

Called with a JSON object on standard input: ``pictures``, ``side`` (0: as they are) and ``repeats``. What is timed is its entry
point, ``analyze_image(path, method="complete")``, which brings pictures to 600 x 400 for most of what it measures.
"""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable
from typing import Any

from timing import run


def prepare(_: dict[str, Any]) -> tuple[dict[str, Callable[[str, dict[str, Any]], Any]], dict[str, str]]:
    """Import pyaesthetics, outside of what is timed."""
    import cv2

    with contextlib.redirect_stdout(io.StringIO()):
        import pyaesthetics

    cv2.setNumThreads(1)
    left_out = {}
    if shutil.which("tesseract") is None:
        left_out["text recognition"] = "the program tesseract is not installed; it would come on top"
        pyaesthetics.utils.textdetection = lambda _: 0

    def complete(path: str, _: dict[str, Any]) -> Any:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return pyaesthetics.analysis.analyze_image(path, method="complete")

    return {"analysis.analyze_image, complete": complete}, left_out


if __name__ == "__main__":
    run(prepare)
