"""The quiz in JupyterLab: what is clicked and typed reaches Python, what Python says is seen."""

from __future__ import annotations

import cells
import pytest
from playwright.sync_api import expect
from servers import ROOT
from watch import SLOW, heard, ready

AXE = ROOT / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.usefixtures("quiet")

START = "from musicnb.widgets.quiz import Quiz"
OPTIONS = "['alpha', 'beta', 'gamma']"
TELL = "print('answer', repr(quiz.answer), repr(quiz.because), quiz.state)"
#: What kinds need besides the prompt.
KINDS = {
    "choice": f"options={OPTIONS}",
    "several": f"options={OPTIONS}",
    "order": f"options={OPTIONS}",
    "number": "unit='Hz'",
    "text": "justify=True",
    "which": "sounds={'secret one': song, 'secret two': song.gain(-200)}",
}


def cell(kind, more=""):
    sound = cells.SOUND if kind == "which" else ""
    options = ", ".join(filter(None, [KINDS[kind], more]))
    return f"{START}{sound}\nquiz = Quiz('What is it?', {kind!r}, {options})"


#: A teacher who says of every answer what it is.
ECHO = """
@quiz.on_submit
def check(quiz):
    quiz.show('correct' if quiz.answer == 1 else 'incorrect', f'You said <b>{quiz.answer}</b>.')
quiz"""


@pytest.fixture
def ask(lab):
    """Show a quiz, and below it a cell that prints its answer."""

    def show(source):
        lab.show(f"{source}\nquiz", TELL)
        # The end of a run takes the focus.
        lab.wait_for_cells()
        return ready(lab.page.locator(".mnb-quiz"))

    return show


@pytest.fixture
def told(lab):
    """Run the second cell again, and wait until it prints what is expected."""

    def expect_told(answer, because="", state="submitted"):
        expect(lab.page.locator(".mnb-quiz-status")).to_contain_text("Submitted")
        lab.page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
        lab.command("notebook:run-cell")
        line = f"answer {answer!r} {because!r} {state}"
        expect(lab.page.get_by_text(line, exact=True)).to_be_visible(timeout=SLOW)

    return expect_told


def submit(quiz):
    return quiz.get_by_role("button", name="Submit")


def test_a_choice_by_mouse_reaches_python(ask, told):
    quiz = ask(cell("choice"))
    assert quiz.get_by_role("group", name="What is it?").count() == 1
    expect(submit(quiz)).to_be_disabled()
    quiz.get_by_text("beta").click()
    submit(quiz).click()
    told(1)


def test_a_choice_by_keyboard_reaches_python(ask, told):
    quiz = ask(cell("choice"))
    keyboard = quiz.page.keyboard
    quiz.get_by_label("alpha").focus()
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(quiz.get_by_label("gamma")).to_be_checked()
    keyboard.press("Tab")
    expect(submit(quiz)).to_be_focused()
    keyboard.press("Enter")
    expect(submit(quiz)).to_be_focused()
    told(2)


def test_several_may_be_none(ask, told):
    quiz = ask(cell("several"))
    expect(submit(quiz)).to_be_enabled()
    quiz.get_by_label("gamma").check()
    quiz.get_by_label("alpha").check()
    submit(quiz).click()
    told([0, 2])


def test_a_number_is_sent_by_enter(ask, told):
    quiz = ask(cell("number"))
    field = quiz.get_by_label("Answer")
    field.press_sequentially("1e")
    expect(submit(quiz)).to_be_disabled()
    field.press_sequentially("-2")
    field.press("Enter")
    told(0.01)


def test_a_reason_is_needed(ask, told):
    quiz = ask(cell("text"))
    # In JupyterLab A inserts a cell, twice D deletes one, and Shift+Enter runs it.
    quiz.get_by_label("Answer").press_sequentially("add a fugue")
    quiz.get_by_label("Answer").press("Shift+Enter")
    because = quiz.get_by_label("Because")
    expect(submit(quiz)).to_be_disabled()
    because.press_sequentially("   123456789   ")
    expect(submit(quiz)).to_be_disabled()
    because.fill("   123456789 0")
    submit(quiz).click()
    told("add a fugue", "123456789 0")


def test_an_order_by_keyboard(ask, told):
    quiz = ask(cell("order"))
    last = quiz.get_by_role("button", name="Move gamma up")
    last.focus()
    last.press("Enter")
    expect(last).to_be_focused()
    expect(quiz.locator("[aria-live=polite]")).to_have_text("gamma: place 2 of 3")
    last.press("Space")
    expect(quiz.locator("[aria-live=polite]")).to_have_text("gamma: place 1 of 3")
    # It is at the top: what was pressed can do no more.
    expect(last).to_be_disabled()
    down = quiz.get_by_role("button", name="Move gamma down")
    expect(down).to_be_focused()
    down.press("Enter")
    expect(down).to_be_focused()
    expect(quiz.locator("li > span")).to_have_text(["alpha", "gamma", "beta"])
    submit(quiz).click()
    told([0, 2, 1])


