"""What the widgets share in Python: JSON data, files, and an output that outlives the kernel."""

import io
from abc import abstractmethod
from typing import Any, ClassVar

import anywidget
import matplotlib.pyplot as plt
import traitlets
from matplotlib.figure import Figure

from mnist_lab.plots.style import style
from mnist_lab.widgets.script import module, style_sheet

MIME_TYPE = "application/vnd.mnist-lab.widget+json"


class Widget(anywidget.AnyWidget):
    """A widget in a notebook.

    Its output holds the live view, a picture for where no script runs (GitHub, PDF), and the name and data with which
    a web page can show the widget again. Only the last two stay in a stored notebook.

    Attributes:
        data: the settings, as JSON.
        files: the bytes that the script needs, by name.
    """

    name: ClassVar[str]
    _ipython_display_ = None  # ipywidgets 7, Colab's, has such a method, which would show the live view alone
    _css = style_sheet()

    data: traitlets.Dict = traitlets.Dict().tag(sync=True)
    files: traitlets.Dict = traitlets.Dict().tag(sync=True)
    _set_by_kernel: ClassVar[tuple[str, ...]] = ("data", "files")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give a class with a name its script; ipywidgets makes a subclass of it for each instance."""
        if "name" in cls.__dict__:
            cls._esm = module(cls.name)
        super().__init_subclass__(**kwargs)

    @abstractmethod
    def _picture(self) -> Figure:
        """Return a picture of the widget as it is at first, made by pyplot."""

    def set_state(self, sync_data: dict) -> None:
        """Accept the browser's state, except for the traits that only the kernel sets."""
        super().set_state({name: value for name, value in sync_data.items() if name not in self._set_by_kernel})

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        bundle, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        file = io.BytesIO()
        with style():
            picture = self._picture()
            picture.savefig(file, format="png")
            plt.close(picture)
        return {**bundle, "image/png": file.getvalue(), MIME_TYPE: {"name": self.name, "data": self.data}}, metadata

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.name}({settings})"
