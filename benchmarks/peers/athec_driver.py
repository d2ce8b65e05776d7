"""Time athec on pictures. Runs inside athec's own environment, started by ``speed_peers.py``; knows nothing of iaa_classic.

Called with a JSON object on standard input: ``pictures``, ``side`` (0: as they are), ``repeats`` and ``source``, a checkout of
github.com/yilangpeng/athec or null. What the package index ships has the module of colours alone; the checkout also has edges,
segments, saliency, sharpness and lines. Functions are called on the file's path with the settings of athec's own demos, and
with all summaries on.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from timing import run

LEFT_OUT = {
    "edge.attr_complexity_edge_box": "its time grows with the cube of the side: minutes for one picture of this size",
    "saliency.attr_complexity_saliency_box": "as the box of the edges",
}
FULL = ("return_full", "return_summary")


def _modules(source: str | None) -> dict[str, Any]:
    """The modules of athec that are there, by name."""
    import importlib

    import athec

    roots = [source, *(str(Path(source) / name) for name in ("athec", "Athec"))] if source else list(athec.__path__)
    sys.path[:0] = roots
    if source:
        for name in [name for name in sys.modules if name.partition(".")[0] == "athec"]:
            del sys.modules[name]
    found = {}
    for name in ("color", "edge", "segment", "saliency", "sharp", "shape", "colordict"):
        for qualified in (f"athec.{name}", name):
            try:
                found[name] = importlib.import_module(qualified)
                break
            except ModuleNotFoundError as error:
                if error.name not in (qualified, "misc"):
                    raise
    if source and set(found) == {"color"}:
        raise SystemExit(f"{source} holds no more of athec than the package index does")
    return found


def _with_all(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with its summaries asked for."""
    asked = {name: True for name in FULL if name in inspect.signature(function).parameters}
    return lambda *args, **settings: function(*args, **asked, **settings)


def functions(modules: dict[str, Any]) -> tuple[dict[str, Callable[[str, dict[str, Any]], Any]], dict[str, str]]:
    """What is timed, in order: each takes the picture's path and what those before it have left; and what is left out."""
    left_out = dict(LEFT_OUT)
    every: dict[str, Callable[[str, dict[str, Any]], Any]] = {}

    def add(name: str, call: Callable[..., Any], keep: str = "") -> None:
        def step(path: str, state: dict[str, Any]) -> Any:
            result = call(path, state)
            if keep:
                state[keep] = result
                return None
            return result

        every[name] = step

    for name, function in inspect.getmembers(modules["color"], inspect.isfunction):
        if name == "attr_color_percentage" and "colordict" not in modules:
            left_out[f"color.{name}"] = "its table of colour names is not in the package"
        elif name == "attr_color_percentage":
            table = modules["colordict"].color_dict()
            add(f"color.{name}", lambda path, _, function=function, table=table: function(path, color_dict=table))
        elif name.startswith("attr_") and name != "attr_color_model_simple":
            add(f"color.{name}", lambda path, _, function=function: _with_all(function)(path))
    left_out["color.attr_color_model_simple"] = "the same numbers as the other models of colour, fewer of them"
    _add_shapes(add, modules)
    return every, {name: why for name, why in left_out.items() if name.partition(".")[0] in modules}


def _add_shapes(add: Callable[..., None], modules: dict[str, Any]) -> None:
    """The modules that are in the checkout alone."""
    if "edge" in modules:
        edge = modules["edge"]
        add("edge.tf_edge_canny", lambda path, _: edge.tf_edge_canny(path, gaussian_blur_kernel=(5, 5)), "edges")
        add("edge.attr_complexity_edge", lambda _, state: edge.attr_complexity_edge(state["edges"], n_random=1000))
    if "segment" in modules:
        segment = modules["segment"]
        for method in ("quickshift", "normalized_cut"):
            cut = getattr(segment, f"tf_segment_{method}")
            add(f"segment.tf_segment_{method}", lambda path, _, cut=cut: cut(path), method)
            name = f"segment.attr_complexity_segment, {method}"
            add(name, lambda _, state, method=method: segment.attr_complexity_segment(state[method]))
    if "saliency" in modules:
        saliency = modules["saliency"]
        for method in ("spectral_residual", "fine_grained"):
            detect = getattr(saliency, f"tf_saliency_{method}")
            add(f"saliency.tf_saliency_{method}", lambda path, _, detect=detect: detect(path), method)
        for name in ("attr_complexity_saliency", "attr_ruleofthirds_centroid", "attr_ruleofthirds_band"):
            function = getattr(saliency, name)
            add(f"saliency.{name}", lambda _, state, function=function: function(state["spectral_residual"]))
        consistency = saliency.attr_complexity_saliency_consistency
        name = "saliency.attr_complexity_saliency_consistency"
        add(name, lambda _, state: consistency(state["spectral_residual"], state["fine_grained"]))
    if "sharp" in modules:
        for name, function in inspect.getmembers(modules["sharp"], inspect.isfunction):
            if name.startswith("attr_"):
                add(f"sharp.{name}", lambda path, _, function=function: _with_all(function)(path))
    if "shape" in modules:
        lines = modules["shape"].attr_line_hough_edge
        settings = {"HoughLinesP_minLineLength": 10, "return_summary": True}
        add("shape.attr_line_hough_edge", lambda _, state: lines(state["edges"], **settings))


def _old_names() -> None:
    """Two names that athec uses and that its libraries have since renamed; what they do has not changed."""
    import numpy as np
    import skimage.future
    import skimage.graph

    if not hasattr(np, "int"):
        setattr(np, "int", int)  # noqa: B010
    if not hasattr(skimage.future, "graph"):
        setattr(skimage.future, "graph", skimage.graph)  # noqa: B010


def prepare(task: dict[str, Any]) -> tuple[dict[str, Callable[[str, dict[str, Any]], Any]], dict[str, str]]:
    """Import athec, outside of what is timed."""
    import cv2

    _old_names()
    cv2.setNumThreads(1)
    return functions(_modules(task["source"]))


if __name__ == "__main__":
    run(prepare)
