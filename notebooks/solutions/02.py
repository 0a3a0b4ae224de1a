"""Solutions of notebook 02."""


# %% undo
def my_undo(H, eps):
    mean = H.mean(axis=0)
    var = H.var(axis=0)  # biased: 1/N, as batch normalization computes it
    return np.sqrt(var + eps), mean


show(check_undo(my_undo))
