"""How long a step of training takes beside PyTorch, on one thread, in float32.

    pip install torch          (into an environment of its own: nothing else here needs it)
    python tests/benchmarks/bench_training.py

The network of Ioffe & Szegedy 2015, section 4.1, without and with batch normalization:
784-100-100-100-10, sigmoids, batches of 60, plain SGD. A step takes its batch from the shuffled
examples, then come forward pass, loss, backward pass and update, in training mode, moving averages
included; there are no biases before batch normalization, which takes them out again. Both look at
the loss. PyTorch is eager, as most use it.

All run in one process in turns of about 20 ms, so that a busy machine slows all alike; ratio and
share are medians over the turns. Time is the processor's, of all threads: what others take of it
does not count. "matmul" are the network's matrix
products alone, into memory that is there already.
"""

# ruff: noqa: E402 (NumPy reads the number of threads when it is imported)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
import tracemalloc
from itertools import islice, pairwise
from math import isfinite
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from bn_lib.network import BatchNorm, Sigmoid, dense
from bn_lib.training import SGD, Training

SIZES = [784, 100, 100, 100, 10]
EXAMPLES = 6000
BATCH = 60
RATE = 0.1
TURNS = 61
SECONDS_A_TURN = 0.02
MEMORY_STEPS = 2000


def examples():
    """Pixels that are 0 or 1, and classes."""
    rng = np.random.default_rng(0)
    x = (rng.random((EXAMPLES, SIZES[0])) < 0.13).astype(np.float32)
    return x, rng.integers(0, SIZES[-1], EXAMPLES)


def our_steps(norm):
    """A function of a count that does as many steps by bn_lib."""
    rng = np.random.default_rng(0)
    network = dense(SIZES, Sigmoid, rng, norm, std=0.1, bias=False, dtype=np.float32)
    training = Training(network, *examples(), SGD(RATE), rng, BATCH, every=10**9)
    return lambda steps: training.run(training.step + steps)


def torch_steps(norm):
    """The same by PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers = []
    for inputs, units in pairwise(SIZES):
        layers += ([nn.BatchNorm1d(inputs)] if norm else []) + [nn.Sigmoid()] if layers else []
        layers += [nn.Linear(inputs, units, bias=not norm or units == SIZES[-1])]
        nn.init.normal_(layers[-1].weight, std=0.1)
    network, loss_of = nn.Sequential(*layers), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    x, labels = (torch.tensor(array) for array in examples())

    def batches():
        while True:
            yield from torch.randperm(EXAMPLES).split(BATCH)

    epochs = batches()

    def run(steps):
        for indices in islice(epochs, steps):
            optimizer.zero_grad()
            loss = loss_of(network(x[indices]), labels[indices])
            if not isfinite(loss.item()):
                raise ArithmeticError("the loss is not finite")
            loss.backward()
            optimizer.step()

    return run


def matmul_steps():
    """The products alone: y = x W and dW = xᵀ dy, and dx = dy Wᵀ for all layers but the first."""
    rng = np.random.default_rng(0)
    products = []
    for inputs, units in pairwise(SIZES):
        x, W, dy = (
            rng.standard_normal(shape).astype(np.float32)
            for shape in [(BATCH, inputs), (inputs, units), (BATCH, units)]
        )
        products += [(x, W), (x.T, dy)] + ([(dy, W.T)] if products else [])
    products = [(a, b, np.empty((len(a), b.shape[1]), np.float32)) for a, b in products]

    def run(steps):
        for _ in range(steps):
            for a, b, out in products:
                np.matmul(a, b, out=out)

    return run


def seconds(run, steps):
    """Seconds of one step, over `steps` in a row."""
    start = process_time()
    run(steps)
    return (process_time() - start) / steps


def compare(ours, theirs, matmul):
    """Return the microseconds of each, the ratio theirs / ours, and the share matmul / ours."""
    everyone = ours, theirs, matmul
    for run in everyone:
        run(20)  # first steps allocate and choose kernels
    steps = max(1, round(SECONDS_A_TURN / seconds(theirs, 20)))
    turns = [[seconds(run, steps) for run in everyone] for _ in range(TURNS)]
    times = [1e6 * median(column) for column in zip(*turns, strict=True)]
    ratio = median(b / a for a, b, _ in turns)
    share = median(c / a for a, _, c in turns)
    return *times, ratio, share


def growth(run):
    """How many kilobytes more are in use after many steps than after a few."""
    tracemalloc.start()
    run(2 * EXAMPLES // BATCH)  # the order of an epoch is drawn again and again
    before = tracemalloc.get_traced_memory()[0]
    run(MEMORY_STEPS)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / 1000


def main():
    """Print the table."""
    try:
        import torch
    except ImportError:
        sys.exit("This benchmark needs PyTorch: pip install torch, in an environment of its own.")
    print(f"A step of {'-'.join(map(str, SIZES))}, batch {BATCH}, microseconds")
    print(f"NumPy {np.__version__} beside PyTorch {torch.__version__}, one thread, float32")
    titles = "bn_lib", "PyTorch", "matmul", "times faster", "share of matmul"
    print(" " * 10, *(f"{title:>15}" for title in titles))
    for name, norm in [("without BN", None), ("with BN", BatchNorm)]:
        *times, ratio, share = compare(our_steps(norm), torch_steps(norm), matmul_steps())
        print(f"{name:10}", *(f"{time:15.0f}" for time in times), end=" ")
        print(f"{ratio:15.2f} {share:15.0%}")
    kilobytes = growth(our_steps(BatchNorm))
    print(f"{MEMORY_STEPS} steps with BN take {kilobytes:.0f} kB more memory, for the losses")


if __name__ == "__main__":
    main()
