"""check_task: is a task of an exercise solved?"""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from operator import attrgetter
from pkgutil import iter_modules
from typing import Any

from mnist_lab.checks import tasks
from mnist_lab.checks.check import record

_MODULES = [import_module(f"{tasks.__name__}.{each.name}") for each in iter_modules(tasks.__path__)]
TASKS = {task.name: task for task in sorted((task for each in _MODULES for task in each.TASKS), key=attrgetter("name"))}

# How often each task failed in this kernel. A call is all that a check sees of a learner, so only a count that lives
# between calls can tell the second failure from the first; it's lost with the kernel, as the learner's variables are.
_failures: Counter[str] = Counter()


def check_task(name: str, *handed_in: Any, **by_name: Any) -> None:
    """Print whether a task of an exercise is solved: ✓ with a fact, or "not yet" with a hint.

    From the second failure on, a smaller worked case follows. Functions are called with arrays of their own; whatever
    they print is dropped. A function that never returns keeps the check waiting: interrupt the kernel. Where the
    environment variable MNIST_LAB_RESULTS names a file, the verdict is appended to it as a line of JSON.

    Args:
        name: the task, "02.1" for instance.
        handed_in: what the task asks for, in its order.
        by_name: the same, by keyword.

    Raises:
        ValueError: there is no such task.

    Example:
        >>> lab.check_task("09.1", interval)
    """
    if name not in TASKS:
        raise ValueError(f"There is no task {name!r}. The tasks are: {', '.join(TASKS)}")
    task = TASKS[name]
    verdict = task.verdict(handed_in, by_name)
    if verdict.holds:
        print(f"✓ {name} {task.fact}")
    else:
        print(f"not yet {name}: {verdict.hint}")
        _failures[name] += 1
        if _failures[name] > 1:
            print("    A smaller case:", *task.smaller.splitlines(), sep="\n    ")
    record({"task": name, "verdicts": [vars(verdict)]})
