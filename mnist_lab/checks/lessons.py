"""What is known of each lesson: the accuracies it must reach, and what its check looks for."""

from collections.abc import Callable
from dataclasses import dataclass

from mnist_lab.checks.claims import anywhere, clinic, convolutional, dense, handwriting, outcome, training
from mnist_lab.checks.evidence import Claim, Digits, validation_digits
from mnist_lab.results.store import summary


@dataclass(frozen=True)
class Lesson:
    """What is known of a lesson."""

    name: str  # the file name of its notebook, without the ending
    # The accuracy below which the lesson's idea cannot be at work, for a learner's own variant; None: it trains none.
    learner_floor: float | None
    unmeasured_floor: float  # what the lesson as taught must reach while it has not been measured over seeds
    claims: tuple[Claim, ...]
    digits: Callable[[], Digits] = validation_digits  # what its check asks the network about, and the classes

    @property
    def trains(self) -> bool:
        """Whether the lesson has a cell `train`; else it loads a network, and has no accuracy of its own."""
        return self.learner_floor is not None

    @property
    def seals_the_test_digits(self) -> bool:
        """Whether the lesson trains with a held-out set, so that its check must not look at the test digits."""
        return outcome.validated_on_held_out_digits in self.claims

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims in the order in which the check judges them, with that of the accuracy, if any, last."""
        if self.learner_floor is None:
            return self.claims
        return (*self.claims, outcome.accuracy_of_at_least(self.learner_floor))

    def floor(self, origin: str) -> float:
        """Return the accuracy that the lesson as taught must reach on this data set: CI's floor."""
        measured = summary(self.name, origin=origin)
        return measured.accuracies[0] if measured else self.unmeasured_floor


_OUTCOME = outcome.better_than_guessing, outcome.history_matches_the_model
_HIDDEN = dense.has_hidden_dense_layers, dense.last_layer_is_softmax
_DECAY = training.learning_rate_decays, training.training_used_the_schedule
_DROPOUT = convolutional.dropout_after_a_hidden_layer, convolutional.dropout_rates_are_moderate

_01 = dense.one_dense_softmax_layer, training.optimizer_is_sgd, *_OUTCOME
_02 = *_HIDDEN, dense.hidden_layers_use_sigmoid, training.optimizer_is_sgd, *_OUTCOME
_03 = *_HIDDEN, dense.hidden_layers_use_relu, training.optimizer_is_more_than_plain_sgd, *_OUTCOME
_06 = convolutional.convolutions_see_neighbours, convolutional.image_gets_smaller, dense.outputs_ten_probabilities
_08 = (
    convolutional.still_convolutional,
    convolutional.batch_norm_before_each_activation,
    convolutional.no_bias_before_batch_norm,
    convolutional.no_batch_norm_after_the_last_layer,
)
_09 = (
    outcome.validated_on_held_out_digits,
    outcome.dropout_rate_was_chosen_on_held_out_digits,
    outcome.model_was_tested_once,
    outcome.accuracy_is_reported_with_an_interval,
)
_10 = (
    training.learning_rate_rises_and_falls,
    training.trained_for_one_epoch,
    dense.softmax_is_applied_once,
    outcome.better_than_guessing,
    outcome.validated_on_held_out_digits,
)
_11 = (
    handwriting.function_returns_images,
    handwriting.digits_fill_the_box,
    handwriting.proportions_are_kept,
    handwriting.mass_is_centred,
    handwriting.preprocessing_raises_accuracy,
)
_12 = anywhere.step_lowers_the_loss, anywhere.export_takes_stored_images, anywhere.export_matches_the_model
_13 = (
    clinic.starts_from_guessing,
    clinic.memorizes,
    clinic.labels_fit_the_images,
    clinic.batches_are_mixed,
    clinic.company_does_not_matter,
    outcome.validated_on_held_out_digits,
)

_LESSONS = (
    Lesson("01_dense_softmax", 0.80, 0.88, _01),
    Lesson("02_sigmoid_layers", 0.40, 0.70, _02),
    Lesson("03_relu_and_adam", 0.95, 0.965, _03),
    Lesson("04_learning_rate_decay", 0.96, 0.972, (*_DECAY, *_OUTCOME)),
    Lesson("05_dropout", 0.95, 0.968, (*_DROPOUT, *_DECAY, *_OUTCOME)),
    Lesson("06_convolutions", 0.95, 0.98, (*_06, *_OUTCOME)),
    Lesson("07_convolutions_with_dropout", 0.95, 0.985, (convolutional.still_convolutional, *_DROPOUT, *_OUTCOME)),
    Lesson("08_batch_normalization", 0.98, 0.988, (*_08, *_OUTCOME)),
    Lesson("09_honest_evaluation", 0.95, 0.965, _09),
    Lesson("10_faster_and_better", 0.98, 0.985, _10),
    Lesson("11_your_handwriting", None, 0.9, _11, handwriting.prepared_drawings),
    Lesson("12_train_anywhere", 0.85, 0.88, (*_12, *_OUTCOME)),
    Lesson("13_debug_clinic", 0.88, 0.92, _13),
)
LESSONS = {lesson.name: lesson for lesson in _LESSONS}
