"""Solutions of notebook 04."""


# %% backward
def my_backward(dy, H_hat, gamma, std):
    mean = dy.mean(axis=0)
    along = H_hat * (dy * H_hat).mean(axis=0)
    return gamma / std * (dy - mean - along)


show(check_backward(my_backward))
