"""`DigitPad`: a sheet in the notebook to draw a digit on, and what networks make of it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from mnist_lab.data.idx import CLASSES, PIXELS
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import SIDE

_HERE = Path(__file__).parent
_ANSWERS = ("readings", "seen", "message")


def _prepared(drawing: np.ndarray) -> np.ndarray:
    """Return the drawing as `preprocess_digit` does, in a frame of paper: ink along the edge is no paper."""
    return preprocess_digit(np.pad(drawing, 1))


def _bytes(value: object, _widget: object) -> bytes:
    """Binary data arrives from the browser as a memoryview."""
    return bytes(value) if isinstance(value, memoryview) else value


class DigitPad(anywidget.AnyWidget):
    """A sheet to draw a digit on, with mouse, pen, finger or keyboard; show it by ending a cell with it.

    With networks attached it shows, as you draw, the 28×28 image that they see and a row of ten probabilities for each.

    Example:
        >>> pad = lab.DigitPad({"lesson 01": dense, "lesson 08": batch_norm})
        >>> pad
        >>> pad.image  # in a later cell: what was drawn, [140, 140] uint8

    Attributes:
        drawing: the pixels, row by row, 0 is paper and 255 is ink: 19,600 bytes, or none. They come from the browser;
            what code sets appears on the sheet.
        readings: for each network a dict with its "name" and its ten "probabilities".
        seen: the image that the networks see, 784 bytes, or none.
        message: what keeps the networks from reading the drawing, or "".
    """

    _esm = _HERE / "digit_pad.js"
    _css = _HERE / "digit_pad.css"

    drawing = traitlets.Bytes().tag(sync=True, from_json=_bytes)
    readings = traitlets.List().tag(sync=True)
    seen = traitlets.Bytes().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        models: object | Mapping[str, object] | None = None,
        *,
        preprocess: Callable[[np.ndarray], np.ndarray] = _prepared,
    ):
        """Attach networks.

        Args:
            models: a Keras model that reads images `[n, 784]` and answers ten probabilities each, or several by
                their names, or none.
            preprocess: makes of a drawing `[140, 140]` uint8 (255 is ink) the image `[784]` from 0 to 1 that they read;
                `preprocess_digit` if not given, of the drawing in a frame of paper: ink along the edge is no paper.

        Raises:
            ValueError: a model answers something other than ten probabilities.
        """
        super().__init__()
        named = models if isinstance(models, Mapping) else {} if models is None else {"": models}
        self._models, self._preprocess = dict(named), preprocess
        for name in self._models:  # the first answer takes longest: it comes before the first stroke
            self._probabilities(name, np.zeros(PIXELS, np.float32))

    @property
    def image(self) -> np.ndarray:
        """What is drawn, `[140, 140]` uint8: 0 is paper, 255 is ink."""
        pixels = np.frombuffer(self.drawing, np.uint8) if self.drawing else np.zeros(SIDE * SIDE, np.uint8)
        return pixels.reshape(SIDE, SIDE).copy()

    @property
    def drawn(self) -> bool:
        """Whether anything is drawn."""
        return any(self.drawing)

    def set_state(self, sync_data: dict) -> None:
        """Take what the browser sends; the answers are not its to give."""
        super().set_state({name: value for name, value in sync_data.items() if name not in _ANSWERS})

    @traitlets.validate("drawing")
    def _whole(self, proposal: traitlets.Bunch) -> bytes:
        if len(proposal["value"]) not in (0, SIDE * SIDE):
            raise traitlets.TraitError(
                f"Expected a drawing of {SIDE}×{SIDE} = {SIDE * SIDE:,} bytes, or none. "
                f"Received {len(proposal['value']):,} bytes."
            )
        return proposal["value"]

    @traitlets.observe("drawing")
    def _read(self, _change: traitlets.Bunch) -> None:
        seen, readings, message = b"", [], ""
        if self.drawn:
            try:
                image = self._checked(self._preprocess(self.image))
                seen = np.rint(image * 255).astype(np.uint8).tobytes()
                readings = [{"name": name, "probabilities": self._probabilities(name, image)} for name in self._models]
            except Exception as error:  # raised in the kernel's message loop it would be shown nowhere
                message = f"{type(error).__name__}: {error}"
        with self.hold_sync():
            self.seen, self.readings, self.message = seen, readings, message

    def _checked(self, image: np.ndarray) -> np.ndarray:
        image = np.asarray(image, np.float32)
        if image.shape != (PIXELS,) or not (image.min() >= 0 and image.max() <= 1):
            received = f"from {image.min():g} to {image.max():g}" if image.size else "without a number"
            raise ValueError(
                f"Expected of preprocess an image of the shape [{PIXELS}], from 0 to 1. "
                f"Received the shape {list(image.shape)}, {received}."
            )
        return image

    def _probabilities(self, name: str, image: np.ndarray) -> list[float]:
        answer = np.asarray(self._models[name].predict_on_batch(image[None]), np.float64)
        if answer.shape != (1, CLASSES) or not (answer.min() >= 0 and abs(answer.sum() - 1) < 1e-3):
            raise ValueError(
                f"Expected of the network {name!r} ten probabilities for an image: is its last layer a softmax of ten? "
                f"Received the shape {list(answer.shape)}, with the sum {answer.sum():g}."
            )
        return answer[0].tolist()

    def __repr__(self) -> str:
        return "DigitPad()"
