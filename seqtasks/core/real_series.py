"""Real series that come with seqtasks, so that there is something to forecast without a file of one's own."""

from importlib.resources import files
from os import fspath
from pathlib import Path
from typing import Final

from seqtasks.errors import UsageError

SCHEME: Final = "seqtasks:"
REAL_SERIES: Final = {
    "co2": "Carbon dioxide in the air at Mauna Loa, in ppm, weekly from 1958 to 2001.",
    "elnino": "Temperature of the Pacific near Peru, in degrees Celsius, monthly from 1950 to 2010.",
    "nile": "Flow of the Nile at Aswan, in 10^8 cubic metres, yearly from 1871 to 1970.",
    "sunspots": "Number of sunspots, yearly from 1700 to 2008.",
}


def located(path: str) -> str:
    """The place of a file: ``seqtasks:NAME`` is a series of seqtasks itself, any other text a path.

    Args:
        path: The path, as the user writes it.

    Raises:
        UsageError: If seqtasks has no series of this name.

    Example:
        >>> located("power.csv"), Path(located("seqtasks:nile")).name
        ('power.csv', 'nile.csv')

    Source: Sunspots: World Data Center SILSO, and NOAA. Carbon dioxide: Keeling & Whorf, Scripps Institution of
    Oceanography. Temperature: NOAA, ERSST.V3B, Nino 1+2. Nile: Cobb (1978), Biometrika 65(2). All in the public domain.
    """
    if not path.startswith(SCHEME):
        return path
    name = path.removeprefix(SCHEME)
    if name not in REAL_SERIES:
        raise UsageError(f"seqtasks has no series named {name!r}.", f"The series are {', '.join(REAL_SERIES)}.")
    return fspath(Path(str(files("seqtasks.series"))) / f"{name}.csv")
