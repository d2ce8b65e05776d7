"""A shoot of many frames: grouped, compared, picked, and told to other programs by sidecars; and crops of one photograph.

Nothing here changes a photograph: what is written are sidecars beside them and new files that are asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .crops import propose_crops
    from .culling import Choice, cull
    from .frames import Frame, look_at_frames
    from .grouping import Group, group_frames
    from .ranking import compare

_HOMES = {
    "Choice": "culling",
    "Frame": "frames",
    "Group": "grouping",
    "compare": "ranking",
    "cull": "culling",
    "group_frames": "grouping",
    "look_at_frames": "frames",
    "propose_crops": "crops",
}

__all__ = ["Choice", "Frame", "Group", "compare", "cull", "group_frames", "look_at_frames", "propose_crops"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
