"""Conditions to wait for: what a widget shows, plays and says."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

#: Milliseconds for what starts a kernel or loads a page, on two busy cores.
SLOW = 25_000
#: Defines `look` in every page.
IN_PAGE = Path(__file__).with_name("page.js")


def ready(widget):
    """Wait until a widget shows its sound in full; an error of its own fails at once."""
    expect(widget).to_be_attached(timeout=SLOW)
    widget.scroll_into_view_if_needed()
    _wait(widget, "root.dataset.state !== 'loading'", timeout=SLOW)
    assert widget.get_attribute("data-state") == "ready", widget.inner_text()
    return widget


def painted(widget, least=20):
    """Wait until a canvas of the widget shows a picture, not one colour."""
    _wait(widget, "look.colours(root) >= value", least)


def picture(widget):
    """Return the largest canvas of a widget as text: equal texts, equal pictures."""
    return widget.evaluate("(root) => look.picture(root)")


def another_picture(widget, before):
    """Wait until the largest canvas of a widget has changed, and changes no more."""
    _wait(
        widget,
        "look.settled(() => look.picture(root)).then((now) => now !== undefined && now !== value)",
        before,
    )


def play(widget):
    """Click on play, and wait until the playhead has moved; return where it is then."""
    before = playhead(widget)
    widget.get_by_role("button", name="Play", exact=True).click()
    moved_on(widget, before)
    return playhead(widget)


def pause(widget):
    """Click on pause, and wait until the playhead rests; return where."""
    widget.get_by_role("button", name="Pause", exact=True).click()
    expect(widget.locator(".mnb-play").first).to_have_attribute("aria-label", "Play")
    head = widget.locator(".mnb-playhead").first
    _wait(head, "look.settled(() => root.getAttribute('aria-valuenow'))")
    return playhead(widget)


def playhead(widget):
    """Return where the playhead is."""
    return float(widget.locator(".mnb-playhead").first.get_attribute("aria-valuenow"))


def moved_on(widget, before):
    """Wait until the playhead is to the right of `before`."""
    head = widget.locator(".mnb-playhead").first
    _wait(head, "Number(root.getAttribute('aria-valuenow')) > value", before)


def heard(page, least=0.05):
    """Wait until the loudspeaker gets so great a sample."""
    page.wait_for_function("(least) => look.heard() >= least", arg=least)


def _wait(locator, condition, value=None, **options):
    locator.page.wait_for_function(
        f"([root, value]) => {condition}", arg=[locator.element_handle(), value], **options
    )
