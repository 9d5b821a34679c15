"""`DigitPad`: a sheet in the notebook to draw a digit on, with the predictions of networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import traitlets
from matplotlib.figure import Figure

from mnist_lab.data._validation import are_probabilities
from mnist_lab.data.idx import CLASSES, PIXELS
from mnist_lab.data.idx import SIDE as IMAGE_SIDE
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import SIDE, sample_drawings
from mnist_lab.plots.style import BLUE, GREY, new_figure
from mnist_lab.widgets._widget import Widget
from mnist_lab.widgets.networks import as_keras, network_bytes

if TYPE_CHECKING:
    import keras

_SAMPLE = 30  # the sample drawing in the picture, a 3 that the network of lesson 01 isn't sure of
_MISPLACED = 44  # with a function of yours: a 4 in a corner, which networks misclassify unless it's prepared
_SEEN = "what the networks see"


def _preprocess_framed(drawing: np.ndarray) -> np.ndarray:
    """Add a frame of paper, so that ink along the edge is not taken for paper, and call `preprocess_digit`."""
    return preprocess_digit(np.pad(drawing, 1))


def _from_browser(value: object, _widget: object) -> object:
    """Return binary data, which arrives from the browser as a memoryview, as bytes."""
    return bytes(value) if isinstance(value, memoryview) else value


class DigitPad(Widget):
    """A sheet to draw a digit on with mouse, pen, finger or keyboard; end a cell with it to show it.

    As you draw, it shows the 28×28 image that networks see, and the ten probabilities of each network: of yours, which
    the kernel computes, and of those that come with the course, which the page computes.

    Example:
        >>> pad = lab.DigitPad({"mine": model}, networks=["08"])
        >>> pad
        >>> pad.image  # in a later cell: the drawing, [140, 140] uint8

    Attributes:
        drawing: the pixels, row by row, 0 is paper and 255 is ink: 19,600 bytes, or no bytes. They come from the
            browser; if your code sets them, they appear on the sheet.
        readings: for each network of yours, a dict with its "name" and its ten "probabilities".
        seen: the image that the networks see, 784 bytes, or no bytes.
        message: why your networks cannot classify the drawing, or "".
    """

    name = "pad"
    _set_by_kernel = (*Widget._set_by_kernel, "readings", "seen", "message")

    drawing = traitlets.Bytes().tag(sync=True, from_json=_from_browser)
    readings: traitlets.List = traitlets.List().tag(sync=True)
    seen = traitlets.Bytes().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        models: keras.Model | Mapping[str, keras.Model] | None = None,
        *,
        preprocess: Callable[[np.ndarray], np.ndarray] = _preprocess_framed,
        networks: Iterable[str] = (),
        hidden: Iterable[str] = (),
    ) -> None:
        """Attach networks.

        Args:
            models: a Keras model that maps images `[n, 784]` to ten probabilities each, or several models by name,
                or None.
            preprocess: turns a drawing `[140, 140]` uint8 (255 is ink) into the networks' input `[784]` from 0 to 1;
                by default `preprocess_digit`, after adding a frame of paper so that ink along the edge stays ink. With
                a function of yours the pad keeps no digits for `your_digits`, which are prepared as MNIST's.
            networks: the lessons whose networks classify, too, such as "01".
            hidden: the lessons whose networks wait behind a button.

        Raises:
            ValueError: a model does not return ten probabilities, or no network of a lesson comes with the course.
        """
        named = models if isinstance(models, Mapping) else {} if models is None else {"": models}
        shown, hidden = list(networks), list(hidden)
        tidy = preprocess is _preprocess_framed
        super().__init__(
            data={"models": list(named), "networks": shown, "hidden": hidden, "tidy": tidy},
            files={f"lesson_{name}.network": network_bytes(f"lesson_{name}") for name in (*shown, *hidden)},
        )
        self._models, self._preprocess = dict(named), preprocess
        for name in self._models:  # the first prediction is the slowest: make it before the first stroke
            self._probabilities(name, np.zeros(PIXELS, np.float32))

    @property
    def image(self) -> np.ndarray:
        """The drawing, `[140, 140]` uint8: 0 is paper, 255 is ink."""
        pixels = np.frombuffer(self.drawing, np.uint8) if self.drawing else np.zeros(SIDE * SIDE, np.uint8)
        return pixels.reshape(SIDE, SIDE).copy()

    @property
    def drawn(self) -> bool:
        """Whether anything is drawn."""
        return any(self.drawing)

    @traitlets.validate("drawing")
    def _check_length(self, proposal: traitlets.Bunch) -> bytes:
        if len(proposal["value"]) not in (0, SIDE * SIDE):
            raise traitlets.TraitError(
                f"Expected a drawing of {SIDE}×{SIDE} = {SIDE * SIDE:,} bytes, or no bytes. "
                f"Received {len(proposal['value']):,} bytes."
            )
        return proposal["value"]

    @traitlets.observe("drawing")
    def _classify(self, _change: traitlets.Bunch) -> None:
        seen, readings, message = b"", [], ""
        if self.drawn:
            try:
                image = self._checked(self._preprocess(self.image))
                seen = np.rint(image * 255).astype(np.uint8).tobytes()
                readings = [{"name": name, "probabilities": self._probabilities(name, image)} for name in self._models]
            except Exception as error:  # in the kernel's message loop, nobody would see the traceback
                message = f"{type(error).__name__}: {error}"
        with self.hold_sync():
            self.seen, self.readings, self.message = seen, readings, message
        self.send({"answered": True})  # what is the same as before isn't sent

    def _checked(self, image: np.ndarray) -> np.ndarray:
        image = np.asarray(image, np.float32)
        if image.shape != (PIXELS,) or not (image.min() >= 0 and image.max() <= 1):
            received = f"from {image.min():g} to {image.max():g}" if image.size else "without a number"
            raise ValueError(
                f"preprocess must return an image of shape [{PIXELS}], from 0 to 1. "
                f"Received the shape {list(image.shape)}, {received}."
            )
        return image

    def _probabilities(self, name: str, image: np.ndarray) -> list[float]:
        output = np.asarray(self._models[name].predict_on_batch(image[None]), np.float64)
        if output.shape != (1, CLASSES) or not are_probabilities(output):
            raise ValueError(
                f"The network {name!r} must return ten probabilities for an image: is its last layer a softmax of ten? "
                f"Received the shape {list(output.shape)}, with the sum {output.sum():g}."
            )
        return output[0].tolist()

    def _picture(self) -> Figure:
        drawings, classes = sample_drawings()
        number = _SAMPLE if self.data["tidy"] else _MISPLACED
        drawing, titles = drawings[number], (f"a drawn {classes[number]}", _SEEN)
        image = self._checked(self._preprocess(drawing.copy()))
        readings = {name or "your network": self._probabilities(name, image) for name in self._models}
        for lesson in self.data["networks"]:
            readings[f"lesson {lesson}"] = as_keras(network_bytes(f"lesson_{lesson}")).predict_on_batch(image[None])[0]
        side = min(2.05, 9 / (2 + len(readings)))  # inches of each image: with more networks, there's less room
        figure = new_figure(9, side + 0.55)
        axes = figure.subplots(1, 2 + len(readings))
        for ax, pixels, title in zip(axes, (drawing, image.reshape(IMAGE_SIDE, IMAGE_SIDE)), titles, strict=False):
            ax.imshow(pixels, cmap="Greys", interpolation="nearest")
            ax.set_title(title, fontsize=10)
            ax.set(xticks=(), yticks=(), anchor="N")  # as high as the charts, whose titles are beside its own
            ax.spines[:].set_visible(True)
        for ax, (name, probabilities) in zip(axes[2:], readings.items(), strict=True):
            best = int(np.argmax(probabilities))
            colors = [BLUE if digit == best else GREY for digit in range(CLASSES)]
            ax.bar(range(CLASSES), probabilities, color=colors)
            ax.set_title(f"{name} says {best}: {probabilities[best]:.0%}", fontsize=10)
            ax.set(xticks=range(CLASSES), yticks=(), ylim=(0, 1.05))
            ax.spines["left"].set_visible(False)
        return figure

    def __repr__(self) -> str:
        shown = {name: self.data[name] for name in ("networks", "hidden") if self.data[name]}
        return f"DigitPad({', '.join(f'{name}={lessons}' for name, lessons in shown.items())})"


def pad(*networks: str, hidden: Iterable[str] = ()) -> DigitPad:
    """Return a pad on which networks of lessons classify what you draw, without a kernel.

    Args:
        networks: lessons, such as "01" and "08"; by default "08".
        hidden: lessons whose networks wait behind a button.

    Raises:
        ValueError: no network of a lesson comes with the course.

    Example:
        >>> lab.widgets.pad("01", hidden=["08"])
    """
    return DigitPad(networks=networks or ("08",), hidden=hidden)
