"""How long batch normalization takes beside PyTorch, on one thread, in float32.

    pip install torch          (into an environment of its own: nothing else here needs it)
    python tests/benchmarks/bench_normalization.py

Both run in one process in turns of about 20 ms, so that a busy machine slows both alike; the
ratio is the median over the turns. Time is the processor's, of all threads: what others take of it
does not count. Forward is F.batch_norm(training=True); "both" adds the backward pass with a random
upstream gradient, in PyTorch through autograd.
"""

# ruff: noqa: E402 (NumPy reads the number of threads when it is imported)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from bn_lib.normalization import batch_norm, batch_norm_backward

SHAPES = (60, 100), (512, 512), (4096, 1024), (64, 64, 32, 32)
TURNS = 41
SECONDS_A_TURN = 0.02


def numpy_passes(x, dy, gamma, beta):
    """Forward and forward with backward by bn_lib."""

    def forward():
        return batch_norm(x, gamma, beta)

    def both():
        return batch_norm_backward(dy, batch_norm(x, gamma, beta)[1])

    return forward, both


def torch_passes(x, dy, gamma, beta):
    """Forward and forward with backward by PyTorch."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    x, gamma, beta = (torch.tensor(a, requires_grad=True) for a in (x, gamma, beta))
    dy = torch.tensor(dy)

    def forward():
        with torch.no_grad():
            return F.batch_norm(x, None, None, gamma, beta, training=True)

    def both():
        y = F.batch_norm(x, None, None, gamma, beta, training=True)
        return torch.autograd.grad(y, (x, gamma, beta), dy)

    return forward, both


def seconds(run, repeats):
    """Seconds of one run, over `repeats` runs in a row."""
    start = process_time()
    for _ in range(repeats):
        run()
    return (process_time() - start) / repeats


def compare(ours, theirs):
    """Return the microseconds of each, and the median of the paired ratios ours / theirs."""
    seconds(ours, 3), seconds(theirs, 3)  # first runs allocate and choose kernels
    repeats = max(1, round(SECONDS_A_TURN / seconds(theirs, 3)))
    pairs = [(seconds(ours, repeats), seconds(theirs, repeats)) for _ in range(TURNS)]
    a, b = (median(column) * 1e6 for column in zip(*pairs, strict=True))
    return a, b, median(a / b for a, b in pairs)


def main():
    """Print the table."""
    try:
        import torch
    except ImportError:
        sys.exit("This benchmark needs PyTorch: pip install torch, in an environment of its own.")
    print(f"NumPy {np.__version__} beside PyTorch {torch.__version__}, one thread, float32")
    print(f"{'shape':>18}  {'pass':8} {'NumPy us':>10} {'PyTorch us':>10} {'ratio':>6}")
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        x, dy = (rng.normal(5, 3, shape).astype(np.float32) for _ in range(2))
        gamma, beta = (rng.normal(size=shape[1]).astype(np.float32) for _ in range(2))
        arguments = x, dy, gamma, beta
        passes = zip(numpy_passes(*arguments), torch_passes(*arguments), strict=True)
        for name, (ours, theirs) in zip(("forward", "both"), passes, strict=True):
            a, b, ratio = compare(ours, theirs)
            print(f"{shape!s:>18}  {name:8} {a:10.1f} {b:10.1f} {ratio:6.2f}")


if __name__ == "__main__":
    main()
