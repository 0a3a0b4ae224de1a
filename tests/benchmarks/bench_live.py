"""From the slider's input event to changed pixels: `explore` beside other ways, in one run.

    python tests/benchmarks/bench_live.py [--moves 60] [--round-trip 0 100]

Each way (ways/) has a notebook, a kernel and a page of JupyterLab in headless Chromium of its own;
they take turns, so that a busy minute of the machine hits all. A *move* is one arrow key at the
slider's handle, after which the page comes to rest; *dragging* is three seconds of mouse moves,
60 a second. `probe.js` takes the times in the page, in the same manner for all ways. `--round-trip`
puts a proxy that delays what it passes between browser and server.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nbformat
from jupyter_client import BlockingKernelClient
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PATHS = os.pathsep.join(map(str, (HERE, ROOT)))  # where the kernels find `ways` and bn_lib
sys.path.insert(0, str(ROOT))

from tests.browser import front_end  # noqa: E402

# What they are, and where in the page the pixels are that the slider changes.
WAYS = {
    "redrawn": ("interact + pyplot, inline", ".jp-RenderedImage img"),
    "in_place": ("ipympl, set_data + draw_idle", ".jupyter-matplotlib-canvas-div canvas"),
    "asking": ("explore, asking the kernel at each move", "canvas.bn-moving"),
    "ours": ("explore, frames sent ahead", "canvas.bn-moving"),
    "floor": ("bare slider, echoed into a label: floor", ".echo"),
}
TURN = 5  # moves of a way before it is the next one's turn
QUIET = 250  # ms without a change: the page is at rest
DRAG = 3.0  # seconds
REST = 0.7  # seconds of rest at the slider before it
TRAVEL = 0.47  # of the slider's length, to both sides: each mouse move is a new position

# The time a kernel takes to handle what a slider sends.
STOPWATCH = """
import gc, time, tracemalloc
import psutil
_kernel = get_ipython().kernel
_spent = []
def _timed(handle):
    def timed(*arguments):
        start = time.perf_counter()
        handle(*arguments)
        _spent.append(time.perf_counter() - start)
    return timed
_kernel.shell_handlers["comm_msg"] = _timed(_kernel.shell_handlers["comm_msg"])
"""
WALK = """
from bn_lib.live import Explorer
explorer = next(thing for thing in gc.get_objects() if isinstance(thing, Explorer))
values = explorer.knobs["gamma"].values
def walk(moves):
    for _ in range(moves):
        now = values.index(explorer.position["gamma"])
        explorer.go(gamma=values[(now + 1) % len(values)])
