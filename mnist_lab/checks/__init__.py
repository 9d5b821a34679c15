"""The checks: what each lesson's check looks for, how it judges a learner's network, and the clinic of lesson 13."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["clinic"])
