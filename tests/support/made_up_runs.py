"""Made-up runs of methods whose results are known."""

from seqtasks.comparison.configuration import Method, Run, configurations


def method(model, trainer="online", budget=""):
    return Method(model, trainer, budget)


def runs(model, task, skills, *, seeds=None, trainer="online", budget="", status="done", **others):
    """A run for each skill, with the seeds 0, 1, ...; solved from a skill of 0.95."""
    made = {"parameters": 1000, "steps": 20_000, "loss": 0.1} | others
    return [
        Run(
            f"{task}/{model}/{trainer}/{budget}/{seed}",
            task,
            Method(model, trainer, budget),
            seed,
            status,
            skill,
            **{"solved": None if skill is None else skill >= 0.95} | made,
        )
        for seed, skill in zip(seeds or range(len(skills)), skills, strict=True)
    ]


def one(model, task, skills, **others):
    """The configuration of such runs."""
    ((found,), _) = configurations(runs(model, task, skills, **others))
    return found


def solving(model, task, solved, of=20, **others):
    """A configuration of which so many seeds solve the task, and the others are at chance."""
    return one(model, task, [0.99 + 0.0001 * seed if seed < solved else 0.001 * seed for seed in range(of)], **others)
