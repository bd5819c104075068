"""The page around the pad: the line about the model, and where requests go."""

import re

from playwright.sync_api import expect

from tests.serving import Server
from tests.web.conftest import A_PICTURE, OpenPad


def test_a_model_without_figures_has_a_line_as_well(open_pad: OpenPad) -> None:
    pad = open_pad()
    card = {"model": "0123456789ab", "num_bytes": 57_300, "card": {}, "report": None}
    pad.page.route("**/api/model", lambda route: route.fulfill(json=card))
    pad.page.reload()
    expect(pad.page.locator("#model")).to_have_text("Model 0123456789ab, 57 kB.")


def test_no_request_leaves_the_origin(open_pad: OpenPad, server: Server) -> None:
    pad = open_pad()
    pad.draw(8)
    pad.expect_digit(8)
    pad.part("file").set_input_files(A_PICTURE)
    pad.expect_digit(4)
    pad.page.get_by_role("link", name="Report").click()
    expect(pad.page).to_have_title(re.compile("digitpad run"))
    assert pad.addresses
    assert {
        address for address in pad.addresses if not address.startswith((server.url + "/", "data:", "blob:"))
    } == set()
