"""The explanatory diagrams of the lessons: functions that draw one figure each, imported when first used.

No module has the name of a function, since importing it would replace the function as an attribute of this package.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
