"""The web site: readable and alive with every other host blocked, by mouse and by keyboard."""

import functools
import itertools
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import NOTEBOOKS
from tests.browser.figure import LOOK
from tests.conftest import BUDGET, Runs
from tools import notebooks
from tools.site import pages, run

FILES = [path.with_suffix(".html").name for path in sorted(NOTEBOOKS.glob("[0-9][0-9]*.ipynb"))]
ALL = ["index.html", *FILES]
HEART = next(file for file in FILES if file.startswith("02"))
MOST_BYTES = 3_000_000
PIXELS, SENTENCE = 0, 1
# Whether the address has these positions and no others; it is written when the hand has rested.
REMEMBERED = """said => {
    const address = new URLSearchParams(location.hash.slice(1));
    return [...address.values()].join() === said.join();
}"""
HEIGHT = "document.documentElement.scrollHeight"


@dataclass
class Site:
    folder: Path
    address: str


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, runs: Runs) -> Iterator[Site]:
    """The site as `make site` builds it, with fewer frames, and a server for it."""
    folder = tmp_path_factory.mktemp("site")

    def have_run(paths, budget, figures):
        for path in paths:
            assert runs[path], path.name
        shutil.copytree(runs.folder, figures, dirs_exist_ok=True)
        return [run.with_figures(path, runs[path], figures) for path in paths]

    pages.build_site(folder, BUDGET, notebooks.paths(), have_run)
    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


