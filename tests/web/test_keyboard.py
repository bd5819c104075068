"""The pad without a pointer."""

import re

from playwright.sync_api import expect

from tests.web.conftest import OpenPad


def test_everything_works_by_keyboard_alone(open_pad: OpenPad) -> None:
    pad = open_pad()
    keyboard = pad.page.keyboard
    keyboard.press("Tab")
    expect(pad.page.get_by_role("radio", name="One digit")).to_be_focused()
    keyboard.press("Tab")
    expect(pad.part("pad")).to_be_focused()
    for key in ["Shift+ArrowUp"] * 3 + [" "] + ["ArrowDown"] * 18 + [" "]:
        keyboard.press(key)
    pad.expect_digit(1)
    pad.settle()
    inked = pad.num_inked()
    keyboard.press("ArrowRight")  # the pen is up
    pad.settle()
    assert pad.num_inked() == inked
    keyboard.press("Control+z")
    pad.expect_blank()
    for key in [" ", "ArrowUp", "Escape", " "] + ["ArrowUp"] * 18:  # the pen goes down anew after it was cleared
        keyboard.press(key)
    pad.expect_digit(1)
    cursor, is_down = pad.part("cursor"), re.compile("dp-down")
    expect(cursor).to_have_class(is_down)
    keyboard.press("Control+z")
    expect(cursor).not_to_have_class(is_down)
    keyboard.down(" ")
    keyboard.down(" ")  # a key that is held repeats, and would lift the pen again
    expect(cursor).to_have_class(is_down)
    keyboard.up(" ")
    pad.clear()
    expect(cursor).not_to_have_class(is_down)
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    expect(pad.part("pad")).to_be_focused()
    reached = []
    for _ in range(6):
        keyboard.press("Tab")
        reached.append(pad.page.evaluate("document.activeElement.dataset.dp"))
    assert reached == ["undo", "clear", "open", "copy", "camera", "brush"]
    keyboard.press("ArrowRight")
    expect(pad.part("brush")).to_have_value("23")
