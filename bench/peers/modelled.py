"""Portfolio libraries over cvxpy on mean-variance problems: a dense covariance, or a factor model with costs and sector bands.

What a library does between its call and its answer is its time, modelling included; cvxpy itself is timed with its problem compiled.
"""

import numpy as np

import quadratic
from case import compiled, timed

DENSE_MOST = 3000


def dense(case):
    n = len(case["mu"])
    return n, case["mu"], case.square("S"), case.settings["riskAversion"], case.settings["upper"]


def cvxpy_dense(case):
    import cvxpy as cp

    n, mu, S, aversion, upper = dense(case)
    w = cp.Variable(n)
    objective = cp.Minimize(0.5 * aversion * cp.quad_form(w, cp.psd_wrap(S)) - mu @ w)
    problem = cp.Problem(objective, [cp.sum(w) == 1, w >= 0, w <= upper])
    return compiled(problem, w)


def pypfopt_dense(case):
    from pypfopt import EfficientFrontier

    _, mu, S, aversion, upper = dense(case)

    def run():
        frontier = EfficientFrontier(mu, S, weight_bounds=(0, upper))
        elapsed, _ = timed(lambda: frontier.max_quadratic_utility(risk_aversion=aversion))
        return elapsed, {"x": frontier.weights}

    return run


def given_prior(mu, S):
    from skfolio.prior import BasePrior, ReturnDistribution

    class Given(BasePrior):
        """Moments as they are given."""

        def __init__(self):
            pass

        def fit(self, X, y=None, **_):
            returns = np.asarray(X)
            self.return_distribution_ = ReturnDistribution(mu=mu, covariance=S, returns=returns)
            return self

    return Given()


def skfolio_dense(case):
    n, mu, S, aversion, upper = dense(case)
    return skfolio_utility(mu, S, aversion, {"max_weights": upper})


def skfolio_utility(mu, S, aversion, options):
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    returns = np.zeros((2, len(mu)))

    def run():
        model = MeanRisk(
            objective_function=ObjectiveFunction.MAXIMIZE_UTILITY, risk_aversion=aversion / 2, prior_estimator=given_prior(mu, S), **options
        )
        elapsed, _ = timed(lambda: model.fit(returns))
        return elapsed, {"x": model.weights_}

    return run


def riskfolio_dense(case):
    raise RuntimeError("cannot express it: its utility trades return against the standard deviation, not the variance")


def cvxportfolio_policy(mu, objective, constraints):
    """Trades of one period from the weights held, in a book of one unit of money."""
    import pandas as pd

    import cvxportfolio as cvx

    policy = cvx.SinglePeriodOptimization(objective, constraints, include_cash_return=False, solver="CLARABEL")
    n = len(mu)
    names = [f"A{i}" for i in range(n)]

    def run(held):
        book = pd.Series(np.append(held, 1 - held.sum()), index=[*names, "cash"])
        elapsed, (trades, _, _) = timed(lambda: policy.execute(book, market_data=None, t=pd.Timestamp("2026-01-05")))
        return elapsed, {"x": (book + trades).to_numpy()[:n]}

    return names, run


def cvxportfolio_dense(case):
    import pandas as pd

    import cvxportfolio as cvx

    n, mu, S, aversion, upper = dense(case)
    names = [f"A{i}" for i in range(n)]
    covariance = pd.DataFrame(S, index=names, columns=names)
    objective = cvx.ReturnsForecast(pd.Series(mu, index=names)) - 0.5 * aversion * cvx.FullCovariance(covariance)
    _, run = cvxportfolio_policy(mu, objective, [cvx.LongOnly(), cvx.NoCash(), cvx.MaxWeights(upper)])
    held = np.full(n, 1 / n)
    return lambda: run(held)


def factors(case):
    n, k = len(case["mu"]), case.settings["factors"]
    return n, k, case["mu"], case.matrix("B", k), case.square("Omega"), case["D"], case["held"], case["rate"]


def multiplied_out(B, omega, D):
    """For those that know no factor model."""
    if len(D) > DENSE_MOST:
        raise RuntimeError(f"not run: it knows no factor model, and a dense covariance of {len(D)} names is beyond it")
    return B @ omega @ B.T + np.diag(D)


