"""Evidence maps: what a feature sees in a photograph, as drawing primitives, and the two ways to render them."""

from .evidence_map import EvidenceMap
from .marks import Box, Circle, Mark, Path, Raster, Stroke, Text

__all__ = ["Box", "Circle", "EvidenceMap", "Mark", "Path", "Raster", "Stroke", "Text"]
