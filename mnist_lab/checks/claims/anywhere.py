"""The claims of lesson 12: a step of one's own, and an exported network that others can use."""

import numpy as np

from mnist_lab.checks.evidence import Evidence, Verdict, judging, mean_cross_entropy
from mnist_lab.data.idx import CLASSES, SIDE

SIGNATURE = "serving_default"
_BATCH, _ASKED = 128, 100
_SAME = 1e-5
_LOADED, _ANSWERS = "loaded export", "answers of the export"


def a_step_lowers_the_loss(evidence: Evidence) -> Verdict:
    """The loss of a batch is lower after the learner's step on that batch; the model is as before afterwards."""
    claim = "one step of your own lowers the loss of the batch it was taken on"
    step = evidence.extra.get("step")
    if not callable(step):
        return Verdict(claim, False, "no function was handed in. Give it by its name: check_lesson(…, step=step).")
    images, labels = evidence.digits[:_BATCH], evidence.labels[:_BATCH]
    before = evidence.model.get_weights()
    try:
        losses = [_loss(evidence.model, images, labels)]
        step(images, np.eye(CLASSES, dtype=np.float32)[labels])
        losses.append(_loss(evidence.model, images, labels))
    except Exception as error:  # the learner's function may raise anything
        hint = f"it raised {type(error).__name__}: {error}. Call it with one batch, step(images, labels), and look."
        return Verdict(claim, False, hint)
    finally:
        evidence.model.set_weights(before)
    hint = (
        f"the loss was {losses[0]:.5f} before and {losses[1]:.5f} after. Does the step compute the gradients of the "
        "loss, and does the optimizer get them together with the model's variables?"
    )
    return Verdict(claim, losses[1] < losses[0], hint)


_of_the_export = judging(lambda evidence: _signature(evidence))


@_of_the_export("what was exported takes images as they are stored, rows and columns of ink in whole grey levels")
def takes_stored_images(signature, evidence: Evidence) -> tuple[bool, str]:
    """The signature has one input, `image`, of 28 rows and 28 columns."""
    inputs = {name: list(spec.shape) for name, spec in signature.structured_input_signature[1].items()}
    hint = f"found the inputs {inputs}, looked for one called image of the shape {[None, SIDE, SIDE]}."
    return inputs == {"image": [None, SIDE, SIDE]}, hint


@_of_the_export("it gives the probabilities that the network gives, and the class")
def answers_as_the_network(signature, evidence: Evidence) -> tuple[bool, str]:
    """`predictions` are the network's probabilities, and `classes` the largest of each."""
    answers = _answers(signature, evidence)
    if isinstance(answers, str):
        return False, answers
    if not {"predictions", "classes"} <= answers.keys():
        return False, f"found the outputs {sorted(answers)}, looked for predictions and classes."
    predictions, classes = answers["predictions"], answers["classes"]
    if predictions.shape != (_ASKED, CLASSES) or classes.shape != (_ASKED,):
        return False, f"found the shapes {predictions.shape} and {classes.shape}, looked for [n, 10] and [n]."
    apart = np.abs(predictions - evidence.probabilities[:_ASKED]).max()
    others = int(np.sum(classes != predictions.argmax(axis=1)))
    hint = (
        f"its probabilities are up to {apart:.2g} away from the network's, and {others} "
        f"of {_ASKED} classes are not those of the largest. Are the grey levels, up to 255, divided inside?"
    )
    return apart < _SAME and not others, hint


def _loss(model, images: np.ndarray, labels: np.ndarray) -> float:
    return mean_cross_entropy(np.asarray(model(images, training=False)), labels)


def _signature(evidence: Evidence):
    """Return the signature of what was exported, or what keeps it from being asked, in words."""
    folder = evidence.extra.get("export")
    if folder is None:
        return "no folder was handed in. Give it by its name: check_lesson(…, export=folder)."
    if _LOADED not in evidence.kept:
        import tensorflow as tf

        try:
            evidence.kept[_LOADED] = tf.saved_model.load(str(folder))
        except Exception as error:
            return f"{folder} could not be loaded ({type(error).__name__}). Was it written by `archive.write_out`?"
    signatures = evidence.kept[_LOADED].signatures
    if SIGNATURE not in signatures:
        return f"found the signatures {sorted(signatures)}, looked for {SIGNATURE}, the name by which servers ask."
    return signatures[SIGNATURE]


def _answers(signature, evidence: Evidence) -> dict[str, np.ndarray] | str:
    if _ANSWERS not in evidence.kept:
        import tensorflow as tf

        grey = np.round(255 * evidence.digits[:_ASKED].reshape(-1, SIDE, SIDE)).astype(np.float32)
        try:
            found = signature(image=tf.constant(grey))
            evidence.kept[_ANSWERS] = {name: output.numpy() for name, output in found.items()}
        except Exception as error:
            return f"asked with images [n, {SIDE}, {SIDE}] it raised {type(error).__name__}."
    return evidence.kept[_ANSWERS]
