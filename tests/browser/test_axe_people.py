"""axe finds nothing serious on the pages of people with accounts either; see test_axe.py."""

from collections.abc import Iterator

import pytest

from diagnose import create_app
from tests.browser.conftest import WIDTHS, Opener, share_font_slices
from tests.browser.people_pages import PAGES
from tests.browser.scene import Scene, scene
from tests.browser.server import Server

CASES = {name: case for pages in PAGES.values() for name, case in pages.items()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One with a database of its own: the people of the town may be in another test's as well."""
    running = Server(tmp_path_factory.mktemp("town"))
    share_font_slices(running.var)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def staged(server: Server) -> Iterator[Scene]:
    """The town, for all cases of the table; none of them moves what another one shows."""
    app = create_app(server.settings)
    app.testing = True
    yield scene(app)
    app.extensions["diagnose"].engine.dispose()


@pytest.mark.parametrize("name", CASES)
def test_axe_finds_nothing_serious(look: Opener, staged: Scene, name: str) -> None:
    who, way = CASES[name]
    eyes = look(max(WIDTHS))
    eyes.take_over(staged.browser(who))
    way(eyes, staged)
    for width in sorted(WIDTHS, reverse=True):
        eyes.resize(width)
        eyes.check(f"page-{name}")
        assert eyes.barriers() == []
    eyes.forgive("404:", "409:", "422:", "status of 4")
