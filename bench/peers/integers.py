"""At most so many names: the mixed-integer quadratic program, by whoever takes one."""

import numpy as np

from case import timed


def scip_peer(case):
    from pyscipopt import Model, quicksum

    S, linear, settings = case.square("S"), case["linear"], case.settings
    n = len(linear)
    # Sums of squares: SCIP sees that it is convex.
    root = np.linalg.cholesky(S).T

    def run():
        model = Model()
        model.hideOutput()
        model.setParam("limits/time", settings["secondsMax"])
        model.setParam("limits/gap", 1e-6)
        w = [model.addVar(lb=0, ub=settings["upper"]) for _ in range(n)]
        held = [model.addVar(vtype="B") for _ in range(n)]
        risk = model.addVar(lb=0)
        axes = [model.addVar(lb=None) for _ in range(n)]
        for i in range(n):
            model.addCons(axes[i] == quicksum(root[i, j] * w[j] for j in range(i, n)))
            model.addCons(w[i] <= settings["upper"] * held[i])
            model.addCons(w[i] >= settings["least"] * held[i])
        model.addCons(quicksum(axis * axis for axis in axes) <= risk)
        model.addCons(quicksum(w) == 1)
        model.addCons(quicksum(held) <= settings["namesMax"])
        model.setObjective(0.5 * settings["scale"] * risk - quicksum(linear[i] * w[i] for i in range(n)))
        elapsed, _ = timed(model.optimize)
        if model.getNSols() == 0:
            raise RuntimeError(f"{model.getStatus()}: no point found")
        return elapsed, {"x": [model.getVal(each) for each in w], "bound": [model.getDualbound()], "status": model.getStatus()}

    return run


def highs_peer(case):
    raise RuntimeError("cannot express it: integers only with linear objectives")


def skfolio_peer(case):
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    from modelled import given_prior

    S, linear, settings = case.square("S"), case["linear"], case.settings

    def run():
        model = MeanRisk(
            objective_function=ObjectiveFunction.MAXIMIZE_UTILITY,
            risk_aversion=settings["scale"] / 2,
            prior_estimator=given_prior(linear, S),
            max_weights=settings["upper"],
            cardinality=settings["namesMax"],
            threshold_long=settings["least"],
            solver="SCIP",
            solver_params={"scip_params": {"limits/time": settings["secondsMax"], "limits/gap": 1e-6}},
        )
        elapsed, _ = timed(lambda: model.fit(np.zeros((2, len(linear)))))
        return elapsed, {"x": model.weights_}

    return run


def cannot(case):
    raise RuntimeError("cannot express it: it has no limit on the number of names")


PEERS = {
    "pyscipopt": scip_peer,
    "skfolio": skfolio_peer,
    "highspy": highs_peer,
    "PyPortfolioOpt": cannot,
    "cvxportfolio": cannot,
}
