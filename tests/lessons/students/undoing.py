"""Students' undo: f(H, eps) -> gamma, beta."""

import numpy as np

from . import right, wrong

CHECK = "undo"


@right(CHECK)
def textbook(H, eps):
    gamma = np.sqrt(H.var(axis=0) + eps)
    beta = H.mean(axis=0)
    return gamma, beta


@right(CHECK)
def solved_from_two_examples(H, eps):
    H_hat = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    gamma = (H[0] - H[1]) / (H_hat[0] - H_hat[1])
    return gamma, H[0] - gamma * H_hat[0]


@right(CHECK)
def loops(H, eps):
    gamma, beta = [], []
    for j in range(H.shape[1]):
        mean = sum(H[:, j]) / len(H)
        gamma.append((sum((H[:, j] - mean) ** 2) / len(H) + eps) ** 0.5)
        beta.append(mean)
    return gamma, beta


@right(CHECK)
def by_fit(H, eps):
    H_hat = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    fits = [np.polyfit(H_hat[:, j], H[:, j], 1) for j in range(H.shape[1])]
    return np.array(fits).T[0], np.array(fits).T[1]


@wrong(CHECK, "γ = 1, β = 0", r"γ = 1|starts? with|leaves? H_hat|as it is")
def identity(H, eps):
    return np.ones(H.shape[1]), np.zeros(H.shape[1])


@wrong(CHECK, "1 and 0 as numbers", r"γ = 1|starts? with|leaves? H_hat|as it is")
def identity_as_numbers(H, eps):
    return 1, 0


@wrong(CHECK, "no ε", r"ε is missing|without ε")
def std_only(H, eps):
    return H.std(axis=0), H.mean(axis=0)


@wrong(CHECK, "variance", r"variance")
def variance(H, eps):
    return H.var(axis=0) + eps, H.mean(axis=0)


@wrong(CHECK, "swapped", r"β, γ|order|swap|other way")
def swapped(H, eps):
    return H.mean(axis=0), np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "the inverse for γ", r"divi|1/|inverse|once more")
def one_over(H, eps):
    return 1 / np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)


@wrong(CHECK, "β with a minus", r"β.*sign|sign.*β|minus")
def minus_mean(H, eps):
    return np.sqrt(H.var(axis=0) + eps), -H.mean(axis=0)


@wrong(CHECK, "both as normalizing itself", r"normalizing itself|(γ.*(once more|1/|divi).*β)")
def forward_again(H, eps):
    s = np.sqrt(H.var(axis=0) + eps)
    return 1 / s, -H.mean(axis=0) / s


@wrong(CHECK, "β times γ", r"β.*(γ|std|spread|times|multipl)")
def beta_times_gamma(H, eps):
    s = np.sqrt(H.var(axis=0) + eps)
    return s, H.mean(axis=0) * s


@wrong(CHECK, "N − 1", r"N − 1|ddof")
def bessel(H, eps):
    return np.sqrt(H.var(axis=0, ddof=1) + eps), H.mean(axis=0)


@wrong(CHECK, "γ over everything", r"γ.*(whole array|all)")
def one_gamma(H, eps):
    return np.sqrt(H.var() + eps) * np.ones(H.shape[1]), H.mean(axis=0)


@wrong(CHECK, "γ over everything as a number", r"γ.*(whole array|shape|one number)")
def one_gamma_number(H, eps):
    return np.sqrt(H.var() + eps), H.mean(axis=0)


@wrong(CHECK, "β over the units", r"β.*(axis 1|of one example|one number for each example|shape)")
def beta_rows(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=1)


@wrong(CHECK, "ε outside", r"root|outside")
def eps_outside(H, eps):
    return H.std(axis=0) + eps, H.mean(axis=0)


@wrong(CHECK, "statistics of H_hat, not of H", r"H_hat|already normalized|normalized")
def of_the_normalized(H, eps):
    H_hat = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    return np.sqrt(H_hat.var(axis=0) + eps), H_hat.mean(axis=0)


@wrong(CHECK, "returns the undone batch", r"two|γ|pair")
def returns_the_batch(H, eps):
    H_hat = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    return H_hat * H.std(axis=0) + H.mean(axis=0)


@wrong(CHECK, "β is the median", r"β.*median|median.*β")
def beta_median(H, eps):
    return np.sqrt(H.var(axis=0) + eps), np.median(H, axis=0)


@wrong(CHECK, "β is a sum", r"β.*sum|sum.*β")
def beta_sum(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.sum(axis=0)


@wrong(CHECK, "own ε, 1e-5", r"1e-5|10⁻⁵|0\.00001|argument eps")
def own_eps(H, eps):
    var = H.var(axis=0)
    return (var + 1e-5) ** 0.5, H.mean(axis=0)


@wrong(CHECK, "no ε and β missing its sign", r"(?s)ε is missing.*sign|sign.*ε is missing")
def two_slips(H, eps):
    return H.std(axis=0), -H.mean(axis=0)


@wrong(CHECK, "γ from the range", r"max|range|min")
def from_the_range(H, eps):
    return H.max(axis=0) - H.min(axis=0), H.mean(axis=0)


@wrong(CHECK, "whole numbers", r"whole|int|[Rr]ound")
def whole(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0).round()


@wrong(CHECK, "the mean square", r"squares|E\[H²\]|mean square")
def mean_square(H, eps):
    return np.sqrt((H**2).mean(axis=0) + eps), H.mean(axis=0)


@wrong(CHECK, "a dictionary", r"dict|two things")
def as_a_dict(H, eps):
    return {"gamma": np.sqrt(H.var(axis=0) + eps), "beta": H.mean(axis=0)}


@wrong(CHECK, "adds ε to β", r"ε.*β|β.*ε")
def eps_in_beta(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0) + eps
