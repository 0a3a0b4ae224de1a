"""Students' layers for a network: whole classes, right ones and wrong ones."""

import numpy as np

from . import right, wrong

LAYER = "layer"


class Base:
    """What most of them have in common; each class below writes its own part."""

    parameters = ("gamma", "beta")
    training = True

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)

    def forward(self, H):
        if not self.training:
            return self.gamma * (H - self.mean) / np.sqrt(self.var + 1e-5) + self.beta
        self.N = len(H)
        self.batch_mean, self.batch_var = H.mean(axis=0), H.var(axis=0)
        self.std = np.sqrt(self.batch_var + 1e-5)
        self.H_hat = (H - self.batch_mean) / self.std
        return self.gamma * self.H_hat + self.beta

    def backward(self, dy):
        self.dgamma, self.dbeta = np.sum(dy * self.H_hat, axis=0), np.sum(dy, axis=0)
        along = self.H_hat * np.mean(dy * self.H_hat, axis=0)
        return self.gamma / self.std * (dy - dy.mean(axis=0) - along)

    def after_step(self):
        unbiased = self.batch_var * self.N / (self.N - 1)
        self.mean = 0.9 * self.mean + 0.1 * self.batch_mean
        self.var = 0.9 * self.var + 0.1 * unbiased


@right(LAYER)
class AsInTheNotebook(Base):
    pass


@right(LAYER)
class KeepsInPlace(Base):
    def after_step(self):
        self.mean += 0.1 * (self.batch_mean - self.mean)
        self.var += 0.1 * (self.batch_var * self.N / (self.N - 1) - self.var)


@right(LAYER)
class FollowsInForward(Base):
    def forward(self, H):
        y = super().forward(H)
        if self.training:
            Base.after_step(self)
        return y

    def after_step(self):
        return None


@right(LAYER)
class KerasVariance(Base):
    def after_step(self):
        self.mean = 0.9 * self.mean + 0.1 * self.batch_mean
        self.var = 0.9 * self.var + 0.1 * self.batch_var


@wrong(LAYER, "no after_step", r"no method after_step")
class NoAfterStep:
    parameters = ("gamma", "beta")

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)

    def forward(self, H):
        return H

    def backward(self, dy):
        return dy


@wrong(LAYER, "the division is forgotten", r"In forward: .*(division|divi)")
class OnlyCenters(Base):
    def forward(self, H):
        y = super().forward(H)
        return self.gamma * (H - H.mean(axis=0)) + self.beta if self.training else y


@wrong(LAYER, "always uses the batch", r"inference mode: .*batch's own")
class NeverInference(Base):
    def forward(self, H):
        self.training = True
        return super().forward(H)


@wrong(LAYER, "the mean of dy is forgotten", r"In backward: .*mean")
class ForgetsTheMean(Base):
    def backward(self, dy):
        super().backward(dy)
        along = self.H_hat * np.mean(dy * self.H_hat, axis=0)
        return self.gamma / self.std * (dy - along)


@wrong(LAYER, "γ is forgotten on the way back", r"In backward: .*γ")
class ForgetsGamma(Base):
    def backward(self, dy):
        return super().backward(dy) / self.gamma


@wrong(LAYER, "dβ is a mean", r"In backward: .*dβ")
class MeanOfBeta(Base):
    def backward(self, dy):
        dH = super().backward(dy)
        self.dbeta = dy.mean(axis=0)
        return dH


@wrong(LAYER, "dγ and dβ are swapped", r"In backward: .*swap|In backward: .*dγ")
class SwapsTheTwo(Base):
    def backward(self, dy):
        dH = super().backward(dy)
        self.dgamma, self.dbeta = self.dbeta, self.dgamma
        return dH


@wrong(LAYER, "running mean without the old one", r"In after_step: .*(old|own)")
class OnlyTheLast(Base):
    def after_step(self):
        super().after_step()
        self.mean = self.batch_mean


@wrong(LAYER, "running statistics are never updated", r"In after_step: .*(as it came|no weight)")
class NeverFollows(Base):
    def after_step(self):
        self.N = 0


@wrong(LAYER, "running var of standard deviations", r"In after_step: .*standard deviation")
class RunningSpread(Base):
    def after_step(self):
        self.mean = 0.9 * self.mean + 0.1 * self.batch_mean
        self.var = 0.9 * self.var + 0.1 * np.sqrt(self.batch_var)


@wrong(LAYER, "inference without the root", r"inference mode: .*root")
class NoRootInInference(Base):
    def forward(self, H):
        if self.training:
            return super().forward(H)
        return self.gamma * (H - self.mean) / (self.var + 1e-5) + self.beta


@wrong(LAYER, "evaluating changes the running mean", r"may only use them|inference mode")
class FollowsInInference(Base):
    def forward(self, H):
        y = super().forward(H)
        if not self.training:
            self.mean = 0.9 * self.mean + 0.1 * H.mean(axis=0)
        return y


@wrong(LAYER, "all layers share one cache", r"share|shared|In backward")
class SharesACache(Base):
    cache = {}  # noqa: RUF012

    def forward(self, H):
        y = super().forward(H)
        if self.training:
            self.cache["H_hat"] = self.H_hat
        return y

    def backward(self, dy):
        if self.cache["H_hat"].shape == dy.shape:
            self.H_hat = self.cache["H_hat"]
        return super().backward(dy + 1e-3 * np.sum(self.cache["H_hat"][0, 0] - self.H_hat[0, 0]))


@wrong(LAYER, "gamma starts at 0", r"self.gamma has to start as 1")
class StartsAtZero(Base):
    def __init__(self, units):
        super().__init__(units)
        self.gamma = np.zeros(units)


@wrong(LAYER, "one gamma for all units", r"self.gamma has to start as 1 for each unit")
class OneForAll(Base):
    def __init__(self, units):
        super().__init__(units)
        self.gamma = 1.0


@wrong(LAYER, "parameters forgets beta", r"parameters says what")
class LearnsGammaOnly(Base):
    parameters = ("gamma",)


@wrong(LAYER, "forward stops with an error", r"stopped with NameError.*`")
class Misspelt(Base):
    def forward(self, H):
        return gama * H  # noqa: F821
