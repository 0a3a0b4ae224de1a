"""Students' backward passes: f(dy, H_hat, gamma, std) -> dH, and with dgamma, dbeta."""

import numpy as np

from . import right, wrong

CHECK = "backward"


@right(CHECK)
def short(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@right(CHECK)
def three_steps(dy, H_hat, gamma, std):
    d = dy * gamma
    d = d - d.mean(axis=0) - H_hat * np.mean(d * H_hat, axis=0)
    return d / std


@right(CHECK)
def as_in_the_paper(dy, H_hat, gamma, std):
    m = len(dy)
    x_mu = H_hat * std
    dx_hat = dy * gamma
    dvar = np.sum(dx_hat * x_mu * -0.5 * std**-3, axis=0)
    dmu = np.sum(-dx_hat / std, axis=0) + dvar * np.mean(-2 * x_mu, axis=0)
    return dx_hat / std + dvar * 2 * x_mu / m + dmu / m


@right(CHECK)
def by_jacobian(dy, H_hat, gamma, std):
    N, D = dy.shape
    out = np.zeros((N, D))
    for j in range(D):
        for i in range(N):
            for k in range(N):
                J = (float(i == k) - 1 / N - H_hat[i, j] * H_hat[k, j] / N) / std[j]
                out[i, j] += gamma[j] * J * dy[k, j]
    return out


@right(CHECK)
def sums(dy, H_hat, gamma, std):
    N = dy.shape[0]
    return (gamma / (N * std)) * (N * dy - np.sum(dy, 0) - H_hat * np.sum(dy * H_hat, 0))


@wrong(CHECK, "constants", r"constant")
def constants(dy, H_hat, gamma, std):
    return dy * gamma / std


@wrong(CHECK, "no path through the variance", r"variance.*missing|H_hat.*missing")
def no_variance(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(axis=0))


@wrong(CHECK, "no path through the mean", r"mean.*missing")
def no_mean(dy, H_hat, gamma, std):
    return gamma / std * (dy - H_hat * (dy * H_hat).mean(axis=0))


@wrong(CHECK, "sums, not divided by N", r"[Ss]ums?|divided by N")
def undivided(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.sum(0) - H_hat * (dy * H_hat).sum(0))


@wrong(CHECK, "the second term is a sum", r"(variance|H_hat).*sum|sum.*(variance|H_hat)")
def second_undivided(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat).sum(0))


@wrong(CHECK, "the first term is a sum", r"mean.*sum|sum.*mean")
def first_undivided(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.sum(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "signs: + in place of −", r"sign")
def plus(dy, H_hat, gamma, std):
    return gamma / std * (dy + dy.mean(0) + H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "everything reversed", r"sign|reversed|minus|uphill|−1")
def reversed_all(dy, H_hat, gamma, std):
    return -gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "everything divided by N", r"divided by N|1/N|by the number of examples|by N")
def averaged(dy, H_hat, gamma, std):
    N = len(dy)
    return gamma / std / N * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "N times too large", r"N times|divided by N|1/N|by N|N · ")
def not_averaged(dy, H_hat, gamma, std):
    N = len(dy)
    return gamma / std * (N * dy - dy.sum(0) - H_hat * (dy * H_hat).sum(0))


@wrong(CHECK, "axis 1 in the second mean", r"(variance|H_hat|second).*(axis 1|of one example)")
def second_by_rows(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(1, keepdims=True))


@wrong(CHECK, "no axis in the first mean", r"mean.*whole array")
def first_over_all(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean() - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "γ missing", r"γ is missing|γ (does not|never)")
def no_gamma(dy, H_hat, gamma, std):
    return (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0)) / std


@wrong(CHECK, "std missing", r"(std|division).*(missing|does not|never)")
def no_std(dy, H_hat, gamma, std):
    return gamma * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "std squared", r"twice|variance|std²")
def variance(dy, H_hat, gamma, std):
    return gamma / std**2 * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "√std", r"√std|root")
def root(dy, H_hat, gamma, std):
    return gamma / np.sqrt(std) * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "γ squared", r"γ.*(twice|squared)|γ²")
def gamma_twice(dy, H_hat, gamma, std):
    d = dy * gamma
    return gamma / std * (d - d.mean(0) - H_hat * (d * H_hat).mean(0))


@wrong(CHECK, "H_hat forgotten in front", r"H_hat")
def flat(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - (dy * H_hat).mean(0))


@wrong(CHECK, "H_hat squared", r"H_hat")
def squared(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat**2 * dy.mean(0))


@wrong(
    CHECK,
    "mean(dy)·mean(H_hat): a mean of a product taken apart",
    r"H_hat.*missing|variance.*missing|product|mean of H_hat",
)
def product_apart(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * dy.mean(0) * H_hat.mean(0))


@wrong(CHECK, "H_hat times mean(dy)", r"H_hat")
def wrong_partner(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * dy.mean(0))


@wrong(CHECK, "twice the variance path", r"twice|2 times|−2|double")
def doubled(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - 2 * H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "half the variance path", r"half|2 of")
def halved(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - 0.5 * H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "N − 1 in the variance path", r"N − 1")
def bessel(dy, H_hat, gamma, std):
    N = len(dy)
    return gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat).sum(0) / (N - 1))


