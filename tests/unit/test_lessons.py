"""Predict-first questions and verdicts, with and without widgets."""

import ipywidgets as widgets
import numpy as np
import pytest

from bn_lib.exercises import Verdict
from bn_lib.live import lessons
from bn_lib.live.cells import WIDGET_VIEW
from bn_lib.live.lessons import predict, show

QUESTION = "How far off is H?"
CHOICES = [0, 2.9, 29.3, 69.8]


REPLIES = {0: "That would be no change.", 2.9: "A tenth of it.", 29.3: "Yes.", 69.8: "< the rest"}


@pytest.fixture(autouse=True)
def forget_guesses(monkeypatch):
    monkeypatch.setattr(lessons, "_guesses", {})


def ask(guess=None):
    return predict(QUESTION, CHOICES, guess, unit="%")


def plain(shown):
    return shown._repr_mimebundle_()["text/plain"]


def click(question, label):
    question._buttons.label = label


def test_a_question_shows_itself_as_widget_as_html_and_as_text():
    bundle = ask()._repr_mimebundle_()
    assert set(bundle) == {WIDGET_VIEW, "text/html", "text/plain"}
    assert bundle["text/plain"] == f"{QUESTION}\n  ○ 0 %\n  ○ 2.9 %\n  ○ 29.3 %\n  ○ 69.8 %"
    assert QUESTION in bundle["text/html"]
    assert bundle["text/html"].count("<li>") == 4


def test_the_widget_says_what_is_asked_and_holds_no_guess_at_first():
    question = ask()
    heading, buttons = question.box.children
    assert QUESTION in heading.value
    assert buttons.description == "Your guess:"
    assert buttons.value is None
    assert question.guess is None


def test_a_question_may_hold_html():
    question = predict("Is a < b & c?", ["a < b", "no"])
    assert "a &lt; b &amp; c" in question._repr_mimebundle_()["text/html"]
    assert "a &lt; b &amp; c" in question.box.children[0].value
    assert "<li>a &lt; b</li>" in question._repr_mimebundle_()["text/html"]


def test_code_and_names_are_marked_in_a_question_and_in_a_reply_and_products_are_not():
    question = predict(
        "Is *one, two* 2*3*4 or `a*b*c`?", {"yes": "See *x*.", "no": "`y` < 2 ** 3 ** 2"}
    )
    asked = "Is <i>one, two</i> 2*3*4 or <code>a*b*c</code>?"
    assert asked in question._repr_mimebundle_()["text/html"]
    assert asked in question.box.children[0].value
    saved = question.compare("yes")._repr_mimebundle_()["text/html"]
    assert "<dd>See <i>x</i>.</dd>" in saved
    assert "<dd><code>y</code> &lt; 2 ** 3 ** 2</dd>" in saved
    click(question, "no")
    assert "<p><code>y</code> &lt; 2" in question.compare("yes")._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("guess", [29.3, "29.3", "29.3 %", np.float64(29.3)])
def test_without_widgets_the_guess_is_written_into_the_cell(guess):
    question = ask(guess)
    assert question.guess == 29.3
    assert "● 29.3 %" in plain(question)
    assert plain(question).count("●") == 1


def test_a_guess_that_is_no_choice_is_refused_with_the_choices():
    with pytest.raises(ValueError, match=r"guess=30 is none of the choices: 0 %, 2.9 %, 29.3 %"):
        ask(30)


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        (None, "Computed: 29.3 %. Your guess: none yet."),
        (29.3, "Computed: 29.3 %. Your guess: 29.3 %, right ✓"),
        (0, "Computed: 29.3 %. Your guess: 0 %, not this time ✗"),
    ],
)
def test_a_guess_is_compared_with_the_truth(guess, said):
    comparison = ask(guess).compare(100 * (1 - np.sqrt(0.5)))
    bundle = comparison._repr_mimebundle_()
    assert set(bundle) == {WIDGET_VIEW, "text/html", "text/plain"}
    assert bundle["text/plain"] == str(comparison) == said
    assert said in comparison._html.value
    folded = "<details>" in bundle["text/html"]
    assert folded == ("<details>" in comparison._html.value) == (guess is None)
    assert said in bundle["text/html"] or folded


def test_without_a_guess_one_is_asked_for_and_the_truth_is_folded():
    comparison = ask().compare(29.3)
    for shown in (comparison._html.value, comparison._repr_mimebundle_()["text/html"]):
        before, folded = shown.split("</summary>")
        assert "29.3" not in before
        assert "Make a guess first" in before
        assert "29.3" in folded


def test_each_choice_has_a_reply_of_its_own():
    question = predict(QUESTION, REPLIES, unit="%")
    comparison = question.compare(29.3)
    assert not any(reply in comparison._html.value for reply in REPLIES.values())
    saved = comparison._repr_mimebundle_()["text/html"]
    assert saved.startswith("<details>")
    assert "<dt>69.8 %</dt><dd>&lt; the rest</dd>" in saved
    assert saved.count("<dt>") == 4
    for choice, reply in REPLIES.items():
        click(question, f"{choice} %")
        assert str(comparison).endswith(f"\n{reply}")
        assert reply.replace("<", "&lt;") in comparison._html.value
        assert sum(f"<p>{r}</p>" in comparison._html.value for r in REPLIES.values()) <= 1


