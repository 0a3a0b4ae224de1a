"""A live figure in a page of Jupyter, moved by mouse and keyboard as a learner would."""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import ElementHandle, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser import front_end

# What is to be seen in a live figure. Pixels as a checksum, since a picture is long.
PIXELS_OF = """explorer => {
    const canvas = explorer.querySelector("canvas.bn-moving");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let hash = 0;
    for (const word of new Uint32Array(pixels.data.buffer)) hash = (Math.imul(31, hash) + word) | 0;
    return hash;
}"""
SENTENCE_OF = "explorer => explorer.querySelector('.bn-sentence').textContent"
LOOK = f"explorer => [({PIXELS_OF})(explorer), ({SENTENCE_OF})(explorer)]"
PIXELS, SENTENCE = 0, 1
# What is asked again and again compares the sentence first, which costs nothing.
DIFFERS = f"""([explorer, parts, before]) =>
    (!parts.includes({SENTENCE}) || ({SENTENCE_OF})(explorer) !== before[{SENTENCE}])
    && (!parts.includes({PIXELS}) || ({PIXELS_OF})(explorer) !== before[{PIXELS}])"""
EQUALS = f"""([explorer, wanted]) => ({SENTENCE_OF})(explorer) === wanted[{SENTENCE}]
    && ({PIXELS_OF})(explorer) === wanted[{PIXELS}]"""
DRAWN = "explorer => explorer.querySelector('canvas.bn-moving').width > 0"
# Where the knobs are: sliders, menus, checkboxes.
PLACE = """explorer => [
    ...[...explorer.querySelectorAll(".bn-range")].map((slider) => slider.value),
    ...[...explorer.querySelectorAll(".bn-knobs select")].map((menu) => menu.value),
    ...[...explorer.querySelectorAll(".bn-knobs input[type=checkbox]")].map((box) => box.checked),
]"""
# What is seen, what the picture's label says, what is spoken; no line ends between 97 and %.
SAYS_THE_SAME = r"""explorer => {
    const seen = explorer.querySelector(".bn-sentence").textContent;
    const label = explorer.querySelector("canvas.bn-moving").getAttribute("aria-label");
    const spoken = explorer.querySelector(".bn-spoken").textContent;
    return seen === label && seen === spoken && !/\d [%σ]/.test(seen);
}"""
# Until the kernel has handled what it was sent. Messages of widgets may come to a thread of its
# own, which passes work on to the main one: so that is asked too.
HANDLED = """async () => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const handled = async () => {
        while (unhandled.size) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await handled();
    await kernel.requestKernelInfo();
    await handled();
    await new Promise(requestAnimationFrame);
}"""
# How many times as high as wide the picture is.
HEIGHT = "e => (({ clientHeight: h, clientWidth: w }) => h / w)(e.querySelector('.bn-stage'))"
# Where a slider is, and that it has moved from there.
FOCUS = "slider => (slider.focus(), slider.value)"
MOVED = "([slider, before]) => slider.value !== before"
# Notes the heights that the whole output takes.
WATCH_HEIGHT = """explorer => {
    const output = explorer.closest(".jp-OutputArea");
    window.heights = new Set([output.offsetHeight]);
    window.watcher?.disconnect();
    window.watcher = new ResizeObserver(() => heights.add(output.offsetHeight));
    watcher.observe(output);
}"""
# Whether the mouse would hit each button in its middle.
ALL_HIT = """explorer => [...explorer.querySelectorAll("button")].every((button) => {
    const { x, y, width, height } = button.getBoundingClientRect();
    return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
})"""
BUTTON = """(explorer, name) => [...explorer.querySelectorAll("button")]
    .find((button) => button.textContent === name)"""
HANDLE = 16  # pixels across
FOCUSABLE = "button, select, input, pre:not([hidden])"
# Notes in `focused` what gets the focus, and whether it looked otherwise than when it has lost it.
WATCH_FOCUS = """explorer => {
    const style = (element) => {
        const { outline, boxShadow, border, backgroundColor, filter } = getComputedStyle(element);
        return [outline, boxShadow, border, backgroundColor, filter].join();
    };
    const stops = [];
    let last, looked;
    const note = (now) => {
        if (last) stops.at(-1).seen = style(last) !== looked;
        [last, looked] = [now, style(now)];
        const slider = [...explorer.querySelectorAll(".bn-range")].indexOf(now);
        stops.push({ element: now.outerHTML, inside: explorer.contains(now), slider });
    };
    window.focused = stops;
    window.unwatch?.abort();
    window.unwatch = new AbortController();
    addEventListener("focusin", (event) => note(event.target), { signal: unwatch.signal });
    note(document.activeElement);
}"""