@wrong(CHECK, "forward pass again", r"dy")
def forward(dy, H_hat, gamma, std):
    return gamma * H_hat + std


@wrong(CHECK, "normalizes dy", r"dy|spread|normali")
def normalizes_dy(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0)) / dy.std(0)


@wrong(CHECK, "γ on dy only", r"γ.*(dy|subtract)")
def gamma_on_dy(dy, H_hat, gamma, std):
    return (gamma * dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0)) / std


@wrong(CHECK, "1/std on dy only", r"std.*(dy|subtract)|divi.*(dy|subtract)")
def std_on_dy(dy, H_hat, gamma, std):
    return gamma * (dy / std - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(CHECK, "8 examples are written into it", r"\b8\b|written")
def eight(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.sum(0) / 8 - H_hat * (dy * H_hat).sum(0) / 8)


@wrong(
    CHECK,
    "by finite differences of the forward, with a coarse step",
    r"[Aa]lmost|approximat|digits",
)
def finite_difference(dy, H_hat, gamma, std):
    def loss(x):
        var = x.var(0)
        return np.sum(dy * gamma * (x - x.mean(0)) / np.sqrt(var - var0 + std**2))

    x = H_hat * std
    var0 = x.var(0)
    out = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[i] = 1e-5 * std[i[1]]
        out[i] = (loss(x + step) - loss(x)) / step[i]
    return out


@wrong(CHECK, "γ missing and the sign of the mean", r"(?s)γ is missing.*sign|sign.*γ is missing")
def two_slips(dy, H_hat, gamma, std):
    return (dy + dy.mean(0) - H_hat * (dy * H_hat).mean(0)) / std


@wrong(CHECK, "half and N", r"(?s)(half|2 of).*(sum|N)|(sum|N).*(half|2 of)")
def half_and_sum(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.sum(0) - H_hat * (dy * H_hat).mean(0) / 2)


@wrong(CHECK, "overwrites dy", r"changes the dy|in place")
def overwrites(dy, H_hat, gamma, std):
    dy *= gamma
    return (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0)) / std


@wrong(CHECK, "matrix product", r"shape|[Ee]rror")
def matmul(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat @ (dy * H_hat).mean(0))


GRADIENTS = "gradients"


@right(GRADIENTS)
def all_three(dy, H_hat, gamma, std):
    d = dy * gamma
    dH = (d - d.mean(0) - H_hat * (d * H_hat).mean(0)) / std
    return dH, (dy * H_hat).sum(axis=0), dy.sum(axis=0)


@right(GRADIENTS)
def einsums(dy, H_hat, gamma, std):
    N = len(dy)
    dgamma, dbeta = np.einsum("nd,nd->d", dy, H_hat), np.ones(N) @ dy
    return gamma / std * (dy - dbeta / N - H_hat * dgamma / N), dgamma, dbeta


@wrong(GRADIENTS, "dγ averaged", r"dγ.*(mean|average|N)|(mean|average).*dγ")
def averaged_gamma(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), (dy * H_hat).mean(axis=0), dy.sum(axis=0)


@wrong(GRADIENTS, "dγ and dβ swapped", r"swap|order|dβ, dγ|other way")
def swapped_gradients(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), dy.sum(axis=0), (dy * H_hat).sum(axis=0)


@wrong(GRADIENTS, "dγ with the centered H", r"dγ.*(H_hat|std|spread)")
def gamma_of_centered(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), (dy * H_hat * std).sum(axis=0), dy.sum(axis=0)


@wrong(GRADIENTS, "dγ with γ", r"dγ.*γ")
def gamma_of_output(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), (dy * gamma * H_hat).sum(axis=0), dy.sum(axis=0)


@wrong(GRADIENTS, "dβ unsummed", r"dβ.*(shape|sum)")
def beta_unsummed(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), (dy * H_hat).sum(axis=0), dy


@wrong(GRADIENTS, "dβ over the units", r"dβ.*(axis 1|of one example|shape)")
def beta_rows(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), (dy * H_hat).sum(axis=0), dy.sum(axis=1)


@wrong(GRADIENTS, "dH treats the statistics as constants", r"constant")
def constant_in_three(dy, H_hat, gamma, std):
    return dy * gamma / std, (dy * H_hat).sum(axis=0), dy.sum(axis=0)


@wrong(GRADIENTS, "dβ is forgotten", r"three|3")
def two_of_three(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), (dy * H_hat).sum(axis=0)


@wrong(GRADIENTS, "H_hat missing in dγ", r"dγ.*H_hat")
def gamma_without_H_hat(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), dy.sum(axis=0), dy.sum(axis=0)


@wrong(GRADIENTS, "dγ of a wrong sign", r"dγ.*sign|sign.*dγ")
def gamma_negative(dy, H_hat, gamma, std):
    return short(dy, H_hat, gamma, std), -(dy * H_hat).sum(axis=0), dy.sum(axis=0)