def test_asked_again_it_keeps_the_guess_and_the_comparison_follows():
    first = ask()
    comparison = first.compare(29.3)
    click(first, "0 %")
    second = ask()
    assert second.guess == 0
    assert second._buttons.label == "0 %"
    click(second, "29.3 %")
    assert "29.3 %, right ✓" in comparison._html.value
    assert ask(guess=2.9).guess == 2.9
    assert predict(QUESTION, [0, 29.3], unit="%").guess is None, "another question"


def test_a_truth_can_be_a_condition_for_each_choice():
    question = predict("γ?", ["smaller", "the same", "larger"])
    before, after = np.float64(1), np.float64(2)
    comparison = question.compare([after < before, after == before, after > before])
    assert str(comparison).startswith("Computed: larger.")


@pytest.mark.parametrize("truth", [[True, True, False], [False] * 3, [True], [True, False]])
def test_of_the_conditions_exactly_one_is_true(truth):
    with pytest.raises(ValueError, match="3 choices and needs as many conditions"):
        predict("γ?", ["smaller", "the same", "larger"]).compare(truth)


def test_after_run_all_a_click_is_enough():
    question = ask()
    comparison = question.compare(29.3)
    click(question, "2.9 %")
    assert "Your guess: 2.9 %, not this time ✗" in comparison._html.value
    click(question, "29.3 %")
    assert "Your guess: 29.3 %, right ✓" in comparison._html.value


class Shell:
    """Stands in for a kernel's shell that runs a cell."""

    def __init__(self):
        self.execution_count, self.cell = 0, None

    def run(self, cell):
        self.execution_count, self.cell = self.execution_count + 1, cell

    def get_parent(self):
        return {"metadata": {"cellId": self.cell}}


def test_running_a_cell_again_frees_what_its_last_run_made(monkeypatch):
    shell, counts = Shell(), []
    monkeypatch.setattr(lessons, "get_ipython", lambda: shell)
    shell.run("a question")
    question = ask()
    for _ in range(3):
        shell.run("its comparison")
        comparison = question.compare(29.3)
        counts.append(len(widgets.widget._instances))
    assert len(set(counts)) == 1
    followers = question.kept._trait_notifiers["label"]["change"]
    assert [f.__self__ for f in followers if hasattr(f, "__self__")].count(comparison) == 1
    click(question, "2.9 %")
    assert "Your guess: 2.9 %" in comparison._html.value
    for _ in range(3):
        shell.run("a question")
        question = ask()
        counts.append(len(widgets.widget._instances))
    assert len(set(counts)) == 1


@pytest.mark.parametrize(
    ("choices", "truth", "label"),
    [
        (CHOICES, 0.02, "0"),
        (CHOICES, 2.94, "2.9"),
        ([0, 0.3, 1], 0.31, "0.3"),
        ([10, 1000, 50000], 50000, "50,000"),
        ([-1, 1], np.int64(-1), "−1"),
        ([1.9e-6, 1e-3, 1], 1.93e-6, "1.9·10⁻⁶"),
        ([1e-6, 1], 1e-6, "10⁻⁶"),
        (["ellipses", "circles"], "circles", "circles"),
        ([True, False], np.bool_(False), "False"),
    ],
)
def test_a_truth_fits_the_choice_to_which_it_rounds(choices, truth, label):
    assert str(predict("?", choices).compare(truth)).startswith(f"Computed: {label}. ")


@pytest.mark.parametrize("truth", [29.4, 0.293, 100, float("nan"), "29.3"])
def test_a_question_whose_answer_is_not_offered_is_a_defect(truth):
    with pytest.raises(ValueError, match=r"the truth, .* is none of the choices of 'How far off"):
        ask().compare(truth)


@pytest.mark.parametrize("choices", [[], [1], [1, 1.0], ["yes", "yes"]])
def test_a_question_needs_different_choices(choices):
    with pytest.raises(ValueError, match="two or more different choices"):
        predict("?", choices)


@pytest.mark.parametrize(
    ("passed", "stage", "mark"),
    [(True, "right", "✓"), (False, "values", "✗"), (False, "not written", "○")],
)
def test_a_verdict_is_shown_by_mark_and_words(passed, stage, mark):
    shown = show(Verdict(passed, "γ < 0", stage))
    assert repr(shown) == f"{mark} γ < 0"
    assert mark in shown._repr_html_()
    assert "γ &lt; 0" in shown._repr_html_()


def test_hints_unfold_one_in_the_other_until_the_function_is_right():
    verdict = Verdict(False, "Not yet.", hints=("Divide.", "By √(v + ε) < 1."))
    html = show(verdict)._repr_html_()
    assert html.count("<details") == html.count("</details>") == 2
    assert html.index("A hint") < html.index("Divide.") < html.index("Another hint")
    assert html.index("By √(v + ε) &lt; 1.") < html.index("</details></details>")
    assert "details" not in show(Verdict(True, "Right.", hints=verdict.hints))._repr_html_()
