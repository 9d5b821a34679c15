"""The digits: files and where they come from, the tf.data pipelines, splits, writers, augmentation, the stand-in."""
