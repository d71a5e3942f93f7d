"""Hand-ins find what they borrow: a few functions of packages that are not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.worker.handin import HandIn

POINTS = np.random.default_rng(0).normal((5.0, -3.0), (2.0, 400.0), (20, 2))


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """The module of a hand-in of one file."""
    opened: list[HandIn] = []

    def module_(text: str) -> Any:
        (tmp_path / "work.py").write_text(text)
        opened.append(HandIn(tmp_path))
        return opened[-1].module("work.py")

    yield module_
    for handin in opened:
        handin.close()


@pytest.mark.parametrize("options", ["test_size=0.2, random_state=0", "train_size=0.8", "test_size=4, shuffle=False"])
def test_a_split_holds_every_row_once_beside_its_label(options: str, module: Callable[[str], Any]) -> None:
    work = module(
        "from sklearn.model_selection import train_test_split\nimport numpy as np\n"
        f"parts = train_test_split(np.arange(40).reshape(20, 2), np.arange(20), {options})\n"
    )
    x_train, x_test, y_train, y_test = work.parts
    assert (len(x_train), len(x_test)) == (16, 4)
    assert sorted([*y_train, *y_test]) == list(range(20))
    assert (x_train[:, 0] == 2 * y_train).all()
    assert (x_test[:, 0] == 2 * y_test).all()


def test_rows_and_labels_are_shuffled_alike(module: Callable[[str], Any]) -> None:
    work = module(
        "from sklearn.utils import shuffle\nimport numpy as np\n"
        "x, y = shuffle(np.arange(40).reshape(20, 2), np.arange(20), random_state=0)\n"
    )
    assert sorted(work.y) == list(range(20)) != list(work.y)
    assert (work.x[:, 0] == 2 * work.y).all()


def test_a_stratified_split_keeps_the_shares_of_the_classes(module: Callable[[str], Any]) -> None:
    work = module(
        "import sklearn.model_selection as ms\ny = [0] * 15 + [1] * 5\n"
        "train, test = ms.train_test_split(y, test_size=0.2, stratify=y, random_state=3)\n"
    )
    assert (sum(work.train), sum(work.test)) == (4, 1)


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("StandardScaler().fit(P[:9]).transform(P)", (POINTS - POINTS[:9].mean(0)) / POINTS[:9].std(0)),
        ("MinMaxScaler().fit_transform(P)", (POINTS - POINTS.min(0)) / (POINTS.max(0) - POINTS.min(0))),
        ("MinMaxScaler(feature_range=(-1, 1)).fit_transform(P).min(0)", np.array([-1.0, -1.0])),
        ("(lambda s: s.inverse_transform(s.fit_transform(P)))(StandardScaler())", POINTS),
        ("scale(P)", (POINTS - POINTS.mean(0)) / POINTS.std(0)),
        ("expit(np.array([-1000.0, 0.0]))", np.array([0.0, 0.5])),
        ("softmax(P, axis=1).sum(1)", np.ones(20)),
        ("np.exp(log_softmax(P, axis=1)).sum(1)", np.ones(20)),
        ("log_loss([0, 2], [[.5, .2, .3], [.5, .25, .25]], labels=[0, 1, 2])", 1.5 * np.log(2)),
        ("log_loss([0, 1], [.5, .5], normalize=False)", 2 * np.log(2)),
        ("[s.stop for s in gen_batches(11, 5)]", [5, 10, 11]),
        ("[s.stop for s in gen_batches(11, 5, min_batch_size=2)]", [5, 11]),
        ("OneHotEncoder().fit_transform([[3], [1]]).toarray()", np.array([[0.0, 1], [1, 0]])),
        ("OneHotEncoder(sparse_output=False, categories=[range(3)]).fit_transform([[2]])", np.array([[0.0, 0, 1]])),
        ("LabelBinarizer().fit(range(3)).transform([1, 0])", np.array([[0, 1, 0], [1, 0, 0]])),
        ("LabelBinarizer().fit_transform([0, 1, 1])", np.array([[0], [1], [1]])),
        ("pd.get_dummies(np.array([4, 2, 4])).values.astype(int)", np.array([[0, 1], [1, 0], [0, 1]])),
        ("pd.get_dummies(np.array([4, 2]), dtype=float)[2].values", np.array([0.0, 1.0])),
    ],
)
def test_what_is_borrowed_computes_what_the_package_does(
    written: str, means: Any, module: Callable[[str], Any]
) -> None:
    work = module(
        "import numpy as np\nfrom scipy.special import expit, log_softmax, softmax\n"
        "import pandas as pd\nfrom sklearn.metrics import log_loss\nfrom sklearn.utils import gen_batches\n"
        "from sklearn.preprocessing import LabelBinarizer, MinMaxScaler, OneHotEncoder, StandardScaler, scale\n"
        f"P = np.random.default_rng(0).normal((5.0, -3.0), (2.0, 400.0), (20, 2))\nvalue = {written}\n"
    )
    assert work.value == pytest.approx(means)


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("d.shape", (20, 2)),
        ("list(d.columns)", ["a", "b"]),
        ("d['a'].values", POINTS[:, 0]),
        ("d.b.to_numpy()", POINTS[:, 1]),
        ("d[['b', 'a']].values", POINTS[:, ::-1]),
        ("d.iloc[2:5, 1].values", POINTS[2:5, 1]),
        ("d.iloc[:, :1].values", POINTS[:, :1]),
        ("d.loc[d.a > 5, 'b'].values", POINTS[POINTS[:, 0] > 5, 1]),
        ("d[d['b'] < 0].values", POINTS[POINTS[:, 1] < 0]),
        ("((d - d.mean()) / d.std()).values", (POINTS - POINTS.mean(0)) / POINTS.std(0, ddof=1)),
        ("d.a.std()", POINTS[:, 0].std(ddof=1)),
        ("d.drop('a', axis=1).values", POINTS[:, 1:]),
        ("d.drop(d.sample(frac=1, random_state=0).index[:15]).shape", (5, 2)),
        ("np.array(d.head(3))", POINTS[:3]),
        ("np.exp(d['a']).values", np.exp(POINTS[:, 0])),
        ("d.apply(lambda c: (c - c.mean()) / c.std()).values", (POINTS - POINTS.mean(0)) / POINTS.std(0, ddof=1)),
        ("d.apply(lambda row: row['a'] + row.b, axis=1).values", POINTS.sum(1)),
        ("[d.mean()['b'], d.mean().a, *d.min(axis=0)]", [*POINTS.mean(0)[::-1], *POINTS.min(0)]),
        ("d.agg(['mean', 'max']).loc['max', 'a']", POINTS[:, 0].max()),
        ("d.describe().loc['std'].values", POINTS.std(0, ddof=1)),
        ("d.loc[3:5, 'a':'b'].values", POINTS[3:6]),
        ("[d.loc[7, 'b'], d.iloc[7]['a'], d.iloc[7, 0]]", [POINTS[7, 1], POINTS[7, 0], POINTS[7, 0]]),
        ("d[~d.index.isin([0, 1, 2])].values", POINTS[3:]),
        ("d.rename(columns={'a': 'c'})[['c']].to_numpy()", POINTS[:, :1]),
        ("d.sort_values('b').a.values", POINTS[np.argsort(POINTS[:, 1]), 0]),
        ("pd.concat([d, d], ignore_index=True).loc[25].values", POINTS[5]),
        ("(d.a > 5).value_counts()[True]", (POINTS[:, 0] > 5).sum()),
        ("[len(group) for _, group in d.groupby('a')]", [1] * 20),
        ("d[d.columns[:1]].values", POINTS[:, :1]),
        ("np.reshape(d.b, (4, 5))", POINTS[:, 1].reshape(4, 5)),
        ("np.std(d, axis=0).values", POINTS.std(0)),
        ("d.isnull().values.any()", False),
        ("pd.Series(index=range(3), dtype=float).isna().sum()", 3),
        ("[d.plot(x='a').set_title('points'), d.shape][1]", (20, 2)),
    ],
)
def test_a_table_is_read_as_pandas_reads_it(
    written: str, means: Any, module: Callable[[str], Any], tmp_path: Path
) -> None:
    table = tmp_path / "points.csv"
    np.savetxt(table, POINTS, delimiter=",", header="a,b", comments="", fmt="%.17g")
    work = module(f"import numpy as np\nimport pandas as pd\nd = pd.read_csv({str(table)!r})\nvalue = {written}\n")
    assert work.value == means if isinstance(means, list) else work.value == pytest.approx(means)


@pytest.mark.parametrize(
    "line",
    [
        "d.loc[:, ['a', 'b']] = (d - d.mean()) / d.std()",
        "d[['a', 'b']] = (d - d.mean()) / d.std()",
        "d -= d.mean()\nd /= d.std()",
        "d.a = (d.a - d.a.mean()) / d.a.std()\nd['b'] = (d['b'] - d['b'].mean()) / d['b'].std()",
        "d.iloc[:, :2] = ((d - d.mean()) / d.std()).values",
    ],
)
def test_the_columns_of_a_table_are_written(line: str, module: Callable[[str], Any]) -> None:
    work = module(f"import pandas as pd\nd = pd.DataFrame({POINTS.tolist()}, columns=['a', 'b'])\n{line}\n")
    assert work.d.values == pytest.approx((POINTS - POINTS.mean(0)) / POINTS.std(0, ddof=1))


def test_a_table_takes_rows_one_by_one(module: Callable[[str], Any]) -> None:
    work = module(
        "import pandas as pd\nd = pd.DataFrame(columns=['loss', 'accuracy'])\nempty = len(d)\n"
        "for epoch in range(3):\n    d.loc[len(d)] = [1 / (epoch + 1), epoch]\nd.iloc[0] = [2, 0]\n"
    )
    assert work.empty == 0
    assert work.d["loss"].tolist() == [2, 1 / 2, 1 / 3]


@pytest.mark.parametrize(
    "lines",
    [
        "import pandas as pd\nd = pd.DataFrame({'a': [1.0, 2.0]})\ne = d.pivot_table() + 1",
        "from sklearn.preprocessing import OneHotEncoder\ne = OneHotEncoder().fit_transform([1, 2])",
    ],
)
def test_what_a_stand_in_does_not_know_leaves_the_line_out(lines: str, module: Callable[[str], Any]) -> None:
    work = module(f"{lines}\ndef f():\n    return 3\n")
    assert work.f() == 3
