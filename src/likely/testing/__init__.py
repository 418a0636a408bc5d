"""The laws that every model passes, for the models of likely and for yours.

A law is a short function that fits a model on toy data and looks at what it does: the same seed
gives the same bytes, a row alone scores like the row in a batch, a density integrates to one. Which
laws apply follows from the class, so a new model is tested without a line being written for it.
Scikit-learn's own checks come along.

The laws need what `pip install "likely[test]"` brings.

>>> from likely.detectors import KNN
>>> from likely.testing import check_model
>>> check_model(KNN())

With pytest, one test a law:

```python
import pytest
from likely.testing import laws


@pytest.mark.parametrize("check", [pytest.param(c, id=name) for name, c in laws(MyModel())])
def test_law(check):
    check()
```

An exception is written into the class, with its reason:
`expected_failures = {"name_of_the_law": "why"}`. It is strict: a law that is expected to fail and
holds is an error.
"""

from likely.testing.check import check_model, estimator_checks, laws, of_every_model
from likely.testing.law import LawBroken

__all__ = ["LawBroken", "check_model", "estimator_checks", "laws", "of_every_model"]
