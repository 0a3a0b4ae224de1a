"""The paper's training, written for one network and one batch size: NumPy's calls, and little else.

It does what bn_lib.training does, to rounding (tests/unit/test_paper.py trains both), in four
fifths of the time: results go into memory that is kept, the learning rate is multiplied into the
smallest gradient, and nothing is checked. There are no moving averages, which the paper has not.
"""

from math import isfinite

import numpy as np

from bn_lib.network import BatchNorm, Linear
from bn_lib.training import Diverged


class ByHand:
    """Trains what `dense` makes of Sigmoid, with BatchNorm before each or none, by plain descent.

    network: changed in place; gamma and beta get the type of the weights. Where there is a
    BatchNorm, a bias before it would be taken out again: it is left as it is.
    x, labels, rng, batch: see bn_lib.training.Training, which takes the same batches. Those of x
    may lack their last inputs, where these are 0 in the whole batch.
    """

    def __init__(self, network, x, labels, rate, rng, batch):
        self.x, self.labels, self.rate, self.rng, self.batch = x, labels, rate, rng, batch
        self.step, self.losses = 0, []
        linear, norms = (
            [layer for layer in network if isinstance(layer, kind)] for kind in (Linear, BatchNorm)
        )
        self.W = [layer.W for layer in linear]
        self.dW = [np.empty_like(W) for W in self.W]
        for norm in norms:
            norm.gamma, norm.beta = (a.astype(self.W[0].dtype) for a in (norm.gamma, norm.beta))
        # What is added before a sigmoid: beta, or a bias if there is no beta.
        self.b = [*(norm.beta for norm in norms), *(layer.b for layer in linear[len(norms) :])]
        self.gamma, self.eps = [norm.gamma for norm in norms], [norm.eps for norm in norms]
        self.rows = np.arange(batch)
        self.ones, self.classes = (np.ones(n, self.W[0].dtype) for n in (batch, len(self.b[-1])))
        # Memory, by the number of the layer: for its h, for the gradient, for x_hat, to calculate.
        shapes = [(batch, W.shape[1]) for W in self.W]
        self.h, self.dh, self.x_hat, self.spare = (
            [np.empty(shape, self.W[0].dtype) for shape in shapes] for _ in range(4)
        )
        self.std = [None] * len(norms)

    def run(self, until):
        """Train until `until` steps are done in all, and return this training.

        Raises Diverged when the loss is infinite or not a number.
        """
        while self.step < until:
            place = self.step % (len(self.x) // self.batch) * self.batch
            if place == 0:
                self._order = self.rng.permutation(len(self.x))
            indices = self._order[place : place + self.batch]
            loss = self._take_step(self.x[indices], self.labels[indices])
            if not isfinite(loss):
                raise Diverged(f"the loss of step {self.step} is {loss}")
            self.losses.append(loss)
            self.step += 1
        return self

    def _take_step(self, x, labels):
        n, last = x.shape[1], len(self.W) - 1
        W, dW = [self.W[0][:n], *self.W[1:]], [self.dW[0][:n], *self.dW[1:]]
        inputs = [x, *self.h[:-1]]
        for i in range(last):
            self._sigmoid(i, np.dot(inputs[i], W[i], out=self.h[i]))
        logits = np.dot(inputs[last], W[last], out=self.h[last])
        logits += self.b[last]
        loss, dy = self._loss(logits, labels), logits

        for i in range(last, -1, -1):
            if i < last:
                dy = self._sigmoid_backward(i, dy)
            if i == last or not self.gamma:
                self.b[i] -= self.ones.dot(dy)
            np.dot(inputs[i].T, dy, out=dW[i])
            if i:
                dy = np.dot(dy, W[i].T, out=self.dh[i - 1])
            W[i] -= dW[i]
        return loss

    def _sigmoid(self, i, z):
        """Make h of z = x W, with batch norm before it."""
        if self.gamma:
            m, x_hat, spare = len(z), self.x_hat[i], self.spare[i]
            np.subtract(z, self.ones.dot(z) / m, out=x_hat)
            x_hat -= self.ones.dot(x_hat) / m  # centred twice, as the mean is itself rounded
            var = self.ones.dot(np.multiply(x_hat, x_hat, out=spare)) / m
            self.std[i] = np.sqrt(var + self.eps[i])
            x_hat /= self.std[i]
            np.multiply(x_hat, self.gamma[i], out=z)
        z += self.b[i]
        z *= 0.5
        np.tanh(z, out=z)
        z *= 0.5
        z += 0.5

    def _loss(self, p, labels):
        """Return the loss; p, the logits, becomes its gradient times the rate."""
        p -= np.ascontiguousarray(p.T).max(axis=0)[:, None]
        true = p[self.rows, labels]
        total = np.exp(p, out=p).dot(self.classes)
        share = self.rate / len(p)
        p *= (share / total)[:, None]
        p[self.rows, labels] -= share
        return self.ones.dot(np.log(total) - true) / len(p)

    def _sigmoid_backward(self, i, dy):
        """Make the gradient for z of that for h; change gamma and beta."""
        h, spare = self.h[i], self.spare[i]
        np.subtract(1, h, out=spare)
        spare *= h
        dy *= spare
        if self.gamma:
            m, x_hat = len(h), self.x_hat[i]
            dgamma, dbeta = self.ones.dot(np.multiply(dy, x_hat, out=spare)), self.ones.dot(dy)
            dy -= np.multiply(x_hat, dgamma / m, out=spare)
            dy -= dbeta / m
            dy *= self.gamma[i] / self.std[i]
            self.gamma[i] -= dgamma
            self.b[i] -= dbeta
        return dy
