"""What a CPU and a GPU do at the same time."""

from mnist_lab.diagrams._drawing import Options, new_page, tint
from mnist_lab.plots.style import BLUE, GREY, INK, ORANGE

_STEPS, _OPERATIONS = 3, 4
_PYTHON, _START, _KERNEL, _HEIGHT = 1.2, 0.3, 0.13, 0.3  # inches: three widths, and the height of all


def waiting_gpu() -> None:
    """Draw a sketch of CPU and GPU over three steps: Python calls TensorFlow for each of them, or once for all."""
    frame: Options = {"edgecolor": INK, "linewidth": 0.8}
    with new_page(3.2) as page:
        for top, title, calls in ((3, "a call for each step", range(_STEPS)), (1.45, "one call for all steps", [0])):
            cpu, gpu, x = top - 0.6, top - 1, 0.8
            page.write(0.1, top, title, weight="bold", ha="left")
            for y, name in ((cpu, "CPU"), (gpu, "GPU")):
                page.write(0.1, y + _HEIGHT / 2, name, ha="left")
            page.write(x + _PYTHON + 0.05, cpu + _HEIGHT + 0.13, "starts operations", 10, ha="left")
            page.write(x + _PYTHON + _START, gpu - 0.13, "kernels", 10, ha="left")
            for step in range(_STEPS):
                if step in calls:
                    page.rectangle(x, cpu, _PYTHON, _HEIGHT, tint(GREY, 0.3), **frame)
                    page.write(x + _PYTHON / 2, cpu + _HEIGHT / 2, "Python")
                    page.write(x + _PYTHON / 2, gpu + _HEIGHT / 2, "waits", style="italic")
                    x += _PYTHON
                for _ in range(_OPERATIONS):
                    page.rectangle(x, cpu, _START, _HEIGHT, tint(ORANGE, 0.6), **frame)
                    page.rectangle(x + _START, gpu, _KERNEL, _HEIGHT, BLUE, **frame)
                    x += _START
        page.write(8.9, 0.12, "time →", 10, ha="right")
        page.write(8.9, 3, "a sketch, not a measurement", 10, ha="right", style="italic")
