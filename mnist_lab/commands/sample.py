"""`mnist-lab sample`: write validation digits in the form that `mnist-lab predict` and a prediction service read."""

import json
import sys
from pathlib import Path

from mnist_lab.trainer.instances import InstancesError, first_instances


def sample(count: int, output: Path) -> int:
    """Write the first validation digits to a JSON file; return 1 if there are not that many, which is reported."""
    try:
        content = first_instances(count)
    except InstancesError as error:
        print(error, file=sys.stderr)
        return 1
    output.write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(f"{count} digits written to {output}.")
    return 0
