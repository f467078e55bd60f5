"""Solves one quadratic program with each peer and prints a line of JSON for each.

minimize 1/2 x'Px + q'x  subject to  l <= Ax <= u, lower <= x <= upper

Usage: solve.py PROGRAM.json RUNS. Reading the program and converting matrices is not timed; a peer's own set-up is not either where its
interface separates it. One thread each.
"""

import json
import os
import sys
import time

os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import scipy.sparse as sp


def read(path):
    with open(path, encoding="utf-8") as file:
        program = json.load(file)
    unbounded = lambda values: np.array([np.inf if v == "inf" else -np.inf if v == "-inf" else v for v in values], dtype=float)
    size, rows = program["columns"], len(program["rowLower"])
    lower = sp.csc_matrix((program["p"]["values"], (program["p"]["rows"], program["p"]["columns"])), shape=(size, size))
    matrix = sp.csc_matrix((program["a"]["values"], (program["a"]["rows"], program["a"]["columns"])), shape=(rows, size), dtype=float)
    return {
        "P": (lower + sp.tril(lower, -1).T).tocsc(),
        "q": np.array(program["linear"], dtype=float),
        "A": matrix,
        "l": unbounded(program["rowLower"]),
        "u": unbounded(program["rowUpper"]),
        "lower": unbounded(program["lower"]),
        "upper": unbounded(program["upper"]),
        "dense": program["columns"] == program["assets"],
    }


def timed(call):
    start = time.perf_counter()
    result = call()
    return (time.perf_counter() - start) * 1000, result


def stacked(problem):
    matrix = sp.vstack([problem["A"], sp.identity(len(problem["q"]))], format="csc")
    return matrix, np.concatenate([problem["l"], problem["lower"]]), np.concatenate([problem["u"], problem["upper"]])


def piqp_run(problem):
    import piqp

    equal = problem["l"] == problem["u"]
    A, b = problem["A"][equal], problem["u"][equal]
    G, low, high = problem["A"][~equal], problem["l"][~equal], problem["u"][~equal]
    solver = piqp.DenseSolver() if problem["dense"] else piqp.SparseSolver()
    shape = (lambda m: np.asarray(m.todense())) if problem["dense"] else (lambda m: sp.csc_matrix(m))
    solver.settings.eps_abs, solver.settings.eps_rel = 1e-9, 1e-9
    bound = lambda v: np.clip(v, -1e30, 1e30)
    solver.setup(shape(problem["P"]), problem["q"], shape(A), b, shape(G), bound(low), bound(high), bound(problem["lower"]), bound(problem["upper"]))
    elapsed, status = timed(solver.solve)
    if status != piqp.PIQP_SOLVED:
        raise RuntimeError(str(status))
    return elapsed, solver.result.x


def osqp_run(problem):
    import osqp

    matrix, low, high = stacked(problem)
    solver = osqp.OSQP()
    solver.setup(sp.triu(problem["P"], format="csc"), problem["q"], matrix, low, high, eps_abs=1e-6, eps_rel=1e-6, polishing=True, max_iter=100000, verbose=False)
    elapsed, result = timed(solver.solve)
    if result.info.status != "solved":
        raise RuntimeError(result.info.status)
    return elapsed, result.x


def clarabel_run(problem):
    import clarabel

    matrix, low, high = stacked(problem)
    equal = low == high
    upper, lower = np.isfinite(high) & ~equal, np.isfinite(low) & ~equal
    A = sp.vstack([matrix[equal], matrix[upper], -matrix[lower]], format="csc")
    b = np.concatenate([high[equal], high[upper], -low[lower]])
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(int(upper.sum() + lower.sum()))]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    solver = clarabel.DefaultSolver(sp.triu(problem["P"], format="csc"), problem["q"], A, b, cones, settings)
    elapsed, result = timed(solver.solve)
    if str(result.status) != "Solved":
        raise RuntimeError(str(result.status))
    return elapsed, np.array(result.x)


def scs_run(problem):
    import scs

    matrix, low, high = stacked(problem)
    equal = low == high
    upper, lower = np.isfinite(high) & ~equal, np.isfinite(low) & ~equal
    A = sp.vstack([matrix[equal], matrix[upper], -matrix[lower]], format="csc")
    b = np.concatenate([high[equal], high[upper], -low[lower]])
    data = {"P": sp.triu(problem["P"], format="csc"), "A": A, "b": b, "c": problem["q"]}
    solver = scs.SCS(data, {"z": int(equal.sum()), "l": int(upper.sum() + lower.sum())}, eps_abs=1e-7, eps_rel=1e-7, max_iters=100000, verbose=False)
    elapsed, result = timed(solver.solve)
    if result["info"]["status"] != "solved":
        raise RuntimeError(result["info"]["status"])
    return elapsed, result["x"]


def daqp_run(problem):
    import daqp

    if not problem["dense"]:
        raise RuntimeError("dense only; the split form is singular and too large")
    matrix = np.ascontiguousarray(problem["A"].todense())
    H, f = np.ascontiguousarray(problem["P"].todense()), problem["q"].copy()
    high, low = np.concatenate([problem["upper"], problem["u"]]), np.concatenate([problem["lower"], problem["l"]])
    sense = np.zeros(len(high), dtype=np.int32)
    sense[high == low] = 5
    elapsed, (x, _, exitflag, _) = timed(lambda: daqp.solve(H, f, matrix, high, low, sense))
    if exitflag != 1:
        raise RuntimeError(f"exit flag {exitflag}")
    return elapsed, x


def highs_run(problem):
    import highspy

    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    model = highspy.HighsModel()
    lp, size = model.lp_, len(problem["q"])
    lp.num_col_, lp.num_row_ = size, len(problem["l"])
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem["q"], problem["lower"], problem["upper"]
    lp.row_lower_, lp.row_upper_ = problem["l"], problem["u"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = problem["A"].indptr, problem["A"].indices, problem["A"].data
    lower = sp.tril(problem["P"], format="csc")
    model.hessian_.dim_, model.hessian_.format_ = size, highspy.HessianFormat.kTriangular
    model.hessian_.start_, model.hessian_.index_, model.hessian_.value_ = lower.indptr, lower.indices, lower.data
    solver.passModel(model)
    elapsed, _ = timed(solver.run)
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(solver.modelStatusToString(solver.getModelStatus()))
    return elapsed, np.array(solver.getSolution().col_value)


PEERS = {"highspy": highs_run, "piqp": piqp_run, "osqp": osqp_run, "clarabel": clarabel_run, "scs": scs_run, "daqp": daqp_run}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        assets = json.load(file)["assets"]
    problem, runs = read(sys.argv[1]), int(sys.argv[2])
    for name, run in PEERS.items():
        try:
            times, x = [], None
            for _ in range(runs):
                elapsed, x = run(problem)
                times.append(elapsed)
            print(json.dumps({"peer": name, "milliseconds": times, "weights": [float(v) for v in x[:assets]]}), flush=True)
        except Exception as error:
            print(json.dumps({"peer": name, "error": f"{type(error).__name__}: {error}"}), flush=True)


if __name__ == "__main__":
    main()
