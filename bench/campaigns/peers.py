"""Solves programs, one JSON document a line, with every peer that can express them; prints one line of JSON for each.

minimize 1/2 x'Px + q'x  subject to  low <= A x <= high,  h + G x in second-order cones, then power cones (v, r, t), v^(2/3) r^(1/3) >= |t|

A verdict is `optimal`, `infeasible`, `unbounded` or the peer's own word for none.
"""

import json
import os
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

import clarabel
import highspy
import numpy as np
import piqp
import scipy.sparse as sp
import scs


def sparse(entries, rows, columns):
    return sp.csc_matrix((entries["values"], (entries["rows"], entries["columns"])), shape=(rows, columns), dtype=float)


def sides(values):
    return np.array([np.inf if v is None or v >= 1e300 else v for v in values], dtype=float)


def read(line):
    program = json.loads(line)
    size = program["columns"]
    lower = sparse(program["quadratic"], size, size)
    return {
        "P": (lower + sp.tril(lower, -1).T).tocsc(),
        "q": np.array(program["linear"], dtype=float),
        "A": sparse(program["constraints"], len(program["low"]), size),
        "l": -sides([None if v is None else -v for v in program["low"]]),
        "u": sides(program["high"]),
        "G": sparse(program["cones"], len(program["offsets"]), size),
        "h": np.array(program["offsets"], dtype=float),
        "soc": program["secondOrder"],
        "powers": program["powers"],
        "assets": program["assets"],
    }


def stacked(problem):
    """Rows as A x + s = b: equations, then inequalities, then cones."""
    equal = problem["l"] == problem["u"]
    high, low = np.isfinite(problem["u"]) & ~equal, np.isfinite(problem["l"]) & ~equal
    A = problem["A"].tocsr()
    matrix = sp.vstack([A[equal], A[high], -A[low], -problem["G"]], format="csc")
    right = np.concatenate([problem["u"][equal], problem["u"][high], -problem["l"][low], problem["h"]])
    return matrix, right, int(equal.sum()), int(high.sum() + low.sum())


def clarabel_run(problem):
    A, b, equations, inequalities = stacked(problem)
    cones = [clarabel.ZeroConeT(equations), clarabel.NonnegativeConeT(inequalities)]
    cones += [clarabel.SecondOrderConeT(size) for size in problem["soc"]]
    cones += [clarabel.PowerConeT(2 / 3) for _ in range(problem["powers"])]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.presolve_enable = False
    solution = clarabel.DefaultSolver(sp.triu(problem["P"], format="csc"), problem["q"], A, b, cones, settings).solve()
    words = {"Solved": "optimal", "PrimalInfeasible": "infeasible", "DualInfeasible": "unbounded"}
    return words.get(str(solution.status), str(solution.status)), solution.x


def scs_run(problem):
    A, b, equations, inequalities = stacked(problem)
    data = {"P": sp.triu(problem["P"], format="csc"), "A": A, "b": b, "c": problem["q"]}
    cone = {"z": equations, "l": inequalities, "q": problem["soc"], "p": [2 / 3] * problem["powers"]}
    solution = scs.SCS(data, cone, eps_abs=1e-9, eps_rel=1e-9, max_iters=20000, verbose=False).solve()
    words = {"solved": "optimal", "infeasible": "infeasible", "unbounded": "unbounded"}
    return words.get(solution["info"]["status"], solution["info"]["status"]), solution["x"]


def piqp_run(problem):
    equal = problem["l"] == problem["u"]
    A = problem["A"].tocsr()
    solver = piqp.SparseSolver()
    solver.settings.eps_abs, solver.settings.eps_rel = 1e-9, 1e-9
    solver.settings.eps_duality_gap_abs, solver.settings.eps_duality_gap_rel = 1e-9, 1e-9
    solver.setup(
        sp.csc_matrix(problem["P"]),
        problem["q"],
        sp.csc_matrix(A[equal]),
        problem["u"][equal],
        sp.csc_matrix(A[~equal]),
        np.clip(problem["l"][~equal], -1e30, 1e30),
        np.clip(problem["u"][~equal], -1e30, 1e30),
    )
    status = solver.solve()
    words = {piqp.PIQP_SOLVED: "optimal", piqp.PIQP_PRIMAL_INFEASIBLE: "infeasible", piqp.PIQP_DUAL_INFEASIBLE: "unbounded"}
    return words.get(status, str(status)), solver.result.x


def highs_run(problem):
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", 1.0)
    model = highspy.HighsModel()
    lp, size = model.lp_, len(problem["q"])
    lp.num_col_, lp.num_row_ = size, len(problem["l"])
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem["q"], np.full(size, -np.inf), np.full(size, np.inf)
    lp.row_lower_, lp.row_upper_ = problem["l"], problem["u"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = problem["A"].indptr, problem["A"].indices, problem["A"].data
    lower = sp.tril(problem["P"], format="csc")
    if lower.nnz > 0:
        model.hessian_.dim_, model.hessian_.format_ = size, highspy.HessianFormat.kTriangular
        model.hessian_.start_, model.hessian_.index_, model.hessian_.value_ = lower.indptr, lower.indices, lower.data
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    words = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
    }
    return words.get(status, solver.modelStatusToString(status)), solver.getSolution().col_value


def main():
    for line in sys.stdin:
        problem = read(line)
        conic = len(problem["h"]) > 0
        peers = {"clarabel": clarabel_run, "scs": scs_run} if conic else {"clarabel": clarabel_run, "piqp": piqp_run, "highspy": highs_run}
        answers = {}
        for name, run in peers.items():
            try:
                verdict, x = run(problem)
                answers[name] = {"verdict": verdict, "weights": [float(v) if np.isfinite(v) else None for v in x[: problem["assets"]]]}
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                answers[name] = {"verdict": f"{type(error).__name__}: {error}"[:200], "weights": []}
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