def sectors(case):
    n = len(case["mu"])
    members = np.zeros((len(case["sectorLower"]), n))
    members[case["sector"], np.arange(n)] = 1
    return members, case["sectorLower"], case["sectorUpper"]


def cvxpy_factor(case):
    import cvxpy as cp

    n, k, mu, B, omega, D, held, rate = factors(case)
    members, low, high = sectors(case)
    aversion, upper = case.settings["riskAversion"], case.settings["upper"]
    w, y = cp.Variable(n), cp.Variable(k)
    root = np.linalg.cholesky(omega).T
    risk = cp.sum_squares(root @ y) + cp.sum_squares(cp.multiply(np.sqrt(D), w))
    cost = rate @ cp.abs(w - held)
    constraints = [y == B.T @ w, cp.sum(w) == 1, w >= 0, w <= upper, members @ w >= low, members @ w <= high]
    return compiled(cp.Problem(cp.Minimize(0.5 * aversion * risk - mu @ w + cost), constraints), w)


def pypfopt_factor(case):
    import cvxpy as cp

    from pypfopt import EfficientFrontier

    n, _, mu, B, omega, D, held, rate = factors(case)
    members, low, high = sectors(case)
    S = multiplied_out(B, omega, D)

    def run():
        frontier = EfficientFrontier(mu, S, weight_bounds=(0, case.settings["upper"]))
        frontier.add_objective(lambda w: rate @ cp.abs(w - held))
        frontier.add_constraint(lambda w: members @ w >= low)
        frontier.add_constraint(lambda w: members @ w <= high)
        elapsed, _ = timed(lambda: frontier.max_quadratic_utility(risk_aversion=case.settings["riskAversion"]))
        return elapsed, {"x": frontier.weights}

    return run


def skfolio_factor(case):
    n, _, mu, B, omega, D, held, rate = factors(case)
    members, low, high = sectors(case)
    options = {
        "max_weights": case.settings["upper"],
        "previous_weights": held,
        "transaction_costs": rate,
        "left_inequality": np.vstack([members, -members]),
        "right_inequality": np.concatenate([high, -low]),
    }
    return skfolio_utility(mu, multiplied_out(B, omega, D), case.settings["riskAversion"], options)


def riskfolio_factor(case):
    raise RuntimeError("cannot express it: it limits turnover but has no cost of trading in the objective")


def cvxportfolio_factor(case):
    import pandas as pd

    import cvxportfolio as cvx

    n, k, mu, B, omega, D, held, rate = factors(case)
    members, low, high = sectors(case)
    names = [f"A{i}" for i in range(n)]
    labels = [f"F{j}" for j in range(k)]
    series = lambda values: pd.Series(values, index=names)
    loadings = pd.DataFrame(members.T, index=names)
    risk = cvx.FactorModelCovariance(
        F=pd.DataFrame(B.T, index=labels, columns=names), d=series(D), Sigma_F=pd.DataFrame(omega, index=labels, columns=labels)
    )
    cost = cvx.TransactionCost(a=series(rate), b=None)
    objective = cvx.ReturnsForecast(series(mu)) - 0.5 * case.settings["riskAversion"] * risk - cost
    limits = [
        cvx.LongOnly(),
        cvx.NoCash(),
        cvx.MaxWeights(case.settings["upper"]),
        cvx.FactorMaxLimit(loadings, pd.Series(high)),
        cvx.FactorMinLimit(loadings, pd.Series(low)),
    ]
    _, run = cvxportfolio_policy(mu, objective, limits)
    return lambda: run(held)


LIBRARIES = {
    "cvxpy + clarabel": (cvxpy_dense, cvxpy_factor),
    "PyPortfolioOpt": (pypfopt_dense, pypfopt_factor),
    "skfolio": (skfolio_dense, skfolio_factor),
    "Riskfolio-Lib": (riskfolio_dense, riskfolio_factor),
    "cvxportfolio": (cvxportfolio_dense, cvxportfolio_factor),
}


def chosen(of_dense, of_factor):
    return lambda case: of_dense(case) if "S" in case else of_factor(case)


PEERS = {**quadratic.PEERS, **{name: chosen(*makers) for name, makers in LIBRARIES.items()}}
