"""How long the paper's experiment takes in full, beside its matrix products alone, on one core.

    python tests/benchmarks/bench_paper.py          (about a minute)

Ioffe & Szegedy 2015, section 4.1, as tools/records/paper.py records it: 50,000 steps, without and
with batch normalization, and all evaluations on 10,000 test images. The products are those of as
many steps. They are timed before and after each network, as a shared machine is not always as fast.
Time is the processor's.
"""

# ruff: noqa: E402 (NumPy reads the number of threads when it is imported)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.bench_training import matmul_steps, seconds
from tools.records.paper import STEPS, train

STD, RATE = 0.03, 0.1
TRIED = 3000  # steps of which the products are timed


def main():
    """Print the table."""
    print(f"{STEPS[-1]:,} steps and {len(STEPS)} evaluations, spread {STD}, rate {RATE}, seconds")
    print(" " * 10, *(f"{title:>14}" for title in ("all", "products", "all / products", "right")))
    products, total = matmul_steps(), 0
    products(100)
    before = seconds(products, TRIED)
    for side, name in enumerate(("without BN", "with BN")):
        start = process_time()
        right, _ = train(side, STD, RATE, seed=0)
        took = process_time() - start
        after = seconds(products, TRIED)
        alone, before, total = STEPS[-1] * (before + after) / 2, after, total + took
        print(f"{name:10} {took:14.1f} {alone:14.1f} {took / alone:14.2f} {right[-1] / 1e4:14.1%}")
    print(f"{'both':10} {total:14.1f}")


if __name__ == "__main__":
    main()
