"""``PersonalizedRegressor`` before scikit-learn's own checks."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from iaa_classic.models import AestheticRegressor, PersonalizedRegressor


class OfAnyTable(PersonalizedRegressor):
    """With a generic model of whatever table it is given, for checks that bring tables of their own."""

    def _generic_for(self, X):
        X = np.asarray(X)
        width = X.shape[1] if X.ndim == 2 and X.shape[1] else 1
        table = np.random.default_rng(0).normal(size=(60, width))
        criteria = [f"criterion {k % 3}" for k in range(width)]
        return AestheticRegressor("svm", criteria=criteria).fit(table, table.sum(axis=1)).model_


@parametrize_with_checks(
    [OfAnyTable(), OfAnyTable(residual=False)],
    expected_failed_checks=lambda estimator: {
        "check_estimators_empty_data_messages": "no ratings are an answer too: the generic model stays",
    },
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_checks(estimator, check):
    check(estimator)
