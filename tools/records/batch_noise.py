"""Make bn_lib/data/batch_noise.npz, which is committed: `make sweeps`, some minutes.

Whether the noise of a batch's statistics keeps a network from learning its images by heart: test
errors and training loss for batches of 8, 32 and 256, with batch norm, without, and with batch norm
whose statistics are those of small groups within steps of 256.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, ReLU, cross_entropy, dense, forward, use_population
from bn_lib.normalization import batch_norm, batch_norm_backward
from bn_lib.training import SGD, Training
from tools.records.sweeps import evaluations, results

FILE = HERE / "batch_noise.npz"
KINDS = ("no batch norm", "batch norm", "batch norm in groups")
BATCHES = (8, 32, 256)
RATES = {8: (0.03, 0.1, 0.3), 32: (0.1, 0.3, 1.0), 256: (0.3, 1.0, 3.0)}
SHAPE = len(KINDS), len(BATCHES), 3
SEEDS = range(3)  # choose the rate
FRESH = range(3, 8)  # had no say in that choice
EPOCHS = 30
TRAINED = 1400  # images; the others are tested
TOGETHER = 100  # images of which population statistics are taken


class Groups(BatchNorm):
    """Batch norm in which each `size` examples of a batch have statistics of their own."""

    def __init__(self, units, size):
        super().__init__(units)
        self.size = size

    def forward(self, x):
        """Return y, each group by its own mean and var in training mode."""
        if not self.training or len(x) == self.size:
            return super().forward(x)
        y, self.cache = batch_norm(self._apart(x), self.gamma, self.beta, self.eps, axis=0)
        return self._together(y)

    def backward(self, dy):
        """Keep dgamma and dbeta, return dx."""
        if not self.training or len(dy) == self.size:
            return super().backward(dy)
        dx, self.dgamma, self.dbeta = batch_norm_backward(self._apart(dy), self.cache)
        return self._together(dx)

    def after_step(self):
        """Forget the population; there are no moving averages, since nothing here asks for them."""
        self.population = None

    def _apart(self, x):
        """(examples, units) as (examples of a group, units, groups)."""
        return x.reshape(-1, self.size, x.shape[1]).transpose(1, 2, 0)

    def _together(self, y):
        return y.transpose(2, 0, 1).reshape(-1, y.shape[1])


def split(seed):
    """Images and labels to train on, and to test on; another choice for each seed."""
    d = digits()
    x, labels = np.concatenate([d.x, d.test_x]), np.concatenate([d.labels, d.test_labels])
    order = np.random.default_rng(seed).permutation(len(x))
    train, test = order[:TRAINED], order[TRAINED:]
    return x[train], labels[train], x[test], labels[test]


def make_network(kind, batch, seed):
    """64-50-50-10 of relu; the weights depend on the seed only."""
    norm = {
        "no batch norm": None,
        "batch norm": BatchNorm,
        "batch norm in groups": lambda units: Groups(units, batch),
    }[kind]
    return dense([64, 50, 50, 10], ReLU, np.random.default_rng(seed), norm, gain=np.sqrt(2))


def errors(kind, batch, rate, seed):
    """Test images that are classified wrongly, and the loss of the images trained on.

    In inference mode, after EPOCHS. Once training has diverged: all of them, and infinity.
    """
    x, labels, test_x, test_labels = split(seed)
    network = make_network(kind, batch, seed)
    step = max(BATCHES) if kind.endswith("groups") else batch
    training = Training(network, x, labels, SGD(rate), np.random.default_rng(seed + 100), step)
    for _ in evaluations(training, [EPOCHS * (TRAINED // step)]):
        for layer in network:
            if isinstance(layer, Groups):
                layer.size = TOGETHER
        use_population(network, x, TOGETHER)
        wrong = forward(network, test_x, training=False).argmax(axis=1) != test_labels
        loss, _ = cross_entropy(forward(network, x, training=False), labels)
        return np.count_nonzero(wrong), loss
    return len(test_labels), np.inf


def make():
    """Train all networks, and write the record that `bn_lib.data.batch_noise` reads."""
    cells = [
        (kind, batch, rate, seed)
        for kind, batch in product(KINDS, BATCHES)
        for rate, seed in product(RATES[batch], SEEDS)
    ]
    found = results(errors, cells)
    chosen = np.array([found[cell] for cell in cells]).reshape(*SHAPE, len(SEEDS), 2)
    places = chosen[..., 0].mean(axis=-1).argmin(axis=-1)  # of equal ones the lowest rate
    rates = np.array([RATES[batch] for batch in BATCHES])
    best = rates[np.arange(len(BATCHES)), places]
    cells = [
        (kind, batch, float(best[i, j]), seed)
        for (i, kind), (j, batch), seed in product(enumerate(KINDS), enumerate(BATCHES), FRESH)
    ]
    found = results(errors, cells)
    fresh = np.array([found[cell] for cell in cells]).reshape(*best.shape, len(FRESH), 2)
    write(
        FILE,
        {"kind": KINDS, "batch": BATCHES, "seed": SEEDS, "fresh": FRESH},
        tested=("", len(digits().test_x)),
        rate=("batch place", rates),
        wrong=("kind batch place seed", np.int16(chosen[..., 0])),
        loss=("kind batch place seed", np.float32(chosen[..., 1])),
        best=("kind batch", best),
        fresh_wrong=("kind batch fresh", np.int16(fresh[..., 0])),
        fresh_loss=("kind batch fresh", np.float32(fresh[..., 1])),
    )
