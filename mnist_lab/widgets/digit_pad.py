"""`DigitPad`: a sheet in the notebook to draw a digit on, with the predictions of networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from mnist_lab.data.idx import CLASSES, PIXELS
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import SIDE

if TYPE_CHECKING:
    import keras

_HERE = Path(__file__).parent
_SET_BY_KERNEL = ("readings", "seen", "message")


def _preprocess_framed(drawing: np.ndarray) -> np.ndarray:
    """Add a frame of paper, so that ink along the edge is not taken for paper, and call `preprocess_digit`."""
    return preprocess_digit(np.pad(drawing, 1))


def _from_browser(value: object, _widget: object) -> object:
    """Return binary data, which arrives from the browser as a memoryview, as bytes."""
    return bytes(value) if isinstance(value, memoryview) else value


class DigitPad(anywidget.AnyWidget):
    """A sheet to draw a digit on with mouse, pen, finger or keyboard; end a cell with it to show it.

    With networks attached, it shows as you draw the 28×28 image that they see and the ten probabilities of each.

    Example:
        >>> pad = lab.DigitPad({"lesson 01": dense, "lesson 08": batch_norm})
        >>> pad
        >>> pad.image  # in a later cell: the drawing, [140, 140] uint8

    Attributes:
        drawing: the pixels, row by row, 0 is paper and 255 is ink: 19,600 bytes, or no bytes. They come from the
            browser; if your code sets them, they appear on the sheet.
        readings: for each network, a dict with its "name" and its ten "probabilities".
        seen: the image that the networks see, 784 bytes, or no bytes.
        message: why the networks cannot classify the drawing, or "".
    """

    _esm = _HERE / "digit_pad.js"
    _css = _HERE / "digit_pad.css"

    drawing = traitlets.Bytes().tag(sync=True, from_json=_from_browser)
    readings: traitlets.List = traitlets.List().tag(sync=True)
    seen = traitlets.Bytes().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        models: keras.Model | Mapping[str, keras.Model] | None = None,
        *,
        preprocess: Callable[[np.ndarray], np.ndarray] = _preprocess_framed,
    ) -> None:
        """Attach networks.

        Args:
            models: a Keras model that maps images `[n, 784]` to ten probabilities each, or several models by name,
                or None.
            preprocess: turns a drawing `[140, 140]` uint8 (255 is ink) into the networks' input `[784]` from 0 to 1;
                by default `preprocess_digit`, after adding a frame of paper so that ink along the edge stays ink.

        Raises:
            ValueError: a model does not return ten probabilities.
        """
        super().__init__()
        named = models if isinstance(models, Mapping) else {} if models is None else {"": models}
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

    def set_state(self, sync_data: dict) -> None:
        """Accept the browser's state, except for the traits that only the kernel sets."""
        super().set_state({name: value for name, value in sync_data.items() if name not in _SET_BY_KERNEL})

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
        if output.shape != (1, CLASSES) or not (output.min() >= 0 and abs(output.sum() - 1) < 1e-2):
            raise ValueError(
                f"The network {name!r} must return ten probabilities for an image: is its last layer a softmax of ten? "
                f"Received the shape {list(output.shape)}, with the sum {output.sum():g}."
            )
        return output[0].tolist()

    def __repr__(self) -> str:
        return "DigitPad()"
