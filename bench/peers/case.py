"""A case as the bench wrote it: named arrays in one binary file, described by a manifest; and what every peer needs."""

import json
import os
import time

import numpy as np
import scipy.sparse as sp

INFINITE = 1e30


class Case:
    """Arrays by name, settings by name, and quadratic programs put together from their parts."""

    def __init__(self, folder):
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        self.settings = manifest["settings"]
        self.arrays = {}
        with open(os.path.join(folder, "case.bin"), "rb") as file:
            content = file.read()
        for name, place in manifest["arrays"].items():
            kind = np.float64 if place["type"] == "f64" else np.int32
            self.arrays[name] = np.frombuffer(content, dtype=kind, count=place["count"], offset=place["offset"]).copy()

    def __getitem__(self, name):
        return self.arrays[name]

    def __contains__(self, name):
        return name in self.arrays

    def square(self, name):
        size = round(len(self.arrays[name]) ** 0.5)
        return self.arrays[name].reshape(size, size)

    def matrix(self, name, columns):
        return self.arrays[name].reshape(-1, columns)

    def sparse(self, name, shape):
        parts = (self.arrays[f"{name}.values"], (self.arrays[f"{name}.rows"], self.arrays[f"{name}.columns"]))
        return sp.csc_matrix(parts, shape=shape, dtype=float)

    def quadratic_program(self):
        """minimize 1/2 x'Px + q'x subject to l <= Ax <= u, lower <= x <= upper."""
        size, rows = len(self["linear"]), len(self["rowLower"])
        lower = self.sparse("p", (size, size))
        return {
            "P": (lower + sp.tril(lower, -1).T).tocsc(),
            "q": self["linear"],
            "A": self.sparse("a", (rows, size)),
            "l": self["rowLower"],
            "u": self["rowUpper"],
            "lower": self["lower"],
            "upper": self["upper"],
            "dense": self.settings["dense"],
        }


def timed(call):
    """Milliseconds that a call took, and what it returned."""
    start = time.perf_counter()
    result = call()
    return (time.perf_counter() - start) * 1000, result


def stacked(problem):
    """Rows and bounds as one system of rows."""
    matrix = sp.vstack([problem["A"], sp.identity(len(problem["q"]))], format="csc")
    return matrix, np.concatenate([problem["l"], problem["lower"]]), np.concatenate([problem["u"], problem["upper"]])


def conic(problem):
    """The same as Ax + s = b with s zero in the first rows and nonnegative in the others: A, b, number of zeros, number of others."""
    matrix, low, high = stacked(problem)
    equal = low == high
    upper, lower = np.isfinite(high) & ~equal, np.isfinite(low) & ~equal
    A = sp.vstack([matrix[equal], matrix[upper], -matrix[lower]], format="csc")
    b = np.concatenate([high[equal], high[upper], -low[lower]])
    return A, b, int(equal.sum()), int(upper.sum() + lower.sum())


def compiled(problem, w):
    """cvxpy's problem as the solver gets it; how long the solver takes."""
    import cvxpy as cp

    inputs, chain, inverse = problem.get_problem_data(cp.CLARABEL, solver_opts={})

    def run():
        elapsed, solution = timed(lambda: chain.solver.solve_via_data(inputs, False, False, {"max_threads": 1}, {}))
        problem.unpack_results(solution, chain, inverse)
        return elapsed, {"x": w.value}

    return run
