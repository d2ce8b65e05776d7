"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Photographs and folders (searched recursively).")]
Model = Annotated[str | None, typer.Option("--model", help="Model file to score with. [default: the built-in model]")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", help="Worker processes; -1 uses every core.")]
FaceModel = Annotated[
    Path | None,
    typer.Option("--face-model", help="YuNet model file that finds faces. [default: that of the extra 'faces', if installed]"),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Measure every photograph; neither read nor write the feature store.")
]
Html = Annotated[Path | None, typer.Option("--html", help="Write a page with pictures to this .html file.")]
Force = Annotated[bool, typer.Option("--force", help="Put the page in the place of a file that exists.")]
MaxPixels = Annotated[int, typer.Option("--max-megapixels", min=1, help="Refuse larger pictures before they are decoded.")]

Labels = Annotated[
    Path | None, typer.Argument(metavar="LABELS.csv", help="A table with one row per rated photograph; or --dataset.")
]
Images = Annotated[
    Path | None,
    typer.Option("--images", help="Folder that the names in the table are relative to. [default: the table's folder]"),
]
Target = Annotated[
    list[str] | None, typer.Option("--target", help="Column with the ratings; several times for --task attributes.")
]
Group = Annotated[str | None, typer.Option("--group", help="Column whose equal values are never split between train and test.")]
Category = Annotated[str | None, typer.Option("--category", help="Column by whose values figures are given as well.")]
ImageColumn = Annotated[
    str | None, typer.Option("--image-column", help="Column with the file names. [default: image, path, ...]")
]
Dataset = Annotated[
    str | None,
    typer.Option("--dataset", help="A published dataset in --root: ava, aadb, eva, para, oasis, ... (docs/datasets.md)."),
]
Root = Annotated[Path | None, typer.Option("--root", help="Folder of the dataset.")]
TaskName = Annotated[
    Literal["score", "class", "rank", "distribution", "attributes"],
    typer.Option("--task", help="What is learnt: the mean rating, classes, an order, how ratings spread, or several ratings."),
]
Threshold = Annotated[
    float | None, typer.Option("--threshold", help="With --task class: ratings above this against the others.")
]
Thirds = Annotated[
    bool, typer.Option("--thirds", help="With --task class: top against bottom third of the ratings, the middle left out.")
]
Kind = Annotated[
    Literal["gbm", "svm", "both"],
    typer.Option("--model", help="Gradient-boosted trees, support vector machine, or the mean of both."),
]
Folds = Annotated[int, typer.Option("--folds", min=2, help="Folds of the cross-validation.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]
Features = Annotated[
    str, typer.Option("--features", help="'all', a named set, a criterion, or feature names, separated by commas.")
]
