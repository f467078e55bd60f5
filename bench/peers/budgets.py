"""Risk budgets: long-only weights whose shares of the variance are given."""

import importlib.util
import os
import site

import numpy as np

from case import compiled, timed


def parts(case):
    return case.square("S"), case["budgets"]


def contributions(method):
    """The C++ part of riskparityportfolio alone: the package around it wants a machine learning framework."""

    def make(case):
        places = [os.path.join(folder, "riskparityportfolio") for folder in site.getsitepackages()]
        files = [os.path.join(place, name) for place in places if os.path.isdir(place) for name in os.listdir(place)]
        library = next((file for file in files if os.path.basename(file).startswith("vanilla") and file.endswith(".so")), None)
        if library is None:
            raise RuntimeError("riskparityportfolio could not be built here: it comes as source and needs a C++ compiler")
        specification = importlib.util.spec_from_file_location("vanilla", library)
        vanilla = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(vanilla)
        S, budgets = parts(case)
        columns = np.asfortranarray(S)

        def run():
            elapsed, w = timed(lambda: vanilla.design(columns, budgets, tol=case.settings["peerTolerance"], maxiter=10000, method=method))
            return elapsed, {"x": np.ravel(w)}

        return run

    return make


def cvxpy_peer(case):
    import cvxpy as cp

    S, budgets = parts(case)
    x = cp.Variable(len(budgets))
    scale = np.mean(np.diag(S))
    problem = cp.Problem(cp.Minimize(0.5 * cp.quad_form(x, cp.psd_wrap(S / scale)) - budgets @ cp.log(x)))
    solve = compiled(problem, x)

    def run():
        elapsed, found = solve()
        return elapsed, {"x": found["x"] / found["x"].sum()}

    return run


def skfolio_peer(case):
    from skfolio.optimization import RiskBudgeting

    from modelled import given_prior

    S, budgets = parts(case)

    def run():
        model = RiskBudgeting(risk_budget=budgets, prior_estimator=given_prior(np.zeros(len(budgets)), S))
        elapsed, _ = timed(lambda: model.fit(np.zeros((2, len(budgets)))))
        return elapsed, {"x": model.weights_}

    return run


def riskfolio_peer(case):
    import pandas as pd
    import riskfolio

    S, budgets = parts(case)
    n = len(budgets)
    names = [f"A{i}" for i in range(n)]

    def run():
        portfolio = riskfolio.Portfolio(returns=pd.DataFrame(np.zeros((2, n)), columns=names))
        portfolio.mu, portfolio.cov = pd.DataFrame([np.zeros(n)], columns=names), pd.DataFrame(S, index=names, columns=names)
        elapsed, w = timed(lambda: portfolio.rp_optimization(model="Classic", rm="MV", b=budgets.reshape(-1, 1)))
        if w is None:
            raise RuntimeError("its solver found no solution")
        return elapsed, {"x": w.to_numpy().ravel()}

    return run


def cannot(case):
    raise RuntimeError("cannot express it: it has no risk budgets")


PEERS = {
    "riskparityportfolio ccd spinu": contributions("spinu"),
    "riskparityportfolio ccd choi": contributions("choi"),
    "cvxpy + clarabel": cvxpy_peer,
    "skfolio": skfolio_peer,
    "Riskfolio-Lib": riskfolio_peer,
    "PyPortfolioOpt": cannot,
    "cvxportfolio": cannot,
}