"""
# Before a figure can listen, which keeps its keys for itself.
KEYS = "addEventListener('keydown', () => window.noteKey?.(), true)"
# Where the middle of a handle is; that of a range input is 16 pixels wide.
MIDDLE = """handle => {
    const { x, width } = handle.getBoundingClientRect();
    if (!handle.matches("input")) return x + width / 2;
    return x + 8 + (handle.value / handle.max) * (width - 16);
}"""
MEMORY = "[gc.collect(), psutil.Process().memory_info().rss, tracemalloc.get_traced_memory()[0]]"


class Way:
    """One way in its page of JupyterLab, with the numbers measured so far."""

    def __init__(self, name, pixels, browser, server, port):
        self.name = name
        self.received = 0
        self.latencies, self.kernel, self.bytes, self.heights = [], [], [], set()
        self.page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        self.page.add_init_script(KEYS)
        self.page.on("websocket", self._listen)
        front_end.open_notebook(self.page, server.address("lab", f"{name}.ipynb", port))
        self.client = _client(self.page, server)
        self.ask("0", STOPWATCH)
        front_end.run_all(self.page)
        self.page.wait_for_selector(pixels)
        self.handle = self.page.locator(".noUi-handle, .bn-range")
        self.page.evaluate((HERE / "probe.js").read_text(), pixels)

    def _listen(self, socket):
        if "/channels" in socket.url:
            socket.on("framereceived", self._count)

    def _count(self, payload):
        self.received += len(payload)

    def ask(self, expression, code=""):
        """Let the kernel run code unseen, and return the value of an expression."""
        reply = self.client.execute(
            code, silent=True, user_expressions={"it": expression}, reply=True, timeout=60
        )
        answer = reply["content"]["user_expressions"]["it"]
        if answer["status"] != "ok":
            raise RuntimeError(answer)
        return eval(answer["data"]["text/plain"], {"nan": float("nan")})

    def turn(self):
        """Measure some moves by arrow keys, to the left or to the right."""
        self.page.bring_to_front()
        self.handle.focus()
        spent = self.ask("sum(_spent)")
        self.page.wait_for_timeout(QUIET)  # what the question itself caused has passed
        received = self.received
        for _ in range(TURN):
            time.sleep(random.uniform(0.03, 0.08))
            seen = self.press(random.choice(["ArrowLeft", "ArrowRight"]))
            self.latencies.append(seen["changes"][0] - seen["inputs"][0])
            self.heights |= set(seen["heights"])
        self.bytes.append((self.received - received) / TURN)
        self.kernel.append(1000 * (self.ask("sum(_spent)") - spent) / TURN)

    def press(self, key):
        """Press a key at the slider, and return what was seen until the page came to rest."""
        self.page.evaluate("probe.start()")
        self.page.keyboard.press(key)
        seen = self.at_rest(QUIET)
        if not seen["changes"]:
            raise RuntimeError(f"{self.name}: a key moved nothing")
        return seen

    def at_rest(self, quiet):
        self.page.evaluate("quiet => probe.settled(quiet)", quiet)
        return self.page.evaluate("probe.stop()")

    def drag(self):
        """Drag for three seconds; count the pictures, and how long they go on after release."""
        self.page.bring_to_front()
        box = self.page.locator(".noUi-base, .bn-range").bounding_box()
        self.handle.hover()
        x = self.handle.evaluate(MIDDLE)
        y = box["y"] + box["height"] / 2
        middle, reach = box["x"] + box["width"] / 2, TRAVEL * box["width"]
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(middle, y)
        self.page.wait_for_timeout(1000 * REST)
        self.page.evaluate("probe.start()")
        began = time.perf_counter()
        steps = int(60 * DRAG)
        for i in range(1, steps + 1):
            time.sleep(max(0, began + i / 60 - time.perf_counter()))
            there_and_back = 1 - abs(4 * (i / steps + 0.25) % 4 - 2)
            mouse.move(middle + reach * there_and_back, y)
        mouse.up()
        seen = self.at_rest(6 * QUIET)
        self.heights |= set(seen["heights"])
        shown = [t for t in seen["changes"] if t <= seen["inputs"][-1]]
        self.frames = len(shown) / DRAG
        self.afterwards = max(0, seen["changes"][-1] - seen["inputs"][-1])
        return seen["signature"]

    def last_value_shown(self, signature):
        """Is what a drag left the picture of the slider's value? One step there and back tells."""
        self.handle.focus()
        self.press("ArrowRight")
        return self.press("ArrowLeft")["signature"] == signature


def _client(page, server):
    """A second client of the page's kernel."""
    session = "jupyterapp.shell.currentWidget.sessionContext.session"
    kernel = page.evaluate(f"{session}.kernel.id")
    client = BlockingKernelClient(
        connection_file=str(server.runtime / f"kernel-{kernel}.json"),
    )
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(60)
    return client


@contextmanager
def delayed(port, milliseconds):
    """Yield the port of a proxy on loopback that passes everything on half a round trip later."""
    if not milliseconds:
        yield port
        return
    loop = asyncio.new_event_loop()
    listening, done = Future(), asyncio.Event()

    async def deliver(waiting, writer):
        while True:
            due, data = await waiting.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                return writer.close()
            writer.write(data)

    async def pump(reader, writer):
        waiting = asyncio.Queue()
        delivery = asyncio.create_task(deliver(waiting, writer))
        data = True
        while data:
            data = await reader.read(2**16)
            waiting.put_nowait((loop.time() + milliseconds / 2000, data))
        await delivery

    async def connect(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    async def serve():
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        listening.set_result(server.sockets[0].getsockname()[1])
        await done.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()], daemon=True)
    thread.start()
    yield listening.result()
    loop.call_soon_threadsafe(done.set)
    thread.join()


