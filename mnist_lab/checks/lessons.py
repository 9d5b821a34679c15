"""What is known of each lesson: its title, the accuracies it must reach, and what its check looks for."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mnist_lab.checks.claims import (
    anywhere,
    batch_norm,
    by_hand,
    convolutions,
    dropout,
    handwriting,
    hidden_layers,
    honesty,
    layers,
    learning_rate,
    one_cycle,
    optimizers,
    outcome,
)
from mnist_lab.checks.evidence import Claim, Evidence
from mnist_lab.results.store import summary


@dataclass(frozen=True)
class Lesson:
    """What is known of a lesson.

    Attributes:
        name: the file name of its notebook, without the ending.
        title: the title of its notebook.
        changes: the change from the lesson before, in a few words.
        learner_floor: the accuracy below which the lesson's idea cannot be at work, for a learner's own variant.
        unmeasured_floor: the accuracy that the lesson as taught must reach while it has not been measured over seeds.
        claims: what its check looks for, in this order; the accuracy of `learner_floor` comes last.
        figures: computes by name what is measured of its network besides the accuracy.
    """

    name: str
    title: str
    changes: str
    learner_floor: float
    unmeasured_floor: float
    claims: tuple[Claim, ...]
    figures: Callable[[Evidence], dict[str, float]] | None = None

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims, with that of the accuracy last."""
        return (*self.claims, outcome.accuracy_of_at_least(self.learner_floor))

    def floor(self, origin: str) -> float:
        """Return the accuracy that the lesson as taught must reach on this data set: CI's floor."""
        measured = summary(self.name, origin=origin)
        return measured.accuracies[0] if measured else self.unmeasured_floor

    def ceiling(self, origin: str) -> float:
        """Return the accuracy above which the lesson differs from what was measured on this data set."""
        measured = summary(self.name, origin=origin)
        return measured.accuracies[1] if measured else 1

    def losses(self, origin: str) -> tuple[float, float]:
        """Return the lowest and the highest validation loss to expect on this data set."""
        measured = summary(self.name, origin=origin)
        return measured.losses if measured else (0, math.inf)


OUTCOME = outcome.better_than_guessing, outcome.history_matches_the_model

_LESSONS = (
    Lesson(
        name="01_dense_softmax",
        title="Train one dense softmax layer",
        changes="watch a network train, then read every cell of it",
        learner_floor=0.80,
        unmeasured_floor=0.88,
        claims=(
            layers.one_dense_softmax_layer,
            optimizers.optimizer_is_sgd,
            *OUTCOME,
            by_hand.softmax_computed_by_hand,
        ),
    ),
    Lesson(
        name="02_sigmoid_layers",
        title="Stack sigmoid layers",
        changes="two hidden layers of sigmoid neurons: many more parameters, and worse",
        learner_floor=0.40,
        unmeasured_floor=0.70,
        claims=(
            hidden_layers.has_hidden_dense_layers,
            hidden_layers.last_layer_is_softmax,
            hidden_layers.hidden_layers_use_sigmoid,
            optimizers.optimizer_is_sgd,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="03_relu_and_adam",
        title="Replace the sigmoid by ReLU, and plain descent by Adam",
        changes="ReLU, then Adam: the same layers, brought back to life",
        learner_floor=0.95,
        unmeasured_floor=0.965,
        claims=(
            hidden_layers.has_hidden_dense_layers,
            hidden_layers.last_layer_is_softmax,
            hidden_layers.hidden_layers_use_relu,
            optimizers.optimizer_is_more_than_plain_sgd,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="04_learning_rate_decay",
        title="Let the learning rate decay",
        changes="start fast and slow down: a learning rate that decays",
        learner_floor=0.96,
        unmeasured_floor=0.972,
        claims=(learning_rate.learning_rate_decays, learning_rate.training_used_the_schedule, *OUTCOME),
    ),
    Lesson(
        name="05_dropout",
        title="Meet overfitting, and try dropout",
        changes="overfitting, and a dropout that disappoints",
        learner_floor=0.95,
        unmeasured_floor=0.968,
        claims=(
            dropout.dropout_after_a_hidden_layer,
            dropout.dropout_rates_are_moderate,
            learning_rate.learning_rate_decays,
            learning_rate.training_used_the_schedule,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="06_convolutions",
        title="See shapes with convolutions",
        changes="convolutions: filters that slide over an image with rows and columns",
        learner_floor=0.95,
        unmeasured_floor=0.98,
        claims=(
            convolutions.convolutions_see_neighbours,
            convolutions.image_gets_smaller,
            convolutions.outputs_ten_probabilities,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="07_convolutions_with_dropout",
        title="Calm a convolutional network with dropout",
        changes="dropout after the dense layer, and this time it helps",
        learner_floor=0.95,
        unmeasured_floor=0.985,
        claims=(
            layers.still_convolutional("Keep them, and add dropout."),
            dropout.dropout_after_a_hidden_layer,
            dropout.dropout_rates_are_moderate,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="08_batch_normalization",
        title="Normalize every layer",
        changes="batch normalization behind every layer but the last",
        learner_floor=0.98,
        unmeasured_floor=0.988,
        claims=(
            layers.still_convolutional("Keep them, and normalize each."),
            batch_norm.batch_norm_before_each_activation,
            batch_norm.no_bias_before_batch_norm,
            batch_norm.no_batch_norm_after_the_last_layer,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="09_honest_evaluation",
        title="Judge a network honestly",
        changes="digits held out to choose by, a sealed test to report by; seeds, intervals, and writers",
        learner_floor=0.95,
        unmeasured_floor=0.965,
        claims=(
            honesty.validated_on_held_out_digits,
            honesty.dropout_rate_was_chosen_on_held_out_digits,
            honesty.model_was_tested_once,
            honesty.accuracy_is_reported_with_an_interval,
        ),
    ),
    Lesson(
        name="10_faster_and_better",
        title="Train faster, then better",
        changes="one epoch with a rate that rises and falls; then a wider network, and digits that nobody wrote",
        learner_floor=0.98,
        unmeasured_floor=0.985,
        claims=(
            one_cycle.learning_rate_rises_and_falls,
            one_cycle.trained_for_one_epoch,
            one_cycle.softmax_is_applied_once,
            *OUTCOME,
        ),
    ),
    Lesson(
        name="11_your_handwriting",
        title="Read your own handwriting",
        changes="your own drawing: what the network sees of it, and how MNIST would have prepared it",
        learner_floor=0.95,
        unmeasured_floor=0.98,
        claims=(
            handwriting.function_returns_images,
            handwriting.digits_fill_the_box,
            handwriting.proportions_are_kept,
            handwriting.mass_is_centred,
            handwriting.preprocessing_raises_accuracy,
            outcome.history_matches_the_model,
        ),
        figures=handwriting.sample_accuracies,
    ),
    Lesson(
        name="12_train_anywhere",
        title="Train anywhere",
        changes="the loop that `fit` hides; exports, checkpoints, and two workers",
        learner_floor=0.85,
        unmeasured_floor=0.88,
        claims=(
            anywhere.step_lowers_the_loss,
            anywhere.export_takes_stored_images,
            anywhere.export_matches_the_model,
            *OUTCOME,
        ),
    ),
)
LESSONS = {lesson.name: lesson for lesson in _LESSONS}


def find_lesson(name: str) -> Lesson:
    """Return the lesson of that name.

    Raises:
        ValueError: there is no such lesson; the message lists the names.
    """
    if name not in LESSONS:
        raise ValueError(f"There is no lesson {name!r}. The lessons are: {', '.join(LESSONS)}")
    return LESSONS[name]
