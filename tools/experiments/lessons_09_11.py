"""Experiments of lessons 09 to 11: statistics of stored runs, averaged weights, an ablation, drawings."""

from functools import cache

import keras
import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw
from scipy import special, stats

from mnist_lab.data.augmentation import augment
from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.datasets import holdout_dataset, training_dataset
from mnist_lab.data.find import find_mnist
from mnist_lab.data.idx import SIDE, read_labels
from mnist_lab.data.splits import split
from mnist_lab.data.writers import find_writers, read_writers
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import sample_drawings
from mnist_lab.results.experiments import measured_values
from mnist_lab.results.runs import measured_runs
from mnist_lab.results.store import seeds_of
from tools.experiments import Values, experiment, grid, recipes

LESSON_09, WITHOUT = "09_honest_evaluation", "RATE=0"
LESSON_10 = "10_faster_and_better"
HOLDOUT, PEAK = 5_000, 0.01
UPSTROKES, PLAIN = [10, 15, 17, 18], [11, 12, 13, 14, 16, 19]  # the sample drawings of ones, sorted by eye
RESAMPLES, CUTS = 10_000, 500


def exact_mcnemar(one: np.ndarray, other: np.ndarray) -> float:
    """Return the two-sided p-value for two networks' errors on the same digits, `[digits]` bool each."""
    only_one, only_other = int((one & ~other).sum()), int((~one & other).sum())
    return stats.binomtest(only_one, only_one + only_other).pvalue if only_one + only_other else 1.0


@experiment("09-twins", seeds=1)
def twins(seed: int) -> Values:
    """Pairs of stored runs with p < 0.05 by McNemar's exact test: of one recipe, of two, of two with the same seed."""
    with_dropout, without = (measured_runs(LESSON_09, variant=v).misread for v in ("as taught", WITHOUT))
    count = len(with_dropout)
    pairs = [(i, j) for i in range(count) for j in range(i)]
    same_seed = np.array([exact_mcnemar(with_dropout[i], without[i]) for i in range(count)])
    ascending = np.sort(same_seed)
    holm = ascending <= 0.05 / np.arange(count, 0, -1)
    shares = with_dropout.mean(axis=0)
    return {
        "twin_pairs": len(pairs),
        "twins": sum(exact_mcnemar(with_dropout[i], with_dropout[j]) < 0.05 for i, j in pairs),
        "twins_without": sum(exact_mcnemar(without[i], without[j]) < 0.05 for i, j in pairs),
        "across": sum(exact_mcnemar(a, b) < 0.05 for a in with_dropout for b in without),
        "same_seed": int((same_seed < 0.05).sum()),
        "same_seed_holm": int(np.argmin(np.append(holm, False))),
        "deviation": 100 * (1 - with_dropout.mean(axis=1)).std(ddof=1),
        "deviation_if_equal": 100
        * np.sqrt((shares * (1 - shares)).sum() * count / (count - 1))
        / with_dropout.shape[1],
    }


