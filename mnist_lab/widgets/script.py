"""Join the widgets' scripts: a notebook's widget and a page's are one ES module each."""

import re
from importlib.resources import files

SCRIPTS = {
    "pad": (
        "core.js",
        "networks.js",
        "sheet.js",
        "pad_state.js",
        "inside.js",
        "playground.js",
        "pad_words.js",
        "ten_digits.js",
        "pad.js",
    ),
    "filter": (
        "core.js",
        "networks.js",
        "playground.js",
        "sliding.js",
        "filter_words.js",
        "products.js",
        "filter.js",
    ),
    "descent": (
        "core.js",
        "chart.js",
        "random.js",
        "playground.js",
        "surfaces.js",
        "loss_map.js",
        "descent_words.js",
        "descent.js",
    ),
    "gradients": (
        "core.js",
        "chart.js",
        "random.js",
        "playground.js",
        "backpropagation.js",
        "gradients_words.js",
        "gradients.js",
    ),
}
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z_]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)


def module(name: str) -> str:
    """Return a widget's scripts as one module, whose default export is the widget's.

    anywidget imports a module from a Blob address, where `import … from "./core.js"` finds nothing.
    """
    sources = [(files("mnist_lab.widgets") / script).read_text(encoding="utf-8") for script in SCRIPTS[name]]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)


def style_sheet() -> str:
    """Return the style sheet of all widgets: what they share first, so that each may change it."""
    sheets = (files("mnist_lab.widgets") / f"{name}.css" for name in ("widgets", *SCRIPTS))
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
