"""Numba kernels, one module per criterion. They take plain arrays; callers have validated them."""
