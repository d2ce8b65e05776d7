"""What maps tell of the photograph at its own resolution, remembered when the native pixels have been let go of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...features import Picture, catalogue
from ...features.pattern_spectrum import spectral_power_profile
from ...features.people_faces import faces
from ...features.picture import shared
from ...features.sharpness_edges import native_cells

SIZED = ("fourier_slope", "fourier_sigma", "fourier_slope_mather", "fourier_slope_spehar")
"""Features of the working scale that know how much the photograph has been reduced."""


@shared
def native_values(picture: Picture) -> dict[str, float]:
    """Values of the features that the picture at the working scale alone could not give."""
    known = catalogue()
    wanted = [name for name, record in known.items() if record.scale == "native" and not record.compatibility]
    return {name: float(known[name].function(picture)) for name in (*wanted, *SIZED)}


KEPT: tuple[Callable[[Picture], Any], ...] = (native_values, native_cells, spectral_power_profile, faces)
"""What ``Picture.reduced`` keeps for the maps: a few numbers per cell of the frame."""
