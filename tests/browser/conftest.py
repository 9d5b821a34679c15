"""A JupyterLab on a free port, and a page in the system's Chromium that shows a notebook in it."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from mnist_lab.data.find import absolute_data_variable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCREENSHOTS = Path(os.environ.get("MNIST_LAB_SCREENSHOTS", HERE / "screenshots"))
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
}
START_SECONDS, STOP_SECONDS = 60, 10
IDLE = {"lab/tree": "text=| Idle", "notebooks": ".jp-Toolbar-kernelName >> text=Python 3"}


@pytest.fixture(scope="session")
def chromium():
    missing = pytest.fail if os.environ.get("CI") else pytest.skip
    playwright = pytest.importorskip("playwright.sync_api", reason='needs `pip install -e ".[browser]"`')
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        missing("no Chromium is installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """Yield the folder of a JupyterLab, and its address with the token; `{app}` is "lab/tree" or "notebooks"."""
    os.environ.update(absolute_data_variable())
    folder, token = tmp_path_factory.mktemp("notebooks"), secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "--ServerApp.root_dir": folder,
        "--ServerApp.port": port,
        "--ServerApp.port_retries": 0,
        "--IdentityProvider.token": token,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    config = tmp_path_factory.mktemp("config")
    (config / "labconfig").mkdir()
    (config / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(config)}
    log = (folder.parent / "jupyter.log").open("w")
    server = subprocess.Popen(
        [*command, *(f"{name}={value}" for name, value in settings.items())], env=environment, stdout=log, stderr=log
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server)
        yield folder, f"http://127.0.0.1:{port}/{{app}}/{{name}}?token={token}&reset"
    finally:
        server.terminate()  # it shuts its kernels down
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def _wait_for(address, server):
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer within {START_SECONDS} s")


def expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page):
        self.page = page
        self.cells = page.locator(".jp-Notebook .jp-Cell")

    def run_all(self):
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()

    def code_cell(self, text):
        """Return the first code cell whose source contains `text`."""
        return self.page.locator(".jp-CodeCell").filter(has=self.page.locator(".jp-InputArea", has_text=text)).first

    def wait_until_run(self, cell, seconds):
        expect(cell.locator(".jp-InputArea-prompt")).to_have_text(re.compile(r"\[\d+\]:"), timeout=seconds * 1000)

    def screenshot(self, name, of=None):
        SCREENSHOTS.mkdir(exist_ok=True)
        return (of or self.page).screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def show(jupyter, chromium):
    """Return a function that opens a notebook in a page; at the end, check that the page had no errors."""
    folder, address = jupyter
    contexts, errors = [], []

    def open_page(name, notebook, app="lab/tree"):
        nbformat.write(notebook, folder / name)
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, has_touch=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        if app == "lab/tree":  # Jupyter Notebook has errors of its own while it starts
            page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address.format(app=app, name=name))
        expect(page.locator(IDLE[app]).first).to_be_visible(timeout=60_000)
        return Notebook(page)

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
