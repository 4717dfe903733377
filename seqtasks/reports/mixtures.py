"""What differs between the configurations of a report, apart from their methods: versions, and the data of a task."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from seqtasks.comparison.configuration import Configuration


def mixtures(found: Sequence[Configuration]) -> Iterator[str]:
    """A sentence for each package of which runs of several versions are compared, and for each task on several data.

    Args:
        found: The configurations; the version of a run is that of a source, or empty if it is unknown.
    """
    versions: defaultdict[str, set[str]] = defaultdict(set)
    data: defaultdict[str, set[str]] = defaultdict(set)
    for each in found:
        for text in {run.version for run in each.runs if run.version}:
            seqtasks, plugins, digest = json.loads(text)
            for name, version in (("seqtasks", seqtasks), *plugins):
                versions[name].add(version)
            data[each.task].add(digest)
    for name, several in versions.items():
        if len(several) > 1:
            listed = ", ".join(sorted(version[:12] for version in several))
            yield (
                f"Runs of several versions of {name} are compared: {listed}. A difference between methods may be one "
                "between versions. To compare one version, run all methods with it."
            )
    for task, digests in data.items():
        if len(digests) > 1:
            yield f"The methods on {task} were run on {len(digests)} versions of its file. Run all of them on one."