@experiment("09-equals", seeds=1)
def equals(seed: int) -> Values:
    """Percentage points by which the best of equally good runs leads, on the half that chose it and on the other half.

    The runs are made equal by shuffling, digit by digit, which of the stored runs misclassified it. `as_far_of_100`
    counts, of 100 such sets, those whose best leads by as much as the stored one, or more. The means are over sets with
    a lead within 0.02 points of it, and over the same cuts in halves for each set.
    """
    misread = measured_runs(LESSON_09).misread
    digits = misread.shape[1]
    random = np.random.default_rng(seed)
    halves = random.permuted(np.tile(np.arange(digits) < digits // 2, (CUTS, 1)), axis=1)
    some = misread.any(axis=0)  # the other digits can't make a difference
    misread, halves = misread[:, some], halves[:, some].T.astype(np.float32)

    def lead(errors: np.ndarray) -> float:
        return 100 * (errors.mean() - errors.min()) / digits

    def mean_leads(marks: np.ndarray) -> list[float]:
        choosing = marks.astype(np.float32) @ halves  # the errors [runs, cuts] on the half that chooses
        judging = marks.sum(axis=1, keepdims=True) - choosing
        winner = choosing.argmin(axis=0), np.arange(CUTS)
        return [200 * (half.mean(axis=0) - half[winner]).mean() / digits for half in (choosing, judging)]

    stored, leads, found = lead(misread.sum(axis=1)), [], []
    for _ in range(RESAMPLES):
        shuffled = random.permuted(misread, axis=0)
        leads.append(lead(shuffled.sum(axis=1)))
        if abs(leads[-1] - stored) <= 0.02:
            found.append(mean_leads(shuffled))
    as_measured, equal = mean_leads(misread), np.mean(found, axis=0)
    return {
        "lead": stored,
        "as_far_of_100": round(100 * np.mean(np.array(leads) >= stored - 1e-9)),
        "sets": len(found),
        "chosen_on": round(equal[0], 2),
        "judged_on": round(equal[1], 2),
        "stored_chosen_on": round(as_measured[0], 2),
        "stored_judged_on": round(as_measured[1], 2),
    }


@experiment("09-two-recipes", seeds=1)
def two_recipes(seed: int) -> Values:
    """Percentage points that the recipe without dropout gains, with 95% intervals over seeds, digits and both.

    `paired` is the interval over both if the runs with the same seed are paired, by Student's t. `percent_too_wide`
    is by how much the standard error over both, added up from those over seeds and over digits, exceeds the one that
    counts only once what is peculiar to a seed on a digit.
    """
    with_dropout, without = (measured_runs(LESSON_09, variant=v).misread for v in ("as taught", WITHOUT))
    random = np.random.default_rng(seed)
    runs, digits = with_dropout.shape

    def interval(over_seeds: bool, over_digits: bool) -> np.ndarray:
        differences = np.empty(RESAMPLES)
        for n in range(RESAMPLES):
            first, second = (random.integers(runs, size=runs) if over_seeds else slice(None) for _ in range(2))
            chosen = (
                np.bincount(random.integers(digits, size=digits), minlength=digits) if over_digits else np.ones(digits)
            )
            differences[n] = 100 * (rates(with_dropout, first) - rates(without, second)) @ chosen / digits
        return np.quantile(differences, (0.025, 0.975))

    def rates(misread: np.ndarray, chosen: np.ndarray | slice) -> np.ndarray:
        return misread[chosen].mean(axis=0)

    by_seed = [1 - misread.mean(axis=1) for misread in (with_dropout, without)]
    shares = [misread.mean(axis=0) for misread in (with_dropout, without)]
    over_digits = 100 * stats.sem(shares[0] - shares[1])
    over_seeds = 100 * np.hypot(*map(stats.sem, by_seed))
    in_both = 100 * np.sqrt(sum((share * (1 - share)).sum() for share in shares) / (runs - 1)) / digits
    both = np.hypot(over_seeds, over_digits)
    correlation = stats.pearsonr(*by_seed)
    middle = 100 * (by_seed[1].mean() - by_seed[0].mean())
    reach = stats.t.ppf(0.975, runs - 1) * np.hypot(100 * stats.sem(by_seed[1] - by_seed[0]), over_digits)
    return {
        "difference": middle,
        "seeds": interval(over_seeds=True, over_digits=False),
        "digits": interval(over_seeds=False, over_digits=True),
        "both": interval(over_seeds=True, over_digits=True),
        "correlation_of_seeds": round(correlation.statistic, 2),
        "correlation_p": round(correlation.pvalue, 3),
        "paired_low": round(middle - reach, 2),
        "paired_high": round(middle + reach, 2),
        "percent_too_wide": round(100 * (both / np.sqrt(both**2 - in_both**2) - 1)),
    }


@experiment("09-writers", seeds=1)
def writers(seed: int) -> Values:
    """Percentage points that known writers gain, with 95% intervals: naive, and Nadeau and Bengio's (2003).

    Their variance is multiplied by 1/draws + tested/trained, in digits or in writers.
    """
    known, unknown = (measured_runs(LESSON_09, variant=f"writers {kind}").accuracy for kind in ("known", "unknown"))
    gain = 100 * (known - unknown)
    files = find_mnist()
    labels = read_labels(files.train_labels)
    wrote = read_writers(find_writers(files), labels)
    held = [split(len(labels), HOLDOUT, draw, wrote)[1] for draw in range(len(gain))]
    tested = np.mean([len(np.unique(wrote[rows])) for rows in held])
    everyone = len(np.unique(wrote))
    found = {"gain": gain.mean(), "writers_tested": tested, "writers": everyone}
    tested_digits = HOLDOUT / 2  # the other half of each writer's is known to one of the networks
    ratios = {
        "naive": 0.0,
        "by_digits": tested_digits / (len(labels) - HOLDOUT),
        "by_writers": tested / (everyone - tested),
    }
    for name, ratio in ratios.items():
        error = np.sqrt((1 / len(gain) + ratio) * gain.var(ddof=1))
        reach = stats.t.ppf(0.975, len(gain) - 1) * error
        found[name] = [gain.mean() - reach, gain.mean() + reach]
        found[f"{name}_p"] = 2 * stats.t.sf(abs(gain.mean()) / error, len(gain) - 1)
    return found


@experiment("09-clustered", seeds=1)
def clustered(seed: int) -> Values:
    """How many times as wide an accuracy's interval is if writers are drawn, not digits: mean over the stored runs."""
    files = find_mnist()
    labels = read_labels(files.train_labels)
    wrote = read_writers(find_writers(files), labels)[split(len(labels), HOLDOUT, 0)[1]]
    _, wrote = np.unique(wrote, return_inverse=True)
    count = wrote.max() + 1
    factors = []
    for misread in measured_runs(LESSON_09).misread:
        by_writer = np.bincount(wrote, weights=misread - misread.mean())
        variance = count / (count - 1) * (by_writer**2).sum() / HOLDOUT**2
        factors.append(np.sqrt(variance / (misread.var() / HOLDOUT)))
    return {"factor": np.mean(factors), "writers": int(count), "digits_of_each": round(HOLDOUT / count)}


@experiment("09-lesson-07", seeds=1)
def lesson_07(seed: int) -> Values:
    """How far dropout lowers the loss, and raises the accuracy in points, from lesson 06 to 07: Welch's intervals.

    Their ends are rounded to one digit.
    """
    before, after = (seeds_of(lesson) for lesson in ("06_convolutions", "07_convolutions_with_dropout"))
    found = {}
    for name, sign, unit in (("loss", -1, 1), ("accuracy", 1, 100)):
        one, other = ([unit * sign * entry[name][-1] for entry in entries.values()] for entries in (before, after))
        ends = stats.ttest_ind(other, one, equal_var=False).confidence_interval()
        kind = "loss_fall" if name == "loss" else "points"
        ends = [float(f"{end:.1g}") for end in ends]
        found |= {kind: np.mean(other) - np.mean(one), f"{kind}_low": ends[0], f"{kind}_high": ends[1]}
    return found


@experiment("09-rates", *grid(rate=(0.0, 0.1, 0.25, 0.5)), seeds=10)
def rates(seed: int, rate: float) -> Values:
    """Lesson 09's network with four dropout rates, on the held-out set: accuracy, and how calibrated it is.

    The temperature is the one with the least cross-entropy on a random half; both losses are of the other half.
    """
    network = recipes.dense(dropout=rate)
    recipes.fit(network, training_dataset(holdout=HOLDOUT), 10, rate=recipes.decay(0.01, 0.6))
    images, classes = held_out()
    probabilities = network.predict(images, batch_size=1_000, verbose=0).astype(float)
    correct = probabilities.argmax(axis=1) == classes
    half = np.random.default_rng(seed).permutation(HOLDOUT) < HOLDOUT // 2
    temperatures = np.arange(0.5, 4, 0.01)
    fitted = temperatures[np.argmin([loss_at(each, probabilities[half], classes[half]) for each in temperatures])]
    return {
        "accuracy": correct.mean(),
        "errors": int((~correct).sum()),
        "confidence": probabilities.max(axis=1).mean(),
        "temperature": fitted,
        "loss": loss_at(1.0, probabilities[~half], classes[~half]),
        "loss_at_temperature": loss_at(fitted, probabilities[~half], classes[~half]),
    }


def loss_at(temperature: float, probabilities: np.ndarray, classes: np.ndarray) -> float:
    """Return the mean cross-entropy of probabilities `[n, 10]` whose logits are divided by the temperature."""
    logits = np.log(probabilities + 1e-30) / temperature
    return float(np.mean(special.logsumexp(logits, axis=1) - logits[np.arange(len(classes)), classes]))


def normalized(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return lesson 10's layer, batch norm and ReLU."""
    norm = keras.layers.BatchNormalization(center=True, scale=False, momentum=0.9)
    return [layer, norm, keras.layers.Activation("relu")]


def small_network() -> keras.Sequential:
    """Return the network of lessons 08 and 10, whose last layer returns logits."""
    layers = [keras.Input(shape=(SIDE * SIDE,)), keras.layers.Reshape((SIDE, SIDE, 1))]
    for filters, size, strides in ((12, 3, 1), (24, 6, 2), (32, 6, 2)):
        convolution = keras.layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)
        layers += normalized(convolution)
    layers += [keras.layers.Flatten(), *normalized(keras.layers.Dense(200, use_bias=False)), keras.layers.Dropout(0.3)]
    return keras.Sequential([*layers, keras.layers.Dense(10)])


def wide_network(width: int) -> keras.Sequential:
    """Return lesson 10's network of small filters, with 3, 6, 6, 8 and 8 times `width` channels."""

    def convolution(channels: int) -> list[keras.layers.Layer]:
        return normalized(keras.layers.Conv2D(channels, kernel_size=3, padding="same", use_bias=False))

    layers = [keras.Input(shape=(SIDE * SIDE,)), keras.layers.Reshape((SIDE, SIDE, 1))]
    layers += [*convolution(3 * width), keras.layers.MaxPooling2D(2)]
    layers += [*convolution(6 * width), *convolution(6 * width), keras.layers.MaxPooling2D(2)]
    layers += [*convolution(8 * width), *convolution(8 * width), keras.layers.Flatten()]
    layers += [*normalized(keras.layers.Dense(200, use_bias=False)), keras.layers.Dropout(0.3)]
    return keras.Sequential([*layers, keras.layers.Dense(10)])


def fit(network: keras.Model, training: tf.data.Dataset, epochs: int, *, end: float = 0.0, **averages: float) -> None:
    """Train with lesson 10's one-cycle schedule over these epochs; `averages` are Adam's for averaged weights."""
    steps = epochs * len(training)
    schedule = keras.optimizers.schedules.CosineDecay(
        PEAK / 10, steps - steps // 5, alpha=end, warmup_target=PEAK, warmup_steps=steps // 5
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(schedule, **averages), loss, metrics=["accuracy"])
    network.fit(training, epochs=epochs, shuffle=False, verbose=0)


def held_out() -> tuple[np.ndarray, np.ndarray]:
    """Return the held-out images and classes."""
    ((images, labels),) = holdout_dataset(HOLDOUT).as_numpy_iterator()
    return images, labels.argmax(axis=1)


def classes_of(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the class that the network finds most probable, `[n]`."""
    return network.predict(images, batch_size=1_000, verbose=0).argmax(axis=1)


@cache
def drawings() -> dict[str, np.ndarray]:
    """Return the 100 sample drawings as images, made smaller only and prepared as MNIST was, and their classes."""
    drawn, meant = sample_drawings()
    raw = drawn.reshape(-1, SIDE, 5, SIDE, 5).mean(axis=(2, 4)).reshape(-1, SIDE * SIDE) / 255
    prepared = np.stack([preprocess_digit(drawing) for drawing in drawn])
    return {"raw": raw.astype(np.float32), "prepared": prepared, "classes": meant}


def of_drawings(network: keras.Model) -> Values:
    """Return how many of the drawings the network classifies correctly."""
    meant = drawings()["classes"]
    return {kind: int((classes_of(network, drawings()[kind]) == meant).sum()) for kind in ("raw", "prepared")}


@experiment("10-averaged", *grid(momentum=(0.9,)), seeds=10)
def averaged(seed: int, momentum: float) -> Values:
    """Held-out errors after one epoch at a constant rate: own or averaged weights, batch norm stale or refreshed.

    Beside them those with the one-cycle schedule.
    """
    images, classes = held_out()
    training = training_dataset(holdout=HOLDOUT)
    network = small_network()
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(PEAK, use_ema=True, ema_momentum=0.99)
    network.compile(optimizer, loss)
    own: list[list[np.ndarray]] = []
    note = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: _note(own, network, step, len(training))
    )
    network.fit(training, epochs=1, shuffle=False, verbose=0, callbacks=[note])
    weights = {"own": own[0], "averaged": network.get_weights()}
    found = {}
    for name, values in weights.items():
        network.set_weights(values)
        found[f"{name}_stale"] = int((classes_of(network, images) != classes).sum())
        for batch, _ in training.take(100):
            network(batch, training=True)
        found[f"{name}_refreshed"] = int((classes_of(network, images) != classes).sum())
    cycled = small_network()
    fit(cycled, training, 1)
    return found | {"one_cycle": int((classes_of(cycled, images) != classes).sum())}


def _note(own: list, network: keras.Model, step: int, steps: int) -> None:
    """Keep the weights of the last step, before Keras replaces them by their averages at the end of training."""
    if step == steps - 1:
        own.append(network.get_weights())


ABLATION = (
    {"without": "nothing"},
    {"without": "distortion"},
    {"without": "width"},
    {"without": "falling rate"},
    {"without": "small filters"},
)


@experiment("10-ablation", *ABLATION, seeds=6)
def ablation(seed: int, without: str) -> Values:
    """Lesson 10's longer recipe, ten epochs, and with one part put back: errors of 5,000 held-out digits, drawings."""
    images, classes = held_out()
    network = small_network() if without == "small filters" else wide_network(4 if without == "width" else 8)
    training = training_dataset(holdout=HOLDOUT)
    training = training if without == "distortion" else augment(training)
    fit(network, training, 10, end=1.0 if without == "falling rate" else 0.0)
    logits = network.predict(images, batch_size=1_000, verbose=0)
    wrong = logits.argmax(axis=1) != classes
    loss = keras.losses.sparse_categorical_crossentropy(classes, logits, from_logits=True)
    return {
        "errors": int(wrong.sum()),
        "loss": float(np.mean(loss)),
        "misclassified": np.flatnonzero(wrong),
    } | of_drawings(network)


FIVE_EPOCHS = "long, LONG_EPOCHS=5, STOP_AFTER=5"
FEWEST_RUNS = 3


@experiment("10-effects", *grid(epochs=(5, 10)), seeds=1)
def effects(seed: int, epochs: int) -> Values:
    """Percentage points that each part of lesson 10's longer recipe gains, with 95% intervals over seeds and digits.

    Of five epochs from lesson 10's stored runs, of ten from `10-ablation`. By Student's t, since resampling as few runs
    as these gives intervals that are too narrow.
    """
    if epochs == 5:
        changes = {"distortion": "DISTORTION=0", "width": "WIDTH=4", "falling rate": "END=1"}
        whole = measured_runs(LESSON_10, variant=FIVE_EPOCHS).misread
        others = {
            part: measured_runs(LESSON_10, variant=f"{FIVE_EPOCHS}, {change}").misread
            for part, change in changes.items()
        }
    else:
        whole, *rest = (misclassified_in_ablation(arm["without"]) for arm in ABLATION)
        others = {arm["without"]: rows for arm, rows in zip(ABLATION[1:], rest, strict=True)}
    runs = min(len(rows) for rows in (whole, *others.values()))
    if runs < FEWEST_RUNS:
        raise ValueError(f"expected at least {FEWEST_RUNS} runs of each recipe. Found {runs}")
    return {part: gain_with_interval(whole, rows) for part, rows in others.items()} | {"runs": runs}


def misclassified_in_ablation(without: str) -> np.ndarray:
    """Return which held-out digits each run of an arm misclassified, `[runs, digits]` bool."""
    runs = measured_values("10-ablation", without=without)["misclassified"]
    return np.array([np.isin(np.arange(HOLDOUT), run) for run in runs])


def gain_with_interval(whole: np.ndarray, without: np.ndarray) -> list[float]:
    """Return the points of accuracy by which `whole` is ahead, and both ends of a 95% interval.

    Both are which digits each run misclassified, `[runs, digits]` bool.
    """
    digits = without.mean(axis=0) - whole.mean(axis=0)
    parts = [(rows.mean(axis=1).var(ddof=1) / len(rows), len(rows) - 1) for rows in (whole, without)]
    parts.append((digits.var(ddof=1) / len(digits), len(digits) - 1))
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / count for part, count in parts)  # Welch and Satterthwaite's
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    return [100 * (digits.mean() + side * reach) for side in (0, -1, 1)]


@experiment("10-distorted", *grid(distorted=(False, True)), seeds=10)
def distorted(seed: int, distorted: bool) -> Values:
    """Lesson 10's one epoch on digits as written or distorted: errors of the held-out digits, and of the drawings."""
    images, classes = held_out()
    network, training = small_network(), training_dataset(holdout=HOLDOUT)
    fit(network, augment(training) if distorted else training, 1)
    errors = int((classes_of(network, images) != classes).sum())
    return {"errors": errors, "accuracy": 1 - errors / HOLDOUT} | of_drawings(network)


@experiment("11-drawings", seeds=10)
def one_epoch(seed: int) -> Values:
    """Lesson 10's network after its one epoch on the sample drawings, and where covering rescues an upstroke's one."""
    network = small_network()
    fit(network, training_dataset(holdout=HOLDOUT), 1)
    meant, prepared = drawings()["classes"], drawings()["prepared"]
    found = of_drawings(network) | {
        kind: int((classes_of(network, images) == meant).sum()) for kind, images in half_prepared().items()
    }
    answers = classes_of(network, prepared)
    found |= {"upstrokes": int((answers[UPSTROKES] == 1).sum()), "plain": int((answers[PLAIN] == 1).sum())}
    covered = [classes_of(network, covers(prepared[one])) for one in UPSTROKES]
    rescuing = [int((each == 1).sum()) for each in covered]
    rescued = sum(answer != 1 and count > 0 for answer, count in zip(answers[UPSTROKES], rescuing, strict=True))
    logits = network.predict(drawings()["raw"], verbose=0)
    wrong = logits.argmax(axis=1) != meant
    surest = float(np.max(tf.nn.softmax(logits[wrong])))
    return found | {
        "answers": answers[UPSTROKES],
        "rescuing_covers": rescuing,
        "rescued": int(rescued),
        "surest_error": surest,
    }


@cache
def half_prepared() -> dict[str, np.ndarray]:
    """Return the drawings with one half of the preparation each: `moved`, not scaled, and `scaled`, not moved."""
    found = drawings()
    middles = {kind: centres_of_mass(found[kind].reshape(-1, SIDE, SIDE)) for kind in ("raw", "prepared")}
    moves = {"moved": SIDE / 2 - middles["raw"], "scaled": middles["raw"] - middles["prepared"]}
    images = {"moved": found["raw"], "scaled": found["prepared"]}
    return {kind: np.stack(list(map(shifted, images[kind], moves[kind]))) for kind in moves}


def shifted(image: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Return the image `[784]` moved by whole pixels down and to the right, as far as its ink stays inside."""
    square = image.reshape(SIDE, SIDE)
    for axis in (0, 1):
        inked = np.flatnonzero(square.any(axis=1 - axis))
        square = np.roll(square, np.clip(round(move[axis]), -inked[0], SIDE - 1 - inked[-1]), axis)
    return square.reshape(-1)


def covers(image: np.ndarray, side: int = 5) -> np.ndarray:
    """Return the image `[784]` with a patch of paper at each position in turn, `[576, 784]`."""
    places = SIDE - side + 1
    copies = np.tile(image.reshape(1, SIDE, SIDE), (places * places, 1, 1))
    for number in range(places * places):
        row, column = divmod(number, places)
        copies[number, row : row + side, column : column + side] = 0
    return copies.reshape(-1, SIDE * SIDE)


@experiment("11-upstrokes", *grid(share=(0.0, 0.5)), seeds=5)
def upstrokes(seed: int, share: float) -> Values:
    """The same with an upstroke drawn onto a share of MNIST's ones before training."""
    network, random = small_network(), np.random.default_rng(seed)

    def changed(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        images = images.copy()
        for row in np.flatnonzero(labels.argmax(axis=1) == 1):
            if random.random() < share:
                images[row] = with_upstroke(images[row], random)
        return images

    def change(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        (new,) = tf.numpy_function(changed, [images, labels], [tf.float32])
        return tf.ensure_shape(new, images.shape), labels

    training = training_dataset(holdout=HOLDOUT)
    fit(network, training.map(change).apply(tf.data.experimental.assert_cardinality(len(training))), 1)
    images, classes = held_out()
    answers = classes_of(network, drawings()["prepared"])
    return {
        "upstrokes": int((answers[UPSTROKES] == 1).sum()),
        "plain": int((answers[PLAIN] == 1).sum()),
        "errors": int((classes_of(network, images) != classes).sum()),
        "ones_kept": float((classes_of(network, images[classes == 1]) == 1).mean()),
    }


def with_upstroke(image: np.ndarray, random: np.random.Generator, scale: int = 4) -> np.ndarray:
    """Return a one `[784]` with a stroke from its top down to the left, centred anew."""
    large = Image.fromarray((255 * image.reshape(SIDE, SIDE)).astype(np.uint8)).resize((SIDE * scale, SIDE * scale))
    ink = np.asarray(large) > 127
    if not ink.any():
        return image
    top = np.flatnonzero(ink.any(axis=1))[0] + scale
    right = np.flatnonzero(ink[top]).mean() if ink[top].any() else SIDE * scale / 2
    length, slope = random.uniform(5, 9) * scale, np.deg2rad(random.uniform(20, 50))
    end = (right - length * np.cos(slope), top + length * np.sin(slope))
    ImageDraw.Draw(large).line([(right, top), end], fill=255, width=round(random.uniform(2, 3) * scale))
    drawn = np.asarray(large.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255
    shift = np.rint(SIDE / 2 - centres_of_mass(drawn[None])[0]).astype(int)
    return np.roll(drawn, shift, axis=(0, 1)).reshape(-1)
