"""What ``explain --suggest`` and ``explain --regions`` print."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from ..explanation import RegionEffects, Suggestion
from .tables import console, heading, readable


def print_suggestions(suggestions: Sequence[Suggestion], score: float) -> None:
    """Each change with what it was measured to gain, best first."""
    if not suggestions:
        console().print("No change that was tried raises the score by a tenth of a point.", highlight=False)
        return
    table = Table()
    table.add_column("What would help")
    table.add_column("Gain", justify="right")
    table.add_column("Score", justify="right")
    for suggestion in suggestions:
        table.add_row(readable(suggestion.text), f"[green]{suggestion.gain:+.2f}[/]", f"{suggestion.score:.2f}")
    console().print(table)
    console().print(
        f"[dim]Each was made to the photograph, which scores {score:.2f} as it is, and measured again.[/]", highlight=False
    )


def print_regions(regions: RegionEffects) -> None:
    """The grid of effects in hundredths of a point, and in words where the picture gains and loses."""
    heading("Effect of each region of the frame, in hundredths of a point")
    table = Table(show_header=False)
    rows, columns = regions.effects.shape
    for _ in range(columns):
        table.add_column(justify="right")
    for row in range(rows):
        cells = [Text(f"{100 * effect:+.0f}", style="green" if effect > 0 else "red") for effect in regions.effects[row]]
        table.add_row(*cells)
    console().print(table)
    console().print(readable(regions.description()), highlight=False)
