"""What compiled loops need: code is kept in a folder of the tests, so that a user's own is left alone."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / "seqtasks-native-tests"))