class Figure:
    """A live figure in a page.

    Its elements are looked up once, since a figure that lives keeps them.
    """

    def __init__(self, page: Page, explorer: Locator):
        self.page, self.explorer = page, explorer
        self.element = explorer.element_handle()
        self.sliders = self.all(".bn-range")

    def all(self, selector: str) -> list[ElementHandle]:
        return self.element.query_selector_all(selector)

    def look(self) -> list:
        return self.element.evaluate(LOOK)

    def place(self) -> list:
        return self.element.evaluate(PLACE)

    def leaves(self, place: list) -> bool:
        """Whether the knobs leave a place soon; a loaded browser takes some frames for it."""
        left = f"([element, place]) => JSON.stringify(({PLACE})(element)) !== JSON.stringify(place)"
        try:
            self.page.wait_for_function(left, arg=[self.element, place], timeout=2000)
        except PlaywrightTimeout:
            return False
        return True

    def wait_until_drawn(self) -> None:
        """Bring it into view; Jupyter draws nothing that is out of sight."""
        self.element.scroll_into_view_if_needed()
        self.page.wait_for_function(DRAWN, arg=self.element)

    def wait_until_narrow(self, is_narrow: bool) -> None:
        """Until it is laid out for a narrow page, or for a full one."""
        wanted = "([explorer, narrow]) => explorer.matches('.bn-narrow') === narrow"
        self.page.wait_for_function(wanted, arg=[self.element, is_narrow])

    def wait_for_change(self, before: list, *parts: int) -> None:
        """Wait until each of the parts, PIXELS and SENTENCE, is another one than before."""
        self.page.wait_for_function(DIFFERS, arg=[self.element, parts, before])

    def wait_for(self, look: list) -> None:
        self.page.wait_for_function(EQUALS, arg=[self.element, look])

    def do(self, *actions: Callable) -> None:
        """Do something, and wait until that has had its effect, if it has one."""
        self.page.evaluate("unhandled.clear()")
        for action in actions:
            action()
        front_end.finish(self.page, HANDLED)

    def button(self, name: str) -> ElementHandle:
        """The button of a name."""
        return self.element.evaluate_handle(BUTTON, name).as_element()

    def press(self, slider: ElementHandle, key: str) -> None:
        """Press a key at a slider, and wait until it has moved."""
        before = slider.evaluate(FOCUS)
        self.page.keyboard.press(key)
        self.page.wait_for_function(MOVED, arg=[slider, before])

    def drag(self, slider: ElementHandle, to: float) -> None:
        """Drag a slider by mouse to a fraction of its length."""
        slider.scroll_into_view_if_needed()
        track = slider.bounding_box()
        y = track["y"] + track["height"] / 2
        at, end = slider.evaluate("s => [Number(s.value), Number(s.max)]")
        reach = track["width"] - HANDLE
        self.page.mouse.move(track["x"] + HANDLE / 2 + at / end * reach, y)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + HANDLE / 2 + to * reach, y, steps=5)
        self.page.mouse.up()

    def reset(self, start: list) -> None:
        """Press reset, and wait until the figure looks as it did at the start."""
        click(self.button("reset"))
        self.wait_for(start)


def click(button: ElementHandle) -> None:
    """Press a button by a script, in a fifth of the time that the mouse takes."""
    button.dispatch_event("click")


def figures(page: Page) -> list[Figure]:
    return [
        Figure(page, explorer) for explorer in page.locator(".bn-figure:not(.bn-training)").all()
    ]


def far_end(slider: ElementHandle) -> tuple[str, float, str]:
    """The end that is farther away: its key, a place before it, the key of one step back."""
    now, end = slider.evaluate("s => [Number(s.value), Number(s.max)]")
    return ("End", 0.85, "ArrowLeft") if now <= end - now else ("Home", 0.15, "ArrowRight")


