"""Times of day are those of the clock on the wall, in the column's time zone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.detectors import KNN
from likely.explanation import explain


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
def test_usual_hours_are_local_hours(zone: str) -> None:
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2024-01-01", tz=zone) + pd.to_timedelta(np.arange(80), unit="D")
    opening = days.tz_localize(None) + pd.to_timedelta(rng.uniform(9, 17, 80), unit="h")
    data = pd.DataFrame({"when": opening.tz_localize(zone), "sum": rng.normal(50, 5, 80)})
    model = KNN().fit(data)
    new = data.iloc[[60]].assign(when=pd.Timestamp("2024-03-01 03:15", tz=zone))
    matched = model.schema_.match(new)
    found = explain(model, matched, model.schema_.match(data))[0]
    assert found.reasons[0].column == "when"
    assert found.reasons[0].value == "2024-03-01 03:15:00"
    assert "(09:" in found.sentence
    assert "to 16:" in found.sentence