def test_which_plays_one_sound_at_a_time(ask, told):
    quiz = ask(cell("which"))
    first, second = (quiz.get_by_role("button", name=f"Listen to {name}") for name in "AB")
    place = quiz.get_by_label("Place")
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    quiz.page.wait_for_function("(place) => place.value > 0.3", arg=place.element_handle())
    # The second is as good as silent.
    assert quiz.page.evaluate("look.heard()") < 1e-3
    before = float(place.input_value())
    first.click()
    heard(quiz.page)
    assert float(place.input_value()) >= before
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(second).to_have_attribute("aria-pressed", "false")
    first.click()
    expect(first).to_have_attribute("aria-pressed", "false")
    quiz.get_by_role("radio", name="A").check()
    submit(quiz).click()
    told("A")
    assert "secret" not in quiz.evaluate("(root) => root.outerHTML")


def test_feedback_is_shown_as_text_and_one_may_try_again(lab):
    lab.show(f"{cell('choice')}{ECHO}")
    lab.wait_for_cells()
    quiz = ready(lab.page.locator(".mnb-quiz"))
    status = quiz.get_by_role("status")
    quiz.get_by_label("alpha").check()
    submit(quiz).click()
    expect(status).to_have_text("✗ Not yetYou said <b>0</b>.")
    quiz.get_by_label("beta").check()
    submit(quiz).click()
    expect(status).to_have_text("✓ CorrectYou said <b>1</b>.")
    expect(quiz.get_by_label("beta")).to_be_checked()


def test_python_changes_what_is_seen(lab):
    change = (
        "quiz.answer = 2\nquiz.show('partial', 'So far.')\nquiz.locked = True\n"
        "quiz.prompt = 'And now?'"
    )
    lab.show(f"{cell('choice')}\nquiz", change)
    quiz = ready(lab.page.locator(".mnb-quiz"))
    expect(quiz.get_by_role("status")).to_have_text("◐ Partly correctSo far.")
    expect(quiz.get_by_role("group", name="And now?")).to_be_visible()
    expect(quiz.get_by_label("gamma")).to_be_checked()
    expect(quiz.get_by_label("gamma")).to_be_disabled()
    expect(submit(quiz)).to_be_disabled()


def test_an_error_is_told(lab):
    lab.show(f"{cell('choice', 'answer=0')}\nquiz.on_submit(lambda quiz: 1 / 0)\nquiz")
    lab.wait_for_cells()
    quiz = ready(lab.page.locator(".mnb-quiz"))
    submit(quiz).click()
    expect(quiz.get_by_role("status")).to_contain_text("ZeroDivisionError")


def test_a_restarted_kernel_is_told_of(ask, lab):
    quiz = ask(cell("number"))
    lab.restart()
    expect(quiz.get_by_role("status")).to_contain_text("run this cell again", timeout=SLOW)


def test_two_views_show_one_quiz(lab):
    lab.show(f"{cell('choice')}\nquiz", "quiz")
    lab.wait_for_cells()
    first, second = (ready(lab.page.locator(".mnb-quiz").nth(index)) for index in (0, 1))
    first.get_by_label("alpha").check()
    second.get_by_label("beta").check()
    expect(first.get_by_label("alpha")).to_be_checked()
    # What was submitted is seen in both.
    submit(second).click()
    expect(first.get_by_label("beta")).to_be_checked()


def test_a_hostile_text_is_only_text(lab):
    evil = cells.EVIL
    lab.show(
        f"{START}\nquiz = Quiz({evil!r}, options=[{evil!r}, 'b'])\n"
        f"quiz.show('correct', {evil!r})\nquiz"
    )
    quiz = ready(lab.page.locator(".mnb-quiz"))
    for part in (quiz.locator("legend"), quiz.locator("label").first, quiz.get_by_role("status")):
        expect(part).to_contain_text(evil)
    assert lab.page.locator("img[src=x]").count() == 0


def test_axe_finds_nothing_in_either_theme(lab):
    assert AXE.is_file(), "axe-core is missing: run `npm ci` in widgets/"
    states = ("submitted", "correct", "incorrect", "partial")
    made = [cell(kind) for kind in KINDS]
    lines = [
        f"{source}\nquiz.show({states[index % 4]!r}, 'Look at the lowest partial.')\nquiz"
        for index, source in enumerate(made)
    ]
    lab.show(*lines)
    lab.wait_for_cells()
    for index in range(len(KINDS)):
        lab.scroll_to(index)
        found = lab.page.locator(f".jp-Cell[data-windowed-list-index='{index}'] .mnb-quiz")
        quiz = ready(found)
        for light in (True, False):
            lab.theme(light=light)
            lab.page.add_script_tag(path=AXE)
            violations = quiz.evaluate("(root) => axe.run(root).then((all) => all.violations)")
            assert not [(each["id"], each["nodes"][0]["html"]) for each in violations]
