"""What the lessons share. A lesson needs `import mnist_lab as lab`; names are imported when first used.

`__init__.pyi` lists the public names and the modules that hold them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
