"""Digits: where the files come from, tf.data pipelines, splits, writers, augmentation, the stand-in."""
