"""Students' steps of gradient descent: f(H, gamma, beta, lr, eps) -> gamma, beta."""

import numpy as np

from . import right, wrong

CHECK = "step"


def _hat(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@right(CHECK)
def textbook(H, gamma, beta, lr, eps):
    H_hat = _hat(H, eps)
    error = gamma * H_hat + beta - H
    return gamma - lr * 2 * (error * H_hat).mean(0), beta - lr * 2 * error.mean(0)


@right(CHECK)
def dictionary_of_gradients(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    dy = 2 * (gamma * x + beta - H) / len(H)
    grads = {"gamma": np.sum(dy * x, axis=0), "beta": np.sum(dy, axis=0)}
    return [gamma - lr * grads["gamma"], beta - lr * grads["beta"]]


@right(CHECK)
def unit_by_unit(H, gamma, beta, lr, eps):
    new = []
    for j in range(H.shape[1]):
        h = H[:, j]
        x = (h - h.mean()) / np.sqrt(h.var() + eps)
        e = gamma[j] * x + beta[j] - h
        new.append((gamma[j] - 2 * lr * np.dot(e, x) / len(h), beta[j] - 2 * lr * e.mean()))
    gammas, betas = zip(*new, strict=True)
    return np.array(gammas), np.array(betas)


@wrong(CHECK, "uphill", r"uphill|added|sign")
def uphill(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma + 2 * lr * (e * x).mean(0), beta + 2 * lr * e.mean(0)


@wrong(CHECK, "β uphill only", r"β.*(uphill|sign|add)")
def beta_uphill(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta + 2 * lr * e.mean(0)


@wrong(CHECK, "2 missing", r"\b2\b")
def no_two(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - lr * (e * x).mean(0), beta - lr * e.mean(0)


@wrong(CHECK, "2 missing for β only", r"β.*\b2\b")
def no_two_for_beta(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - lr * e.mean(0)


@wrong(CHECK, "sums", r"sum")
def sums(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).sum(0), beta - 2 * lr * e.sum(0)


@wrong(CHECK, "own rate", r"(rate|lr).*(own|0\.1|argument|does not|never|missing)|argument lr")
def own_rate(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * 0.1 * (e * x).mean(0), beta - 2 * 0.1 * e.mean(0)


@wrong(CHECK, "rate missing", r"lr is missing|lr.*(never|does not)")
def no_rate(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * (e * x).mean(0), beta - 2 * e.mean(0)


@wrong(CHECK, "the gradient itself", r"gradient")
def gradient(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return 2 * (e * x).mean(0), 2 * e.mean(0)


@wrong(CHECK, "the change only: lr times gradient", r"step|change|gradient")
def change_only(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return lr * 2 * (e * x).mean(0), lr * 2 * e.mean(0)


@wrong(CHECK, "H in place of H_hat in γ's slope", r"H_hat.*not H|slope")
def along_H(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * H).mean(0), beta - 2 * lr * e.mean(0)


@wrong(CHECK, "no H_hat in γ's slope", r"H_hat")
def no_factor(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * e.mean(0), beta - 2 * lr * e.mean(0)


@wrong(CHECK, "target H_hat", r"target")
def wrong_target(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - x
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong(CHECK, "error the other way around", r"uphill|sign|other way")
def error_reversed(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = H - (gamma * x + beta)
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong(CHECK, "mean over everything", r"whole array|everything|all")
def over_everything(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(), beta - 2 * lr * e.mean()


@wrong(CHECK, "γ on H, not on H_hat", r"H_hat")
def not_normalized(H, gamma, beta, lr, eps):
    e = gamma * H + beta - H
    return gamma - 2 * lr * (e * H).mean(0), beta - 2 * lr * e.mean(0)


@wrong(CHECK, "no ε", r"ε is missing|ε")
def no_eps(H, gamma, beta, lr, eps):
    x = (H - H.mean(axis=0)) / H.std(axis=0)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong(
    CHECK, "the destination in place of a step", r"(undo|goal|destination|end|arriv|solution|lr)"
)
def destination(H, gamma, beta, lr, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)


@wrong(CHECK, "changed in place", r"changes the (gamma|beta)|in place")
def in_place(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    gamma -= 2 * lr * (e * x).mean(0)
    beta -= 2 * lr * e.mean(0)
    return gamma, beta


@wrong(CHECK, "nothing is returned after the lines", r"return")
def forgotten_return(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    gamma = gamma - 2 * lr * (e * x).mean(0)
    beta = beta - 2 * lr * e.mean(0)


@wrong(CHECK, "no step at all", r"as they (came|were|are)|unchanged|no step|not move")
def stands_still(H, gamma, beta, lr, eps):
    return gamma, beta


@wrong(CHECK, "β missing in the error", r"β.*(missing|error)|error")
def error_without_beta(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong(CHECK, "weights decay too", r"γ|shrink|decay|lr|factor")
def decays(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return (1 - lr) * gamma - 2 * lr * (e * x).mean(0), (1 - lr) * beta - 2 * lr * e.mean(0)


@wrong(CHECK, "sign of the gradient only", r"sign|size")
def sign_only(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - lr * np.sign((e * x).mean(0)), beta - lr * np.sign(e.mean(0))
