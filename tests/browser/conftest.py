"""A Jupyter server on a free port, and pages in the system's Chromium that show notebooks."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack

import nbformat
import pytest
from jupyter_server.serverapp import list_running_servers

from mnist_lab.data.find import absolute_data_variable
from tools.widget_page import write_page

from .pages import is_local, served, watched_page

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
}
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
START_SECONDS, STOP_SECONDS, RUN_SECONDS = 90, 20, 240
IDLE = {"lab/tree": "text=| Idle", "notebooks": ".jp-Toolbar-kernelName >> text=Python 3"}


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason='needs `pip install -e ".[browser]"`')
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is installed")
    with (
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=path, args=["--no-sandbox", OFFLINE]) as browser,
    ):
        yield browser


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """Yield the folder of a Jupyter server, its address, and its token."""
    folder, config = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("config")
    (config / "labconfig").mkdir()
    (config / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    environment = os.environ | absolute_data_variable() | {"JUPYTER_CONFIG_DIR": str(config)}
    server = subprocess.Popen(command, env=environment)
    try:
        deadline, started = time.monotonic() + START_SECONDS, []
        while not started and time.monotonic() < deadline:
            time.sleep(0.3)
            started = [info for info in list_running_servers() if info["pid"] == server.pid]
        yield folder, started[0]["url"], started[0]["token"]
    finally:
        server.terminate()  # it shuts its kernels down
        server.wait(STOP_SECONDS)


def expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


class Notebook:
    """A notebook that is open in a page."""

    def __init__(self, page):
        self.page = page

    def code_cell(self, text):
        """Return the first code cell whose source contains `text`."""
        return self.page.locator(".jp-CodeCell").filter(has=self.page.locator(".jp-InputArea", has_text=text)).first

    def run_all(self, until=None):
        """Start all cells, and wait until the code cell that contains the text `until` is done."""
        prompt = self.page.locator(".jp-CodeCell .jp-InputArea-prompt").first
        while "[ ]" in prompt.inner_text():  # until there is a kernel, nothing starts
            self.page.get_by_role("menuitem", name="Run", exact=True).click()
            self.page.get_by_text("Run All Cells", exact=True).click()
            self.page.wait_for_timeout(500)
        if until:
            self.wait_until_run(until)

    def wait_until_run(self, text):
        prompt = self.code_cell(text).locator(".jp-InputArea-prompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=1000 * RUN_SECONDS)


@pytest.fixture
def show(jupyter, chromium, tmp_path):
    """Return a function that opens a notebook in a page, with an app of Jupyter's: "lab/tree" or "notebooks".

    In the end, widgets had no errors (Jupyter has), and nothing has asked another host.
    """
    folder, address, token = jupyter
    errors, refused = [], []

    def open_page(notebook, app="lab/tree"):
        name = f"{tmp_path.name}.ipynb"
        nbformat.write(notebook, folder / name)
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)) if "blob:" in (error.stack or "") else None)
        page.on("request", lambda request: is_local(request.url) or refused.append(request.url))
        page.goto(f"{address}{app}/{name}?token={token}&reset")
        expect(page.locator(IDLE[app]).first).to_be_visible(timeout=60_000)
        return Notebook(page)

    with chromium.new_context(viewport={"width": 1280, "height": 900}, has_touch=True) as context:
        page = context.new_page()
        yield open_page
        page.screenshot(path=tmp_path / "page.png")  # for whoever looks at a failure
        page.goto("about:blank")
        api, headers = f"{address}api/sessions", {"Authorization": f"token {token}"}
        for session in context.request.get(api, headers=headers).json():
            context.request.delete(f"{api}/{session['id']}", headers=headers)
    assert errors + refused == []


@pytest.fixture
def show_widget(chromium, tmp_path):
    """Return a function that shows a widget, given by name and data, on a bare page with options of `watched_page`."""
    with ExitStack() as stack:

        def open_page(name, data, **options):
            write_page(tmp_path, {name: data})
            address = stack.enter_context(served(tmp_path))
            options = {"viewport": {"width": 1000, "height": 900}} | options
            page = stack.enter_context(watched_page(chromium, **options))
            page.goto(address)
            page.locator(".mnist-lab-widget").wait_for()
            return page

        yield open_page


def notebook_of(*sources):
    """Return a notebook with a code cell for each of the sources."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
