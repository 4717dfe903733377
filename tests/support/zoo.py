"""The zoo of ``benchmarks/``, which is not a package that is installed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from explain_zoo import CASES, FAMILIES  # noqa: F401 - after the path
from explain_zoo.case import FAILED, LEARNED, SEEDS, SIZES, Setting  # noqa: F401
from explain_zoo.tables import tables  # noqa: F401
