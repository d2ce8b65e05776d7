"""``personalize``: what one person's ratings or pairs say, and the model that is saved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from iaa_classic import FeatureExtractor, load_model
from iaa_classic.models import PersonalizedRegressor


@pytest.fixture
def run(command, shoot, lighting_model, tmp_path):
    """Personalize the model of the photographs; gives what was printed, and the model file."""

    def personalize(table, *options, status=0):
        table.to_csv(tmp_path / "mine.csv", index=False)
        path = tmp_path / "mine.skops"
        common = ("--images", shoot, "--generic", lighting_model, "--force", "--output", path)
        done = command("personalize", tmp_path / "mine.csv", *common, *options)
        assert done.status == status, done.err
        return done, path

    return personalize


@pytest.fixture
def names(shoot):
    return list(pd.read_csv(shoot / "ratings.csv")["image"])


def generous(names):
    """Somebody who gives two points more than most, on the same order."""
    return pd.DataFrame({"image": names, "stars": 3 + 2 * np.arange(len(names)) / 47})


def test_ratings_change_the_scale(run, command, shoot, names, lighting_model):
    done, path = run(generous(names[::2]), "--target", "stars", "--scale", 1, 5)
    model = load_model(path)
    assert isinstance(model, PersonalizedRegressor)
    X = FeatureExtractor("lighting").fit_transform([shoot / name for name in names])
    truth = generous(names)["stars"].to_numpy()
    generic = load_model(lighting_model).predict(X)
    assert np.abs(model.predict(X) - truth).mean() < 0.7 * np.abs(generic - truth).mean()
    assert model.baseline_ + model.breakdown(X).sum(axis=1).to_numpy() == pytest.approx(model.predict(X), abs=1e-9)
    assert "24 rated photographs" in done.out
    for stage in model.stages_:
        assert f"{stage['before']:.4f}" in done.out
        assert f"{stage['after']:.4f}" in done.out
    assert "offset" in done.out
    assert "lighting" in done.out
    scored = command("score", shoot / names[0], shoot / names[47], "--model", path)
    assert scored.status == 0
    assert f"{model.predict(X)[47]:.2f}" in scored.out


def test_pairs_are_found_by_their_columns(run, names):
    random = np.random.default_rng(0)
    first, second = random.permutation(48), random.permutation(48)
    table = pd.DataFrame({"better": [names[max(k)] for k in zip(first, second, strict=True)]})
    table["worse"] = [names[min(k)] for k in zip(first, second, strict=True)]
    differing = int((first != second).sum())
    done, path = run(table)
    assert f"{differing} pairs of" in done.out
    assert isinstance(load_model(path), PersonalizedRegressor)
    if differing < 48:
        assert f"{48 - differing} rows that do not name two different photographs" in done.err


def test_one_rating_leaves_the_generic_model(run, shoot, names, lighting_model):
    done, path = run(generous(names[:1]), "--target", "stars")
    assert "Your ratings say too little yet" in done.out
    X = FeatureExtractor("lighting").fit_transform([shoot / name for name in names[:5]])
    assert load_model(path).predict(X) == pytest.approx(load_model(lighting_model).predict(X), abs=1e-9)


def test_unreadable_photographs_are_left_out(run, names):
    table = pd.DataFrame({"better": [names[40], names[30], "gone.png"], "worse": [names[2], names[1], names[3]]})
    done, _ = run(table, status=1)
    assert "gone.png" in done.err
    assert "1 of 3 pairs are left out" in done.err
    assert "2 pairs of" in done.out
    done, _ = run(generous([*names[:9], "gone.png"]), "--target", "stars", status=1)
    assert "gone.png" in done.err
    assert "9 rated photographs" in done.out


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (["image", "stars"], (), "Name it with --target"),
        (["image", "stars"], ("--pairs",), "pairs need the columns better and worse"),
        (["image", "stars"], ("--target", "beauty"), "no column 'beauty'"),
        (["image", "stars"], ("--target", "stars", "--scale", 5, 1), "the lowest and the highest rating"),
        (["better", "worse"], (), "no pair of two different photographs"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run, names, columns, options, message):
    table = pd.DataFrame({columns[0]: names[:5], columns[1]: names[:5] if columns[1] == "worse" else 3})
    done, path = run(table, *options, status=2)
    assert message in done.err
    assert not path.exists()


def test_nothing_readable_is_an_error(run):
    done, path = run(generous(["gone.png", "away.png"]), "--target", "stars", status=2)
    assert "none of the 2 photographs could be read" in done.err
    assert not path.exists()
