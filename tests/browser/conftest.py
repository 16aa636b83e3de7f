"""A real browser, and real front ends for it to open."""

from __future__ import annotations

import shutil

import notebooks
import pytest
from playwright.sync_api import sync_playwright
from servers import Server, with_old_widgets
from watch import IN_PAGE

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What works here works without the internet.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
#: An error with one of these in its text, its address or its stack comes from us: the widgets
#: are loaded from a blob.
OURS = ("blob:", "musicnb", "anywidget")
#: Voila tries every JupyterLab extension, and complains of those that need more than it has.
NOT_OURS = "/voila/labextensions/"


@pytest.fixture(scope="module")
def flags():
    """What else the browser is started with; a module may have its own."""
    return ()


@pytest.fixture(scope="module")
def chromium(flags):
    """The browser; of this module alone, because Playwright keeps an event loop running."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail(f"these tests need a browser: none of {', '.join(NAMES)} is on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """An empty page of a fresh profile; what it complains of is in ``page.complaints``."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.add_init_script(path=IN_PAGE)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(f"{error}\n{error.stack or ''}"))
    page.on("console", lambda message: _collect(page.complaints, message))
    yield page
    context.close()


@pytest.fixture
def quiet(page):
    """Fail the test if our code complained in the console, or threw."""
    yield
    others = [text for text in page.complaints if NOT_OURS not in text]
    ours = [text for text in others if any(word in text for word in OURS)]
    assert not ours, "\n".join(ours)


def _collect(complaints, message):
    if message.type == "error":
        complaints.append(f"{message.text} {message.location.get('url', '')}")


def _serve(module, tmp_path_factory, **options):
    server = Server(module, tmp_path_factory.mktemp(module), **options)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    yield from _serve("jupyterlab", tmp_path_factory)


@pytest.fixture(scope="session")
def notebook_server(tmp_path_factory):
    yield from _serve("notebook", tmp_path_factory)


@pytest.fixture(scope="session")
def voila_server(tmp_path_factory):
    yield from _serve("voila", tmp_path_factory)


@pytest.fixture
def lab(page, lab_server):
    """JupyterLab, nothing open; its kernels end with the test."""
    yield notebooks.Book(page, lab_server, "lab/tree")
    lab_server.end_kernels()


@pytest.fixture
def notebook7(page, notebook_server):
    """Notebook 7, nothing open."""
    yield notebooks.Book(page, notebook_server, "notebooks")
    notebook_server.end_kernels()


@pytest.fixture(scope="session")
def old_widgets(tmp_path_factory):
    """The Python of an environment with ipywidgets 7.7, which is what Colab has."""
    return with_old_widgets(tmp_path_factory.mktemp("old-widgets"))


@pytest.fixture(scope="session")
def classic_server(tmp_path_factory, old_widgets):
    """The classic notebook: the front end for which ipywidgets 7.7 was made."""
    yield from _serve("nbclassic", tmp_path_factory, python=old_widgets)
