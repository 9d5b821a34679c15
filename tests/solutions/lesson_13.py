"""Solutions of exercise 13: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("batches", "model", "train", "check")

UNSOLVED = ["its labels belong to its images"]

_APART = ["its labels belong to its images"]
_START, _MEMORIZES, _MIXED = "its loss is about ln 10", "memorizes 32 digits", "holds most of the classes"
_COMPANY, _HELD_OUT = "alone as in company", "validated on held-out training digits"

_NUMPY = """
rows = np.random.default_rng(0).permutation(np.arange(5_000, 25_000))
training = tf.data.Dataset.from_tensor_slices((images[rows] / 255, labels[rows])).batch(BATCH_SIZE)
validation = tf.data.Dataset.from_tensor_slices((images[:5_000] / 255, labels[:5_000])).batch(1_000)
"""
_ZIPPED = """
pixels = tf.data.Dataset.from_tensor_slices(images / 255)
classes = tf.data.Dataset.from_tensor_slices(labels)
both = tf.data.Dataset.zip((pixels, classes))
validation = both.take(5_000).batch(100)
training = both.skip(5_000).shuffle(20_000).batch(BATCH_SIZE)
"""
_SORTED = _NUMPY.replace("rows = ", "rows = 5_000 + np.argsort(labels[5_000:].argmax(axis=1))  # ")
_TRANSPOSED = _NUMPY.replace("labels[rows]", "labels[rows - 1]")
_GREY = _NUMPY.replace("images[rows] / 255", "images[rows]")
_NORMALIZED_BY_COMPANY = """
class Norm(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=True, mask=mask)


model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(100, use_bias=False),
        Norm(),
        keras.layers.ReLU(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""


def _network(optimizer, last='keras.layers.Dense(10, activation="softmax")'):
    return f"""
hidden = keras.layers.Dense(100, activation="relu")
model = keras.Sequential([keras.Input(shape=(28 * 28,)), hidden, {last}])
model.compile(optimizer={optimizer}, loss="categorical_crossentropy", metrics=["accuracy"])
"""


SOLUTIONS = {
    "shuffled once, in NumPy": ({"batches": _NUMPY}, []),
    "zipped first, another network": ({"batches": _ZIPPED, "model": _network('"rmsprop"')}, []),
    "wrong: labels of the row before": ({"batches": _TRANSPOSED}, _APART),
    "wrong: sorted": ({"batches": _SORTED}, [_MIXED]),
    "wrong: grey levels": ({"batches": _GREY}, [_START]),
    "wrong: validated on test digits": (
        {"batches": f"{_NUMPY}validation = lab.validation_dataset()\n"},
        [_HELD_OUT],
    ),
    "wrong: tiny steps": (
        {"batches": _NUMPY, "model": _network("keras.optimizers.Adam(1e-6)")},
        [_MEMORIZES],
    ),
    "wrong: softmax twice": (
        {"batches": _NUMPY, "model": _network('"adam"', 'keras.layers.Dense(10, "softmax"), keras.layers.Softmax()')},
        [_MEMORIZES],
    ),
    "wrong: batch norm in training mode": ({"batches": _NUMPY, "model": _NORMALIZED_BY_COMPANY}, [_COMPANY]),
}
