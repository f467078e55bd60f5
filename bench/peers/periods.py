"""Several periods chained by their trades: as one quadratic program, and by cvxportfolio."""

import numpy as np

import quadratic
from case import timed


def cvxportfolio_peer(case):
    import pandas as pd

    import cvxportfolio as cvx

    S, held, rate = case.square("S"), case["held"], case["rate"]
    n = len(held)
    forecasts = case.matrix("mu", n)
    names = [f"A{i}" for i in range(n)]
    risk = cvx.FullCovariance(pd.DataFrame(S, index=names, columns=names))
    series = lambda values: pd.Series(values, index=names)
    cost = cvx.TransactionCost(a=series(rate), b=None)
    objectives = [cvx.ReturnsForecast(series(mu)) - 0.5 * case.settings["riskAversion"] * risk - cost for mu in forecasts]
    limits = [[cvx.LongOnly(), cvx.NoCash(), cvx.MaxWeights(case.settings["upper"])] for _ in forecasts]

    class Planned(cvx.MultiPeriodOptimization):
        """Remembers what the whole plan was worth; only its first trades are answered."""

        def values_in_time_recursive(self, **given):
            answer = super().values_in_time_recursive(**given)
            self.worth = self._problem.value
            return answer

    policy = Planned(objectives, limits, include_cash_return=False, solver="CLARABEL")
    book = pd.Series(np.append(held, 1 - held.sum()), index=[*names, "cash"])

    def run():
        elapsed, _ = timed(lambda: policy.execute(book, market_data=None, t=pd.Timestamp("2026-01-05")))
        return elapsed, {"objective": [-policy.worth]}

    return run


def cannot(case):
    raise RuntimeError("cannot express it: it plans one period")


PEERS = {**quadratic.PEERS, "cvxportfolio": cvxportfolio_peer, "PyPortfolioOpt": cannot, "skfolio": cannot, "Riskfolio-Lib": cannot}
