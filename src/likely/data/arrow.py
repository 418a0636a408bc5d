"""Arrow's compute functions: made while it is imported, so that type checkers cannot see them."""

from __future__ import annotations

from typing import Any

import pyarrow.compute

compute: Any = pyarrow.compute
