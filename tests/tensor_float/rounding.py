"""Let TensorFlow multiply as a GPU with TF32 does.

The operands of matrix products and convolutions, forward and backward, are rounded to 10 bits of mantissa; the sums
stay in float32 (NVIDIA, "NVIDIA A100 Tensor Core GPU Architecture", 2020, TF32).
"""

import functools
import importlib

DROPPED_BITS = 23 - 10
OPERANDS = {
    "gen_math_ops.mat_mul": ("a", "b"),
    "gen_math_ops.batch_mat_mul_v2": ("x", "y"),
    "gen_math_ops.batch_mat_mul_v3": ("x", "y"),
    "gen_nn_ops.conv2d": ("input", "filter"),
    "gen_nn_ops.conv2d_backprop_input": ("input_sizes", "filter", "out_backprop"),
    "gen_nn_ops.conv2d_backprop_filter": ("input", "filter_sizes", "out_backprop"),
}


def round_operands(replace=setattr):
    """Replace TensorFlow's operations by those that round; `replace` sets a module's attribute."""
    for operation, names in OPERANDS.items():
        module, name = operation.split(".")
        module = importlib.import_module(f"tensorflow.python.ops.{module}")
        replace(module, name, rounding(getattr(module, name), names))


def rounding(operation, names):
    @functools.wraps(operation)
    def with_rounded_operands(*arguments, **named):
        arguments = [rounded(value) if number < len(names) else value for number, value in enumerate(arguments)]
        named = {name: rounded(value) if name in names else value for name, value in named.items()}
        return operation(*arguments, **named)

    return with_rounded_operands


def rounded(value):
    """Return a float32 tensor with its mantissa rounded to 10 bits, to even; anything else as it is."""
    import tensorflow as tf

    if getattr(value, "dtype", None) not in (tf.float32, "float32"):
        return value

    @tf.custom_gradient
    def straight_through(exact):
        bits = tf.bitcast(exact, tf.int32)
        odd = tf.bitwise.bitwise_and(tf.bitwise.right_shift(bits, DROPPED_BITS), 1)
        near = bits + (1 << DROPPED_BITS - 1) - 1 + odd
        kept = tf.bitwise.bitwise_and(near, -1 << DROPPED_BITS)
        return tf.bitcast(kept, tf.float32), lambda gradient: gradient

    return straight_through(tf.convert_to_tensor(value))
