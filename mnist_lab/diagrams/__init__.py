"""The explanatory drawings of the lessons: functions that draw one figure each, imported when first used.

`__init__.pyi` lists them and the modules that hold them. A module is never named as what it holds: importing it would
put it in the function's place.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
