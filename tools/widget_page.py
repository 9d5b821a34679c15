"""Write widgets as a web page: `python -m tools.widget_page FOLDER`; serve it with `python -m http.server`."""

import argparse
import html
import json
import shutil
from importlib.resources import files
from pathlib import Path

from mnist_lab import widgets
from mnist_lab.widgets.digits import sample_digits
from mnist_lab.widgets.script import SCRIPTS, module, style_sheet
from tools.project import ROOT

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Widgets</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="widgets.css">
<style>
  :root {{ color-scheme: light dark; }}
  body {{
    background: Canvas;
    color: CanvasText;
    font-family: system-ui, sans-serif;
    margin: 16px auto;
    max-width: 1000px;
    padding: 0 12px;
  }}
</style>
<main>
<h1>Widgets</h1>
{places}
</main>
<script type="module" src="page.js"></script>
</html>
"""


def write_page(folder: Path, widgets: dict[str, dict]) -> None:
    """Write a page that shows widgets, given by name with their data, and all that it loads."""
    write_assets(folder)
    places = (
        f'<h2>{name}</h2>\n<div data-widget="{html.escape(json.dumps({"name": name, "data": data}))}"></div>'
        for name, data in widgets.items()
    )
    (folder / "index.html").write_text(_PAGE.format(places="\n".join(places)), encoding="utf-8")


def write_assets(folder: Path) -> None:
    """Write the widgets' modules, `page.js` that mounts them, the style sheet, the networks and the digits."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for name in SCRIPTS:
        (folder / f"{name}.js").write_text(module(name), encoding="utf-8")
    (folder / "page.js").write_text((files("mnist_lab.widgets") / "page.js").read_text(encoding="utf-8"), "utf-8")
    (folder / "widgets.css").write_text(style_sheet(), encoding="utf-8")
    (folder / "files" / "digits").write_bytes(sample_digits().tobytes())
    for network in (*ROOT.glob("mnist_lab/widgets/networks/*.network"), *ROOT.glob("book/networks/*.network")):
        shutil.copy(network, folder / "files")


def main(arguments: list[str] | None = None) -> None:
    """Write the page with every widget as it is at first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    write_page(folder, {name: getattr(widgets, name)().data for name in SCRIPTS})


if __name__ == "__main__":
    main()
