"""What the frames sent ahead cost for each live figure of the course.

    python tests/benchmarks/bench_stores.py

Each notebook is run in a fresh kernel; there each figure computes all the frames that it would
send while a learner reads, at once instead of in slices. "way" is which these are, "ms a frame" the
median of the processor's time for one, "sent" what goes to the browser, "kernel" what the kernel
keeps of it: a fingerprint a frame, to see that a function still gives the same answer.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = "{:34} {:7} {:>7} {:>11} {:>8} {:>8} {:>10}"


def fill(explorer) -> dict:
    """Let a figure compute what it would send ahead; runs inside a notebook's kernel."""
    import tracemalloc
    from statistics import median
    from time import process_time

    ahead = explorer.ahead
    ahead.drop()
    start = process_time()
    frames, each = 0, []
    first, second = explorer.compute(ahead.at), explorer.compute(ahead.at)
    ahead.way = "lines" if first == second else "random"
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    if first == second:
        positions = ahead._positions()
        while True:
            begin = process_time()
            found = ahead.slice(positions)
            if not found:
                break
            each.append((process_time() - begin) / len(found))
            frames += len(found)
            if ahead._is_slow():
                ahead.way = "slow"
                break
    found = None
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return {
        "figure": type(explorer.picture).__name__,
        "way": ahead.way,
        "frames": frames,
        "ms": 1000 * median(each) if each else 0,
        "seconds": process_time() - start,
        "sent": ahead.bytes,
        "kernel": kept,
    }


def main():
    """Print the table."""
    sys.path.insert(0, str(ROOT))
    from nbformat.v4 import new_code_cell

    from tools import notebooks

    ask = "\n".join(
        [
            "import json, sys",
            f"sys.path.insert(0, {str(ROOT)!r})",
            "from tests.benchmarks import bench_stores",
            "from tests.notebooks import driver",
            "print(json.dumps([bench_stores.fill(each) for each in driver.explorers()]))",
        ]
    )
    titles = "notebook and figure", "way", "frames", "ms a frame", "seconds", "sent MB", "kernel kB"
    print(COLUMNS.format(*titles))
    for path in notebooks.paths():
        with notebooks.running(notebooks.read(path)) as client:
            cell = new_code_cell(ask)
            client.execute_cell(cell, 0, store_history=False)
            for row in json.loads(cell.outputs[0].text):
                print(
                    COLUMNS.format(
                        f"{path.stem[:2]} {row['figure']}",
                        row["way"],
                        row["frames"],
                        f"{row['ms']:.2f}",
                        f"{row['seconds']:.1f}",
                        f"{row['sent'] / 1e6:.2f}",
                        f"{row['kernel'] / 1e3:.0f}",
                    ),
                    flush=True,
                )


if __name__ == "__main__":
    main()
