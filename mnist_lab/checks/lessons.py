"""One row per lesson: its title, the accuracies it must reach, and what its check looks for."""

from mnist_lab.checks.claims.anywhere import a_step_lowers_the_loss, answers_as_the_network, takes_stored_images
from mnist_lab.checks.claims.batch_norm import (
    no_bias_where_normalized,
    none_at_the_answer,
    normalized_before_the_activation,
)
from mnist_lab.checks.claims.by_hand import computed_by_hand
from mnist_lab.checks.claims.convolutions import convolutions_see_the_image, image_gets_smaller, ten_probabilities
from mnist_lab.checks.claims.dropout import dropout_after_a_hidden_layer, dropout_leaves_enough
from mnist_lab.checks.claims.handwriting import (
    drawings_are_read,
    fills_the_box,
    is_centred,
    keeps_its_proportions,
    makes_an_image,
    samples_read,
)
from mnist_lab.checks.claims.hidden_layers import hidden_dense_layers, relu_inside, sigmoid_inside, softmax_stays_last
from mnist_lab.checks.claims.honesty import (
    judged_once,
    rate_chosen_on_them,
    reported_with_an_interval,
    validated_on_held_out_digits,
)
from mnist_lab.checks.claims.layers import one_dense_softmax_layer, still_convolutional
from mnist_lab.checks.claims.learning_rate import rate_decays, training_used_the_schedule
from mnist_lab.checks.claims.one_cycle import loss_fits_the_outputs, rate_rises_and_falls, trained_for_one_epoch
from mnist_lab.checks.claims.optimizers import more_than_plain_descent, plain_gradient_descent
from mnist_lab.checks.claims.outcome import better_than_guessing, honest_history
from mnist_lab.checks.lesson import Lesson

OUTCOME = better_than_guessing, honest_history

LESSONS = {
    lesson.name: lesson
    for lesson in (
        Lesson(
            name="01_dense_softmax",
            title="Train one dense softmax layer",
            changes="watch a network train, then read every cell of it",
            learner_floor=0.80,
            unmeasured_floor=0.88,
            claims=(
                one_dense_softmax_layer,
                plain_gradient_descent,
                *OUTCOME,
                computed_by_hand,
            ),
        ),
        Lesson(
            name="02_sigmoid_layers",
            title="Stack sigmoid layers",
            changes="two hidden layers of sigmoid neurons: many more parameters, and worse",
            learner_floor=0.40,
            unmeasured_floor=0.70,
            claims=(
                hidden_dense_layers,
                softmax_stays_last,
                sigmoid_inside,
                plain_gradient_descent,
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
                hidden_dense_layers,
                softmax_stays_last,
                relu_inside,
                more_than_plain_descent,
                *OUTCOME,
            ),
        ),
        Lesson(
            name="04_learning_rate_decay",
            title="Let the learning rate decay",
            changes="start fast and slow down: a learning rate that decays",
            learner_floor=0.96,
            unmeasured_floor=0.972,
            claims=(
                rate_decays,
                training_used_the_schedule,
                *OUTCOME,
            ),
        ),
        Lesson(
            name="05_dropout",
            title="Meet overfitting, and try dropout",
            changes="overfitting, and a dropout that disappoints",
            learner_floor=0.95,
            unmeasured_floor=0.968,
            claims=(
                dropout_after_a_hidden_layer,
                dropout_leaves_enough,
                rate_decays,
                training_used_the_schedule,
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
                convolutions_see_the_image,
                image_gets_smaller,
                ten_probabilities,
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
                still_convolutional("Keep them, and add dropout to them."),
                dropout_after_a_hidden_layer,
                dropout_leaves_enough,
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
                still_convolutional("They stay, and are normalized."),
                normalized_before_the_activation,
                no_bias_where_normalized,
                none_at_the_answer,
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
                validated_on_held_out_digits,
                rate_chosen_on_them,
                judged_once,
                reported_with_an_interval,
            ),
        ),
        Lesson(
            name="10_faster_and_better",
            title="Train faster, then better",
            changes="one epoch with a rate that rises and falls; then a wider network, and digits that nobody wrote",
            learner_floor=0.98,
            unmeasured_floor=0.985,
            claims=(
                rate_rises_and_falls,
                trained_for_one_epoch,
                loss_fits_the_outputs,
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
                makes_an_image,
                fills_the_box,
                keeps_its_proportions,
                is_centred,
                drawings_are_read,
                honest_history,
            ),
            figures=samples_read,
        ),
        Lesson(
            name="12_train_anywhere",
            title="Train anywhere",
            changes="the loop that `fit` hides; exports, checkpoints, and two workers",
            learner_floor=0.85,
            unmeasured_floor=0.88,
            claims=(
                a_step_lowers_the_loss,
                takes_stored_images,
                answers_as_the_network,
                *OUTCOME,
            ),
        ),
    )
}


def find_lesson(name: str) -> Lesson:
    """Return the lesson of that name.

    Raises:
        ValueError: there is none; the message lists the names.
    """
    if name not in LESSONS:
        raise ValueError(f"There is no lesson {name!r}. The lessons are: {', '.join(LESSONS)}")
    return LESSONS[name]
