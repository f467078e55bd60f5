"""Least CVaR of equally likely scenarios with a least mean return and bounds: as a linear program, and by portfolio libraries."""

import numpy as np

import quadratic
from case import timed


def parts(case):
    return case["mu"], case.matrix("R", len(case["mu"])), case.settings


def pypfopt_peer(case):
    import pandas as pd
    from pypfopt import EfficientCVaR

    mu, R, settings = parts(case)

    def run():
        names = [f"A{i}" for i in range(len(mu))]
        frontier = EfficientCVaR(pd.Series(mu, index=names), pd.DataFrame(R, columns=names), beta=settings["level"], weight_bounds=(0, settings["upper"]))
        elapsed, _ = timed(lambda: frontier.efficient_return(settings["target"]))
        return elapsed, {"x": frontier.weights}

    return run


def skfolio_peer(case):
    from skfolio import RiskMeasure
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    from modelled import given_prior

    mu, R, settings = parts(case)

    def run():
        model = MeanRisk(
            objective_function=ObjectiveFunction.MINIMIZE_RISK,
            risk_measure=RiskMeasure.CVAR,
            cvar_beta=settings["level"],
            min_return=settings["target"],
            max_weights=settings["upper"],
            prior_estimator=given_prior(mu, np.cov(R.T)),
        )
        elapsed, _ = timed(lambda: model.fit(R))
        return elapsed, {"x": model.weights_}

    return run


def riskfolio_peer(case):
    import pandas as pd
    import riskfolio

    mu, R, settings = parts(case)
    names = [f"A{i}" for i in range(len(mu))]

    def run():
        portfolio = riskfolio.Portfolio(returns=pd.DataFrame(R, columns=names), alpha=1 - settings["level"])
        portfolio.mu, portfolio.cov = pd.DataFrame([mu], columns=names), pd.DataFrame(np.cov(R.T), index=names, columns=names)
        portfolio.lowerret = settings["target"]
        portfolio.ainequality, portfolio.binequality = np.eye(len(mu)), np.full((len(mu), 1), settings["upper"])
        elapsed, w = timed(lambda: portfolio.optimization(model="Classic", rm="CVaR", obj="MinRisk"))
        if w is None:
            raise RuntimeError("its solver found no solution")
        return elapsed, {"x": w.to_numpy().ravel()}

    return run


def cvxportfolio_peer(case):
    raise RuntimeError("cannot express it: it has no scenario tails")


PEERS = {
    "highspy": quadratic.highs_with({"solver": "simplex"}),
    "highspy ipm": quadratic.highs_with({"solver": "ipm"}),
    "clarabel": quadratic.clarabel_peer,
    "piqp": quadratic.piqp_peer,
    "osqp": quadratic.osqp_peer,
    "scs": quadratic.scs_peer,
    "PyPortfolioOpt": pypfopt_peer,
    "skfolio": skfolio_peer,
    "Riskfolio-Lib": riskfolio_peer,
    "cvxportfolio": cvxportfolio_peer,
}
