"""The whole efficient frontier of a long-only portfolio with bounds: variances at the returns that are asked for."""

import numpy as np

from case import INFINITE, compiled, timed


def parts(case):
    return case["mu"], case.square("S"), case.settings["upper"], case["targets"]


def between_corners(weights, mu, S, targets):
    """Variances at the targets on a path that is linear between corners, the corner of highest return first."""
    path = np.asarray(weights)
    returns = path @ mu
    order = np.argsort(returns, kind="stable")
    path, returns = path[order], returns[order]
    found = []
    for target in targets:
        right = int(np.clip(np.searchsorted(returns, target), 1, len(returns) - 1))
        left = right - 1
        width = returns[right] - returns[left]
        share = 0.0 if width <= 0 else np.clip((target - returns[left]) / width, 0, 1)
        w = path[left] + share * (path[right] - path[left])
        found.append(w @ S @ w)
    return {"variances": found, "corners": [len(path)]}


def cvxcla_peer(case):
    from cvxcla import CLA

    mu, S, upper, targets = parts(case)
    n = len(mu)

    def run():
        trace = lambda: CLA(mean=mu, covariance=S, lower_bounds=np.zeros(n), upper_bounds=np.full(n, upper), a=np.ones((1, n)), b=np.ones(1))
        elapsed, cla = timed(trace)
        return elapsed, between_corners([point.weights for point in cla.turning_points], mu, S, targets)

    return run


def piqp_peer(case):
    import piqp

    mu, S, upper, targets = parts(case)
    n = len(mu)
    rows = np.vstack([np.ones(n), mu])

    def run():
        solver = piqp.DenseSolver()
        solver.settings.eps_abs, solver.settings.eps_rel = 1e-9, 1e-9
        none = np.zeros((0, n))
        solver.setup(S, np.zeros(n), rows, np.array([1.0, targets[0]]), none, np.zeros(0), np.zeros(0), np.zeros(n), np.full(n, min(upper, INFINITE)))

        def all_points():
            found = []
            for target in targets:
                solver.update(b=np.array([1.0, target]))
                if solver.solve() != piqp.PIQP_SOLVED:
                    raise RuntimeError("a point was not solved")
                found.append(solver.result.x.copy())
            return found

        elapsed, points = timed(all_points)
        return elapsed, {"variances": [w @ S @ w for w in points]}

    return run


def cvxpy_peer(case):
    import cvxpy as cp

    mu, S, upper, targets = parts(case)
    w, target = cp.Variable(len(mu)), cp.Parameter()
    problem = cp.Problem(cp.Minimize(cp.quad_form(w, cp.psd_wrap(S))), [cp.sum(w) == 1, mu @ w == target, w >= 0, w <= upper])

    def run():
        def all_points():
            found = []
            for value in targets:
                target.value = value
                problem.solve(solver=cp.CLARABEL, warm_start=False)
                found.append(w.value)
            return found

        target.value = targets[0]
        problem.solve(solver=cp.CLARABEL)
        elapsed, points = timed(all_points)
        return elapsed, {"variances": [x @ S @ x for x in points]}

    return run


def pypfopt_peer(case):
    from pypfopt import CLA

    mu, S, upper, targets = parts(case)

    def run():
        cla = CLA(mu, S, weight_bounds=(0, min(upper, 1)))
        elapsed, _ = timed(cla._solve)
        return elapsed, between_corners([np.ravel(w) for w in cla.w], mu, S, targets)

    return run


def skfolio_peer(case):
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    from modelled import given_prior

    mu, S, upper, targets = parts(case)

    def run():
        model = MeanRisk(
            objective_function=ObjectiveFunction.MINIMIZE_RISK, min_return=targets, max_weights=min(upper, 1), prior_estimator=given_prior(mu, S)
        )
        elapsed, _ = timed(lambda: model.fit(np.zeros((2, len(mu)))))
        return elapsed, {"variances": [w @ S @ w for w in model.weights_]}

    return run


def riskfolio_peer(case):
    import pandas as pd
    import riskfolio

    mu, S, upper, targets = parts(case)
    names = [f"A{i}" for i in range(len(mu))]

    def run():
        portfolio = riskfolio.Portfolio(returns=pd.DataFrame(np.zeros((2, len(mu))), columns=names))
        portfolio.mu, portfolio.cov = pd.DataFrame([mu], columns=names), pd.DataFrame(S, index=names, columns=names)
        portfolio.upperlng = min(upper, 1)
        if upper < 1:
            portfolio.ainequality, portfolio.binequality = np.eye(len(mu)), np.full((len(mu), 1), upper)
        elapsed, points = timed(lambda: portfolio.efficient_frontier(model="Classic", rm="MV", points=len(targets)))
        # Its points are its own; those between them are read off as on a path.
        return elapsed, between_corners(points.to_numpy().T, mu, S, targets)

    return run


def cvxportfolio_peer(case):
    raise RuntimeError("cannot express it: it trades towards one portfolio at a time and has no frontier")


PEERS = {
    "cvxcla": cvxcla_peer,
    "piqp": piqp_peer,
    "cvxpy + clarabel": cvxpy_peer,
    "PyPortfolioOpt": pypfopt_peer,
    "skfolio": skfolio_peer,
    "Riskfolio-Lib": riskfolio_peer,
    "cvxportfolio": cvxportfolio_peer,
}
