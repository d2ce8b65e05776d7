"""``personalize --from-xmp``: ratings that photographers gave in their own programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from ..shoot.sidecars import REJECTED, rating_of
from .inputs import photographs
from .judging import Measuring, tell_notes
from .personalizing import beginner, finish, measured_features
from .rated import Rated
from .tables import console, notices, readable

if TYPE_CHECKING:
    import pandas as pd

REJECTED_AS = 0.0
"""Where a rejected photograph stands on the scale of stars: below one star."""

SCALE = (0.0, 5.0)


def personalize_from_sidecars(
    folder: Path,
    *,
    scale: tuple[float, float] | None,
    generic: str | None,
    output: Path,
    how: Measuring,
    with_proposals: bool,
    force: bool = False,
) -> int:
    """Learn one person's taste from ratings in sidecars and save the personal model; returns the exit status."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; --from-xmp takes the folder of the photographs")
    person, how = beginner(scale or SCALE, generic, output, how, force=force)
    images, _ = photographs([str(folder)])
    frame, notes, troubles = sidecar_ratings(images, with_proposals=with_proposals)
    rated = Rated(folder.name or str(folder), frame[["path"]], frame["rating"].to_numpy(dtype=float), notes=notes)
    tell_notes(rated)
    for why in troubles:
        notices().print(f"  {readable(why)}", highlight=False, soft_wrap=True)
    if not len(rated):
        raise UserError(
            f"{folder}: no sidecar holds a rating that a person gave; rate some photographs from 1 to 5, or reject some"
        )
    X, rated, status = measured_features(rated, how)
    person.fit(X, rated.answers)
    rejected = int((rated.answers == REJECTED_AS).sum())
    console().print(f"{len(rated)} rated photographs, {rejected} of them rejected", highlight=False)
    finish(person, output)
    return max(status, int(bool(troubles)))


def sidecar_ratings(images: Sequence[str], *, with_proposals: bool) -> tuple[pd.DataFrame, tuple[str, ...], list[str]]:
    """Columns ``path`` and ``rating`` (0 is rejected, 1 to 5 stars), notes on what is left out, and unreadable sidecars."""
    import pandas as pd

    rows, troubles, proposals = [], [], 0
    for image in images:
        try:
            found = rating_of(image)
        except (UserError, OSError) as error:
            troubles.append(str(error))
            continue
        if found is None:
            continue
        rating, by_person = found
        if not by_person and not with_proposals:
            proposals += 1
            continue
        rows.append({"path": image, "rating": REJECTED_AS if rating == REJECTED else float(rating)})
    notes = []
    if proposals:
        notes.append(f"{proposals} ratings that cull proposed and nobody changed are left out (--with-proposals takes them)")
    if troubles:
        notes.append(f"{len(troubles)} sidecars could not be read:")
    return pd.DataFrame(rows, columns=["path", "rating"]).astype({"rating": np.float64}), tuple(notes), troubles
