"""Quadratic programs with every solver that takes one. Each peer is made from the case and then run; setting up is not timed."""

import numpy as np
import scipy.sparse as sp

from case import INFINITE, conic, stacked, timed


def piqp_peer(case):
    import piqp

    problem = case.quadratic_program()
    equal = problem["l"] == problem["u"]
    A, b = problem["A"][equal], problem["u"][equal]
    G, low, high = problem["A"][~equal], problem["l"][~equal], problem["u"][~equal]
    shape = (lambda m: np.asarray(m.todense())) if problem["dense"] else sp.csc_matrix
    bound = lambda v: np.clip(v, -INFINITE, INFINITE)
    parts = (shape(problem["P"]), problem["q"], shape(A), b, shape(G), bound(low), bound(high), bound(problem["lower"]), bound(problem["upper"]))

    def run():
        solver = piqp.DenseSolver() if problem["dense"] else piqp.SparseSolver()
        solver.settings.eps_abs, solver.settings.eps_rel = 1e-9, 1e-9
        solver.setup(*parts)
        elapsed, status = timed(solver.solve)
        if status != piqp.PIQP_SOLVED:
            raise RuntimeError(str(status))
        return elapsed, {"x": solver.result.x}

    return run


def osqp_peer(case):
    import osqp

    problem = case.quadratic_program()
    matrix, low, high = stacked(problem)
    P = sp.triu(problem["P"], format="csc")

    def run():
        solver = osqp.OSQP()
        solver.setup(P, problem["q"], matrix, low, high, eps_abs=1e-6, eps_rel=1e-6, polishing=True, max_iter=100000, verbose=False)
        elapsed, result = timed(solver.solve)
        if result.info.status != "solved":
            raise RuntimeError(result.info.status)
        return elapsed, {"x": result.x}

    return run


def clarabel_peer(case):
    import clarabel

    problem = case.quadratic_program()
    A, b, zeros, others = conic(problem)
    P = sp.triu(problem["P"], format="csc")
    cones = [clarabel.ZeroConeT(zeros), clarabel.NonnegativeConeT(others)]

    def run():
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.max_threads = 1
        solver = clarabel.DefaultSolver(P, problem["q"], A, b, cones, settings)
        elapsed, result = timed(solver.solve)
        if str(result.status) != "Solved":
            raise RuntimeError(str(result.status))
        return elapsed, {"x": np.array(result.x)}

    return run


def scs_peer(case):
    import scs

    problem = case.quadratic_program()
    A, b, zeros, others = conic(problem)
    parts = {"P": sp.triu(problem["P"], format="csc"), "A": A, "b": b, "c": problem["q"]}

    def run():
        solver = scs.SCS(parts, {"z": zeros, "l": others}, eps_abs=1e-7, eps_rel=1e-7, max_iters=100000, verbose=False)
        elapsed, result = timed(solver.solve)
        if result["info"]["status"] != "solved":
            raise RuntimeError(result["info"]["status"])
        return elapsed, {"x": result["x"]}

    return run


def daqp_peer(case):
    import daqp

    problem = case.quadratic_program()
    if not problem["dense"]:
        raise RuntimeError("dense only; the split form is singular and too large")
    matrix = np.ascontiguousarray(problem["A"].todense())
    H, f = np.ascontiguousarray(problem["P"].todense()), problem["q"].copy()
    high, low = np.concatenate([problem["upper"], problem["u"]]), np.concatenate([problem["lower"], problem["l"]])
    sense = np.zeros(len(high), dtype=np.int32)
    sense[high == low] = 5
    high, low = np.clip(high, -INFINITE, INFINITE), np.clip(low, -INFINITE, INFINITE)

    def run():
        elapsed, (x, _, exitflag, _) = timed(lambda: daqp.solve(H, f, matrix, high, low, sense))
        if exitflag != 1:
            raise RuntimeError(f"exit flag {exitflag}")
        return elapsed, {"x": x}

    return run


def highs_model(problem, options):
    import highspy

    solver = highspy.Highs()
    solver.silent()
    for name, value in options.items():
        solver.setOptionValue(name, value)
    model = highspy.HighsModel()
    lp, size = model.lp_, len(problem["q"])
    lp.num_col_, lp.num_row_ = size, len(problem["l"])
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem["q"], problem["lower"], problem["upper"]
    lp.row_lower_, lp.row_upper_ = problem["l"], problem["u"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = problem["A"].indptr, problem["A"].indices, problem["A"].data
    lower = sp.tril(problem["P"], format="csc")
    if lower.nnz > 0:
        model.hessian_.dim_, model.hessian_.format_ = size, highspy.HessianFormat.kTriangular
        model.hessian_.start_, model.hessian_.index_, model.hessian_.value_ = lower.indptr, lower.indices, lower.data
    solver.passModel(model)
    return solver


def highs_with(options):
    def make(case):
        import highspy

        problem = case.quadratic_program()

        def run():
            solver = highs_model(problem, {"threads": 1, **options})
            elapsed, _ = timed(solver.run)
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(solver.modelStatusToString(solver.getModelStatus()))
            return elapsed, {"x": np.array(solver.getSolution().col_value)}

        return run

    return make


PEERS = {
    "highspy": highs_with({}),
    "piqp": piqp_peer,
    "osqp": osqp_peer,
    "clarabel": clarabel_peer,
    "scs": scs_peer,
    "daqp": daqp_peer,
}