@pytest.fixture(scope="module")
def visit(browser: Browser, site: Site) -> Callable[..., AbstractContextManager[Page]]:
    """Opens a page of the site in a browser that reaches no other host, and demands that the page
    asked for none, and that nothing went wrong."""

    @contextmanager
    def visit(file: str, address: str = site.address, without: str = "", **looks) -> Iterator[Page]:
        looks = {"viewport": {"width": 1000, "height": 800}} | looks
        wrong = []
        with browser.new_context(**looks) as context:

            def refuse(route):
                wrong.append(f"asks {route.request.url}")
                route.abort()

            context.route(re.compile(f"^(?!data:|blob:|{re.escape(address)})"), refuse)
            if without:
                context.route(f"**/{without}", lambda route: route.abort())
            page = context.new_page()
            page.loaded = set()
            page.on("request", lambda request: page.loaded.add(request.url.removeprefix(address)))
            page.on("console", lambda m: m.type == "error" and wrong.append(m.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("response", lambda r: r.ok or wrong.append(f"{r.url}: {r.status}"))
            page.goto(address + file)
            yield page
            assert wrong == [] or without

    return visit


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest, visit) -> Iterator[Page]:
    """A page with its figures loaded, for all tests that leave it as it was.

    Ask for it by `of_all` or `of_notebooks`. `page.grown` is by how much loading made it higher.
    """
    with visit(request.param) as page:
        before = page.evaluate(HEIGHT)
        figures(page)
        page.grown = page.evaluate(HEIGHT) - before
        yield page


of_all = pytest.mark.parametrize("opened", ALL, indirect=True)
of_notebooks = pytest.mark.parametrize("opened", FILES, indirect=True)


def figures(page: Page) -> list[Locator]:
    """The figures of a page, with their frames loaded."""
    found = page.locator(".figure").all()
    for figure in found:
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-ready", "")
    return found


def look(figure: Locator) -> list:
    return figure.evaluate(LOOK)


def state(figure: Locator) -> list:
    """What is to be seen, and where the knobs are."""
    values = figure.locator("input, select").evaluate_all(
        "all => all.map((e) => [e.value, e.checked])"
    )
    return [look(figure), values]


def sliding(page: Page) -> list[Locator]:
    """The figures of a page that have a slider."""
    return [f for f in figures(page) if f.locator("input[type=range]").count()]


def reset(figure: Locator, before: list) -> None:
    """Press reset, which leads to where everything was before."""
    figure.get_by_role("button", name="reset").click()
    assert state(figure) == before


def end_of(slider: Locator) -> tuple[float, str]:
    """The end of a slider that is farther away, as a share of its width and as a key."""
    at_left = slider.evaluate("s => Number(s.value) <= Number(s.max) / 2")
    return (0.99, "Home") if at_left else (0.01, "End")


@of_notebooks
def test_the_sliders_move_and_the_address_remembers(opened):
    assert not opened.evaluate("location.hash")
    moved, said = [], []
    for figure in sliding(opened):
        before = state(figure)
        slider = figure.locator("input[type=range]").first
        share, back = end_of(slider)
        box = slider.bounding_box()
        slider.click(position={"x": share * box["width"], "y": box["height"] / 2})
        dragged = state(figure)
        assert dragged[0][PIXELS] != before[0][PIXELS], "the mouse moves no pixels"
        assert dragged[0][SENTENCE] != before[0][SENTENCE]

        opened.keyboard.press(back)
        pressed = state(figure)
        assert pressed[0][SENTENCE] != dragged[0][SENTENCE]
        if not figure.locator(".bn-wrong").count():
            assert pressed[0][PIXELS] != dragged[0][PIXELS], "the keyboard moves no pixels"
        opened.keyboard.press("ArrowRight" if back == "Home" else "ArrowLeft")
        readout = figure.locator(".bn-readout").first
        expect(slider).to_have_attribute("aria-valuetext", readout.input_value())

        reset(figure, before)
        slider.focus()
        opened.keyboard.press({"Home": "End", "End": "Home"}[back])
        moved.append((before, state(figure)))
        said.append(slider.get_attribute("aria-valuetext"))
    opened.wait_for_function(REMEMBERED, arg=said)

    opened.reload()
    for figure, (before, now) in zip(sliding(opened), moved, strict=True):
        assert now != before
        assert state(figure) == now
        reset(figure, before)
    opened.wait_for_function("!location.hash")


@of_notebooks
def test_presets_menus_checkboxes_and_buttons_move_too(opened):
    for figure in figures(opened):
        before, at_start = look(figure), state(figure)
        for button in figure.locator(".bn-counts").all():
            seen = [before[PIXELS]]
            for _ in range(2):
                button.click()
                seen.append(look(figure)[PIXELS])
            assert len(set(seen)) == 3
            button.click()
            assert look(figure) == before
        for box in figure.locator("input[type=checkbox]").all():
            box.click()
            assert look(figure)[PIXELS] != before[PIXELS]
            box.click()
        for menu in figure.locator("select").all():
            start = menu.input_value()
            last = menu.locator("option").count() - 1
            menu.select_option(index=last if int(start) < last else 0)
            assert look(figure)[PIXELS] != before[PIXELS]
            menu.select_option(index=int(start))
        assert look(figure) == before
        seen = []
        presets = figure.locator(".bn-buttons button:not(.bn-counts)").all()
        for preset in presets[:-1]:  # the last one is reset
            preset.click()
            seen.append(look(figure)[PIXELS])
        assert len(set(seen)) == len(seen)
        reset(figure, at_start)


def test_an_address_leads_to_an_exact_situation(visit):
    with visit(f"{HEART}#3.gamma=1.756&3.beta=3.172") as page:
        sentence = page.locator(".bn-sentence").nth(2)
        expect(sentence).to_contain_text("undone, every example has its number back")
        expect(sentence).to_be_in_viewport()
        page.evaluate("location.hash = '#3.gamma=4.00'")
        expect(sentence).to_contain_text("γ = 4.00, β = 0.00")


@pytest.mark.parametrize("words", ["3.gamma=banana&7.x=1", "=&&1.=", "See-it", "%E0%A4%A"])
def test_a_wrong_address_is_left_out(visit, words):
    with visit(f"{HEART}#{words}") as page:
        figure = figures(page)[2]
        expect(figure.locator(".bn-sentence")).to_contain_text("γ = 1.00, β = 0.00")


@of_all
def test_a_page_does_not_jump_and_weighs_less_than_three_megabytes(opened, site):
    assert opened.grown == 0
    opened.wait_for_load_state("networkidle")
    files = {site.folder / name for name in opened.loaded if not name.startswith("data:")}
    assert {site.folder / "site.js", site.folder / "figure.js"} <= files
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


@of_all
def test_a_page_fits_a_phone(opened):
    size = opened.viewport_size
    opened.set_viewport_size({"width": 360, "height": 740})
    figures(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") == 360
    opened.set_viewport_size(size)


PARTED = """() => [...document.querySelectorAll("main :is(p, li, td, summary, .bn-sentence)")]
    .map((element) => element.textContent.match(/.{0,20}[0-9] %/)).filter(Boolean).map(String)"""


@of_all
def test_a_percent_sign_stays_with_its_number(opened):
    """No line can begin with the sign."""
    assert opened.locator("main p").count() > 3
    figures(opened)
    assert opened.evaluate(PARTED) == []


ROOM = "root => root.querySelector('.panel').clientWidth"
STAGE = """root => {
    const { clientWidth, clientHeight } = root.querySelector(".bn-stage");
    return [clientWidth, clientHeight];
}"""
PHONE = {"width": 400, "height": 800}


def _about(figure: Locator) -> dict:
    return json.loads(figure.locator("script").text_content())


def _panels(looks: list[dict]) -> set[tuple]:
    """Where axes are in which something moves: left, top, width, height."""
    return {tuple(look["clip"]) for look in looks if look["clip"]}


@of_all
def test_on_a_phone_panels_stand_below_each_other_and_type_can_be_read(opened):
    """At least 9 pixels; knobs keep their places, and so does the height while they move."""
    found = figures(opened)
    before = [state(figure) for figure in found]
    size = opened.viewport_size
    opened.set_viewport_size(PHONE)
    for figure in found:
        figure.scroll_into_view_if_needed()
        expect(figure.locator(".bn-figure")).to_have_class(re.compile(r"\bbn-narrow\b"))
        about = _about(figure)
        wide, high = about["narrow"]["size"]
        stage = figure.evaluate(STAGE)
        assert stage[0] > 0.89 * min(PHONE["width"], wide)
        assert stage[1] / stage[0] == pytest.approx(high / wide, rel=0.01)
        least = min([look["size"] for look in about["looks"] if look["kind"] == "text"] or [14])
        assert least * stage[0] / wide >= 9
        in_row = max(
            sum(abs(top - other) < 5 for _, other, *_ in _panels(about["narrow"]["looks"]))
            for _, top, *_ in _panels(about["narrow"]["looks"])
        )
        assert in_row == 1 or len(_panels(about["looks"])) == 4
        for slider in figure.locator("input[type=range]").all():
            now = slider.input_value()
            slider.focus()
            opened.keyboard.press(end_of(slider)[1])
            assert figure.evaluate(STAGE) == stage
            slider.fill(now)
    assert opened.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    opened.set_viewport_size(size)
    for figure, seen in zip(found, before, strict=True):
        expect(figure.locator(".bn-figure")).not_to_have_class(re.compile(r"\bbn-narrow\b"))
        figure.scroll_into_view_if_needed()
        assert state(figure) == seen


def test_a_figure_is_not_laid_out_back_and_forth(visit):
    """A scroll bar, which may come and go with it, takes less room than it needs for that."""
    with visit(HEART) as page:
        figure = figures(page)[0]
        full = _about(figure)["size"][0]
        seen = []
        for share in (0.68, 0.64, 0.69, 0.71, 0.66):
            around = page.viewport_size["width"] - figure.evaluate(ROOM)
            page.set_viewport_size({"width": round(share * full) + around, "height": 800})
            page.evaluate("new Promise((then) => requestAnimationFrame(() => setTimeout(then)))")
            seen.append(figure.locator(".bn-narrow").count())
        assert seen == [0, 1, 1, 0, 0]


def test_the_dark_page_is_dark_and_its_figures_are_on_white(visit):
    back = "e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    with visit(HEART, color_scheme="dark") as page:
        figure = figures(page)[0]
        assert max(page.locator("body").evaluate(back)) < 60
        assert max(page.locator(".highlight").first.evaluate(back)) < 60
        assert figure.locator(".bn-stage").evaluate(back) == [255, 255, 255]


@of_notebooks
def test_print_shows_pictures_in_place_of_sliders(opened):
    opened.emulate_media(media="print")
    for figure in opened.locator(".figure").all():
        expect(figure.locator(".panel")).to_be_hidden()
        picture = figure.locator(".storyboard img")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    expect(opened.locator(".top")).to_be_hidden()
    opened.emulate_media(media="screen")


@pytest.mark.parametrize("file", ALL)
def test_a_page_opened_from_disk_is_readable(visit, site, file):
    with visit(file, address=f"file://{site.folder}/") as page:
        expect(page.locator("h1")).to_be_visible()
        for figure in page.locator(".figure").all():
            expect(figure.locator(".panel")).to_be_hidden()
            expect(figure.locator(".note")).to_be_visible()
        pictures = page.locator("img:visible")
        assert pictures.count() == page.locator("figure").count() or file == "index.html"
        assert pictures.evaluate_all("all => all.every((i) => i.complete && i.naturalWidth > 500)")


def test_without_its_frames_a_figure_is_a_picture(visit):
    with visit(HEART, without="02-1.bin") as page:
        figure = page.locator(".figure").first
        figure.scroll_into_view_if_needed()
        expect(figure.locator(".storyboard")).to_be_visible()
        expect(figure.locator(".panel")).to_be_hidden()
        expect(page.locator(".figure .panel").nth(1)).to_be_visible()


@of_notebooks
def test_a_reader_answers_a_question_and_compares(opened):
    assert opened.locator(".question").count() == opened.locator(".answer").count() > 0
    for answer in opened.locator(".answer").all():
        name = answer.get_attribute("data-question")
        question = opened.locator(f".question[data-question={name}]")
        assert answer.get_attribute("open") is None, "it is folded until a guess is made"
        truth = answer.locator("b").text_content()
        verdicts = []
        for choice in question.locator("label").all():
            choice.click()
            assert answer.get_attribute("open") is not None
            verdict = answer.locator(".verdict").inner_text()
            assert choice.inner_text().strip() in verdict
            verdicts.append("right" in verdict)
            assert verdicts[-1] == (choice.inner_text().strip() == truth)
        assert sum(verdicts) == 1
    opened.reload()
    for question in opened.locator(".question").all():
        expect(question.locator("label input").last).to_be_checked()
    expect(opened.locator(".verdict").first).to_contain_text("Your guess")


@of_all
def test_a_page_can_be_read_by_all(opened):
    assert opened.locator("html").get_attribute("lang") == "en"
    assert opened.title()
    assert opened.locator("h1").count() == 1
    assert opened.locator("img:not([alt])").count() == 0
    for picture in opened.locator(".storyboard img").all():
        assert picture.get_attribute("alt")
    unnamed = """all => all.filter((e) => !e.labels?.[0]?.textContent.trim())
        .filter((e) => !e.getAttribute("aria-label")).length"""
    assert opened.locator("input, select").evaluate_all(unnamed) == 0
    levels = opened.locator("h1, h2, h3, h4").evaluate_all("all => all.map((h) => +h.tagName[1])")
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), levels


@pytest.mark.parametrize("file", ALL)
def test_links_inside_the_site_lead_somewhere(site, file):
    text = (site.folder / file).read_text(encoding="utf-8")
    targets = re.findall(r'(?:href|src)="([^":#]+)(?:#[^"]*)?"', text)
    assert [target for target in targets if not (site.folder / target).exists()] == []


@pytest.mark.parametrize("file", [file for file in FILES if not file.startswith("12")])
def test_exercises_can_be_opened_live(site, file):
    text = (site.folder / file).read_text(encoding="utf-8")
    notebook = Path(file).with_suffix(".ipynb").name
    assert '<p class="exercise">' in text
    assert f"?urlpath=lab/tree/notebooks/{notebook}" in text
    assert "Not written yet" not in text, "a verdict on an exercise that nobody has solved"