def growth(way):
    """What 1,000 moves leave in the kernel: bytes of the process, bytes of Python's objects."""
    way.ask("0", WALK + "tracemalloc.start()")

    def memory_after(moves):
        for _ in range(moves // 100):
            way.ask("walk(100)")
            time.sleep(0.05)  # what is sent must leave the kernel, or it counts as kept
        return way.ask(MEMORY)

    memory_after(3000)  # caches and stores fill
    before, after = memory_after(100), memory_after(1000)
    return after[1] - before[1], after[2] - before[2]


def notebook(name):
    cell = nbformat.v4.new_code_cell(f"from ways import {name}\n\n{name}.show()")
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=[cell], metadata=metadata)


def measure(moves, round_trip):
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "root").mkdir()
        for name in WAYS:
            nbformat.write(notebook(name), folder / "root" / f"{name}.ipynb")
        server = stack.enter_context(
            front_end.server(folder / "root", folder / "home", PYTHONPATH=PATHS)
        )
        port = stack.enter_context(delayed(server.port, round_trip))
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(front_end.browser(playwright))
        ways = {n: Way(n, pixels, browser, server, port) for n, (_, pixels) in WAYS.items()}
        for way in ways.values():
            way.turn()  # the first ones are slower
            way.latencies, way.kernel, way.bytes = [], [], []
        for _ in range(moves // TURN):
            for way in ways.values():
                way.turn()
        for way in ways.values():
            way.right = way.last_value_shown(way.drag())
        return ways, growth(ways["ours"])


def table(ways):
    print(
        f"{'':42}{'kernel ms':>10}{'bytes':>10}{'input → pixels, ms':>21}{'times':>8}"
        f"{'frames/s':>10}{'ms after':>10}{'last value':>12}{'heights':>9}\n"
        f"{'':42}{'a move':>10}{'a move':>10}{'median':>12}{'90 %':>9}{'floor':>8}"
        f"{'dragging':>10}{'release':>10}{'shown':>12}{'seen':>9}"
    )
    floor = statistics.median(ways["floor"].latencies)
    for name, way in ways.items():
        median = statistics.median(way.latencies)
        late = statistics.quantiles(way.latencies, n=10)[-1]
        print(
            f"{WAYS[name][0]:42}{statistics.median(way.kernel):10.1f}"
            f"{statistics.median(way.bytes):10,.0f}{median:12.1f}{late:9.1f}{median / floor:8.2f}"
            f"{way.frames:10.1f}{way.afterwards:10.0f}{'yes' if way.right else 'NO':>12}"
            f"{len(way.heights):9}"
        )


def goals(ways, grown, added):
    """Print what is asked of `explore` and what came; every way waits for the `added` ms."""
    ours, asking = ways["ours"], ways["asking"]
    median = {name: statistics.median(way.latencies) for name, way in ways.items()}
    own = {name: time - added for name, time in median.items()}
    asked = [
        ("asking: times the floor", median["asking"] / median["floor"], 1.7),
        ("asking: times ipympl, round trip apart", own["asking"] / own["in_place"], 1 / 2.5),
        ("asking: times interact, round trip apart", own["asking"] / own["redrawn"], 1 / 4),
        ("asking: bytes a move", statistics.median(asking.bytes), 10_000),
        ("ahead: input → pixels, ms", median["ours"], 20),
        ("ahead: ms a frame while dragging", 1000 / ours.frames, 1000 / 55),
        ("both: heights of the output", max(len(way.heights) for way in (ours, asking)), 1),
        ("both: last values not shown", sum(not way.right for way in (ours, asking)), 0),
        ("1,000 moves leave in the kernel, kB", grown[0] / 1000, 1000),
        ("of it Python's objects, kB", grown[1] / 1000, 20),
    ]
    print()
    for name, came, most in asked:
        mark = "ok" if came <= most else "MISSED"
        print(f"{mark:>6}  {name:42}{came:10,.2f}   at most {most:,.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=60, help="single moves of each way")
    parser.add_argument(
        "--round-trip", type=float, nargs="+", default=[0, 100], help="ms added between them"
    )
    options = parser.parse_args()
    for milliseconds in options.round_trip:
        ways, grown = measure(options.moves, milliseconds)
        print(f"\nJupyterLab in headless Chromium, {milliseconds:g} ms of round trip added\n")
        table(ways)
        goals(ways, grown, milliseconds)


if __name__ == "__main__":
    main()