def check_keys(figure: Figure, slider: ElementHandle, start: list) -> None:
    """A slider goes to its end."""
    end, _, _ = far_end(slider)
    figure.press(slider, end)
    figure.wait_for_change(start, PIXELS, SENTENCE)
    figure.reset(start)


def check_mouse(figure: Figure, slider: ElementHandle, start: list) -> None:
    """A slider follows the mouse, and goes a step back by keyboard."""
    _, near_end, back = far_end(slider)
    figure.drag(slider, near_end)
    figure.wait_for_change(start, PIXELS, SENTENCE)
    figure.press(slider, back)
    figure.reset(start)


def check_spoken(figure: Figure) -> None:
    """What is seen, what is spoken and the label are the same, a moment after a move."""
    before = figure.look()
    figure.press(figure.sliders[0], far_end(figure.sliders[0])[0])
    figure.wait_for_change(before, SENTENCE)
    figure.page.wait_for_function(SAYS_THE_SAME, arg=figure.element)
    figure.reset(before)


def check_focus(figure: Figure) -> None:
    """The tabulator key goes through all sliders in their order, and one sees where it is."""
    keyboard = figure.page.keyboard
    figure.all("button")[0].focus()
    keyboard.press("Tab")
    keyboard.press("Shift+Tab")  # the keyboard is in use
    figure.element.evaluate(WATCH_FOCUS)
    for _ in figure.all(FOCUSABLE):
        keyboard.press("Tab")
    *stops, after = figure.page.evaluate("focused")
    assert not after["inside"]
    assert [s["element"] for s in stops if not (s["inside"] and s["seen"])] == [], "no focus seen"
    assert [s["slider"] for s in stops if s["slider"] >= 0] == list(range(len(figure.sliders)))


def check_buttons(figure: Figure, start: list) -> None:
    """Presets and new data lead away from the start; a preset that is the start leads back.

    The mouse would hit each button, and does press the first of these.
    """
    figure.do()  # what came before may still be under way
    place = figure.place()
    buttons = figure.all(".bn-buttons button")
    buttons[0].scroll_into_view_if_needed()
    figure.page.wait_for_function(ALL_HIT, arg=figure.element)
    leading = [b for b in buttons if b.text_content().strip() not in ("reset", "large text")]
    for number, button in enumerate(leading):
        press = partial(click, button) if number else button.click
        figure.do(press)
        if button.evaluate("b => b.matches('.bn-counts')") or figure.leaves(place):
            figure.wait_for_change(start, PIXELS, SENTENCE)
        else:
            figure.wait_for(start)
            menus = figure.all(".bn-knobs select")
            figure.do(
                *(partial(figure.press, s, far_end(s)[0]) for s in figure.sliders),
                *(partial(menu.select_option, others(menu)[0]) for menu in menus),
            )
            away, there = figure.look(), figure.place()
            figure.do(press)
            assert figure.leaves(there)
            figure.wait_for_change(away, PIXELS)
        figure.reset(start)


def others(menu: ElementHandle) -> list[str]:
    """The choices of a menu except the present one."""
    return menu.evaluate("m => [...m.options].map((o) => o.value).filter((v) => v !== m.value)")


def check_menus(figure: Figure, start: list) -> None:
    """Each choice of a menu, each checkbox shows another picture than the start."""
    for menu in figure.all(".bn-knobs select"):
        for choice in others(menu):
            menu.select_option(choice)
            figure.wait_for_change(start, PIXELS)
            figure.reset(start)
    for box in figure.all(".bn-knobs input[type=checkbox]"):
        box.click()
        figure.wait_for_change(start, PIXELS)
        figure.reset(start)


def check_large_text(figure: Figure) -> None:
    still = figure.explorer.locator("img.bn-still")
    for _ in ("larger", "as it was"):
        before, picture = figure.look(), still.get_attribute("src")
        figure.do(figure.button("large text").click)  # all figures of the notebook answer it
        expect(still).not_to_have_attribute("src", picture)
        figure.wait_for_change(before, PIXELS)
        assert figure.look()[SENTENCE] == before[SENTENCE]
