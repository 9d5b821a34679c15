"""Fillings of task 10.4, which goes with the appendix on GPUs, in the form of tasks_02.py."""

from . import function

CALLS = {"10.4": "lab.check_task('10.4', train_epoch)"}

_SET_UP = """
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

@tf.function
def step(model, images, classes):
    with tf.GradientTape() as tape:
        loss = loss_of(classes, model(images, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply(gradients, model.trainable_variables)

"""


def _epoch(*lines, decorator="@tf.function"):
    return f"{_SET_UP}{decorator}\n" + function("train_epoch(model, images, classes, rows)", *lines)


_GATHERED = "step(model, tf.cast(tf.gather(images, some), tf.float32) / 255, tf.gather(classes, some))"
_STARTER = (
    "images, classes = images.numpy(), classes.numpy()",
    "for some in rows.numpy():",
    "    step(model, images[some] / 255, classes[some])",
)
_WRITTEN_OUT = """
for some in rows:
    with tf.GradientTape() as tape:
        outputs = model(tf.cast(tf.gather(images, some), tf.float32) / 255, training=True)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(tf.gather(classes, some), outputs, True))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
"""
_REDUCED = """
def take(number, some):
    STEP
    return number + 1

tf.data.Dataset.from_tensor_slices(rows).reduce(0, take)
""".replace("STEP", _GATHERED)
_WHILE = """
def take(number):
    some = rows[number]
    STEP
    return (number + 1,)

tf.while_loop(lambda number: number < len(rows), take, [0])
""".replace("STEP", _GATHERED)
_CONCRETE = """
traced = step.get_concrete_function(model, tf.TensorSpec([3, len(images)]), tf.TensorSpec([3], tf.int32))
for some in tf.unstack(rows):
    traced(tf.cast(tf.gather(images, some), tf.float32) / 255, tf.gather(classes, some))
"""
_FITTED = """
model.compile(model.optimizer, loss_of, steps_per_execution=len(rows))
pixels = tf.cast(tf.gather(images, rows), tf.float32) / 255
batches = tf.data.Dataset.from_tensor_slices((pixels, tf.gather(classes, rows)))
model.fit(batches, epochs=1, shuffle=False, verbose=0)
"""
_BY_HAND = """
for some in rows:
    with tf.GradientTape() as tape:
        outputs = model(tf.cast(tf.gather(images, some), tf.float32) / 255)
        loss = loss_of(tf.gather(classes, some), outputs)
    for variable, slope in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
        variable.assign_sub(slope)
"""
_UPHILL = _WRITTEN_OUT.replace("zip(gradients,", "zip([-slope for slope in gradients],")
_SUMMED = _WRITTEN_OUT.replace("reduce_mean", "reduce_sum")

FILLINGS = {
    "10.4": {
        "unsolved": (_epoch(*_STARTER, decorator=""), "Python is asked 30 times for 30 steps, and 429 times"),
        "the loop inside": (_epoch("for some in rows:", f"    {_GATHERED}"), None),
        "written out": (_epoch(_WRITTEN_OUT), None),
        "compiled by XLA": (_epoch(_WRITTEN_OUT, decorator="@tf.function(jit_compile=True)"), None),
        "over tf.range": (
            _epoch("for number in tf.range(len(rows)):", "    some = rows[number]", f"    {_GATHERED}"),
            None,
        ),
        "tf.while_loop": (_epoch(_WHILE), None),
        "Dataset.reduce": (_epoch(_REDUCED, decorator=""), None),
        "fit, all steps in one execution": (_epoch(_FITTED, decorator=""), None),
        "a function that it makes itself": (
            _epoch(
                "@tf.function", "def run():", "    for some in rows:", f"        {_GATHERED}", "run()", decorator=""
            ),
            None,
        ),
        "the loop outside": (
            _epoch("for some in rows:", f"    {_GATHERED}", decorator=""),
            "Python is asked 30 times for 30 steps",
        ),
        "the loop outside, over a range": (
            _epoch("for number in range(len(rows)):", "    some = rows[number]", f"    {_GATHERED}", decorator=""),
            "Put the loop inside the tf.function",
        ),
        "the loop outside, as fast as it gets": (
            _epoch(_CONCRETE, decorator=""),
            "Python is asked 30 times for 30 steps",
        ),
        "a copy for each step": (
            _epoch("for number in range(len(rows)):", "    some = rows[number]", f"    {_GATHERED}"),
            "the graph holds 30 copies of a step",
        ),
        "the starter, decorated": (_epoch(*_STARTER), "Your function raised AttributeError"),
        "the same rows again": (
            _epoch("some = rows[0]", "for _ in tf.range(len(rows)):", f"    {_GATHERED}"),
            "one batch, many times",
        ),
        "one large step": (
            _epoch("some = tf.reshape(rows, [-1])", _GATHERED),
            "it took 1 steps, expected one for each row: 5",
        ),
        "one step alone": (_epoch("some = rows[0]", _GATHERED), "one batch, many times"),
        "the first rows of the file": (
            _epoch(
                "for number in tf.range(len(rows)):",
                "    some = tf.range(number * 3, number * 3 + 3)",
                f"    {_GATHERED}",
            ),
            "that no row names",
        ),
        "the last row left out": (_epoch("for some in rows[:-1]:", f"    {_GATHERED}"), "left out 3 of the 15"),
        "twice": (
            _epoch("for some in tf.concat([rows, rows], 0):", f"    {_GATHERED}"),
            "it took 10 steps, expected one for each row: 5",
        ),
        "bytes undivided": (
            _epoch("for some in rows:", f"    {_GATHERED.replace(' / 255', '')}"),
            "Divide them by 255",
        ),
        "losses added up": (_epoch(_SUMMED), "Take their mean"),
        "uphill": (_epoch(_UPHILL), "It moves uphill"),
        "without the optimizer": (_epoch(_BY_HAND), "Let `model.optimizer` move them"),
        "nothing applied": (_epoch("return images"), "and no weight moved"),
        "it raises": (_epoch("missing", decorator=""), "Your function raised NameError"),
        "not a function": ("train_epoch = None", "expected a function"),
    }
}
TRAINED = {}
