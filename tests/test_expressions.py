"""Formulas in both notations: right ones agree in every spelling, wrong ones never do, hostile ones are refused."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from speed import within

from grader.expressions import ExpressionError, Name, Vocabulary, agree, evaluate, parse, readings, written

SIZE = 5
VOCABULARY = Vocabulary(
    {
        **{spelling: Name("s", 1, "z") for spelling in ("s", "S", "sigma", "p")},
        **{name: Name(name, 1) for name in ("z", "w", "x")},
        **{name: Name(name) for name in ("y", "t", "u")},
        **{spelling: Name("yhat") for spelling in ("yhat", "ypred", "a")},
        **{spelling: Name("lambda") for spelling in ("lambda", "lam", "reg")},
        "W": Name("W", 2),
        "betaO1": Name("betaO1"),
        "dCdw": Name("dCdw", 1),
        "wbar": Name("w", 1),
    },
    ("i", "j"),
    frozenset({"n"}),
)


@cache
def point(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    z, w, x, gradient = rng.normal(size=(4, SIZE))
    numbers = {name: float(rng.normal()) for name in ("t", "u", "betaO1")}
    shares = {name: float(rng.uniform(0.1, 0.9)) for name in ("y", "yhat", "lambda")}
    s = np.exp(z) / np.sum(np.exp(z))
    return {"z": z, "w": w, "x": x, "s": s, "dCdw": gradient, "W": rng.normal(size=(SIZE, SIZE)), **numbers, **shares}


def value(text: str, seed: int = 1) -> Any:
    return evaluate(parse(text, VOCABULARY), point(seed), ("i", "j"), SIZE)


def same(text: str, right: str) -> bool:
    """Whether the text means the same as the other formula, in one of the ways in which it can be read."""
    return any(
        all(agree(evaluate(node, point(seed), ("i", "j"), SIZE), value(right, seed), 1e-9).all() for seed in range(8))
        for node in readings(text, VOCABULARY)
    )


JACOBIAN = "s[i]*(delta(i, j) - s[j])"
LOSS = "s[i] - delta(i, j)"
LOGISTIC = "-(y - yhat)*x[i]"
DECAY = "2*lam*w[i]"
PENALTY = "dCdw[i] + 2*lam*w[i]"
SIGMOID = "sigmoid(t)*(1 - sigmoid(t))"

RIGHT = [
    (JACOBIAN, "s_i*(1-s_i) if i==j else -s_i*s_j"),
    (JACOBIAN, "s[i]*(1-s[i]) if i==j else -s[i]*s[j]"),
    (JACOBIAN, "(s_i*(1-s_i) if i==j else -s_i*s_j)"),
    (JACOBIAN, "s_i*(1-s_i) if i = j, -s_i s_j if i != j"),
    (JACOBIAN, "s_i(1-s_i) for i = j; -s_i s_j otherwise"),
    (JACOBIAN, "s_i(delta_ij - s_j)"),
    (JACOBIAN, "S_i * ((i == j) - S_j)"),
    (JACOBIAN, "sᵢ(δᵢⱼ − sⱼ)"),
    (JACOBIAN, "diag(s) - s s^T"),
    (JACOBIAN, "np.diag(s) - np.outer(s, s)"),
    (JACOBIAN, "softmax(z)_i * (one_hot(j)_i - softmax(z)[j])"),
    (JACOBIAN, "exp(z_i)/sum(exp(z_k) for k in range(n)) * (delta(i, j) - exp(z[j])/np.sum(np.exp(z), axis=0))"),
    (JACOBIAN, r"s_i (\delta_{ij} - s_j)"),
    (JACOBIAN, r"$s_i \left( \delta_{i,j} - s_j \right)$."),
    (JACOBIAN, r"\frac{\partial s_i}{\partial z_j} = s_i\delta_{ij} - s_is_j"),
    (JACOBIAN, r"\begin{cases} s_i(1-s_i) & i = j \\ -s_is_j & i \neq j \end{cases}"),
    (JACOBIAN, r"\begin{cases} s_i(1-s_i), & \text{if } i = j \\ -s_i s_j, & \text{otherwise} \end{cases}"),
    (JACOBIAN, r"s_i \mathbf{1}_{i=j} - s_i s_j"),
    (JACOBIAN, r"s_i \mathbb{1}\{i = j\} - s_i s_j"),
    (JACOBIAN, r"\mathrm{diag}(\mathbf{s}) - \mathbf{s}\mathbf{s}^\top"),
    (JACOBIAN, r"\frac{e^{z_i}}{\sum_k e^{z_k}}\left(\delta_{ij} - \frac{e^{z_j}}{\sum_{k=1}^{K} e^{z_k}}\right)"),
    (JACOBIAN, r"\sigma(z)_i(\delta_{ij}-\sigma(z)_j)"),
    (JACOBIAN, "s(z)_i * (I[i,j] - s(z)_j)"),
    (JACOBIAN, r"s_i \sum_{k \ne i} s_k \cdot 1[i=j] - s_i s_j \cdot 1[i \ne j]"),
    (LOSS, "s_i - 1 if i == j else s_i"),
    (LOSS, "softmax(z) - one_hot(j)"),
    (LOSS, r"\mathrm{softmax}(z)_i - \delta_{ij}"),
    (LOSS, r"-\delta_{ij} + e^{z_i} / \sum_k e^{z_k}"),
    (LOSS, "p_i - e_j"),
    (LOSS, "-1 + s_i if i = j, 0 + s_i otherwise"),
    (LOGISTIC, "(yhat - y) x_i"),
    (LOGISTIC, "(y_pred - y) * x"),
    (LOGISTIC, r"-(y-\hat{y})x_i"),
    (LOGISTIC, r"-\left(y - \hat y\right) x_i"),
    (LOGISTIC, "-(y - ŷ)·xᵢ"),
    ("w[i]*dCdw[j]", r"\bar{w_i} \frac{\partial C}{\partial w}_j"),
    (LOGISTIC, r"-y x_i + \hat{y} x_i"),
    (LOGISTIC, r"-\frac{y}{\hat{y}} \hat{y}(1-\hat{y}) x_i + \frac{1-y}{1-\hat{y}} \hat{y}(1-\hat{y}) x_i"),
    (DECAY, "2*lambda*w_i"),
    (DECAY, "2λw"),
    (DECAY, r"2 \lambda w_i"),
    (DECAY, r"2\lambda\mathbf{w}"),
    (DECAY, "reg * (w + w)"),
    (DECAY, "λ·wᵢ·2"),
    (PENALTY, r"\frac{\partial J}{\partial w} = \frac{\partial C}{\partial w} + 2\lambda w"),
    (PENALTY, r"\frac{\partial C}{\partial w_{i}} + 2\lambda w_i"),
    (PENALTY, "∂C/∂w + 2λw"),
    (PENALTY, "dC/dw_i + lambda (w_i + w_i)"),
    (PENALTY, r"\frac{dC}{dw} + 2\lambda w"),
    (SIGMOID, "sigmoid(t) * (1 - sigmoid(t))"),
    (SIGMOID, r"\sigma(t)(1-\sigma(t))"),
    (SIGMOID, "σ(t)(1 − σ(t))"),
    (SIGMOID, r"\frac{e^{-t}}{(1+e^{-t})^2}"),
    (SIGMOID, "exp(-t) / (1 + exp(-t))**2"),
    (SIGMOID, "1/(1+e^-t) * (1 - 1/(1+e^-t))"),
    (SIGMOID, "np.exp(-t)*(1+np.exp(-t))**-2"),
    (SIGMOID, r"\sigma(t)\,\sigma(-t)"),
    ("5*t**4", "5t^4"),
    ("5*t**4", "5 t⁴"),
    ("t/2", r"\frac12 t"),
    ("t/2", r"\tfrac{t}{2}"),
    ("t/2", "50% t"),
    ("sqrt(t*t)", r"\sqrt{t^2}"),
    ("abs(t)", "|t|"),
    ("dot(w, x)", r"w^\top x"),
    ("dot(w, x)", "w @ x"),
    ("dot(w, w)", r"\|w\|^2"),
    ("dot(w, w)", r"\lVert w \rVert_2^2"),
    ("dot(w, w)", r"\sum_{i=1}^{n} w_i^2"),
    ("dot(w, w)", "sum(w**2)"),
    ("sum(W[i,k]*x[k] for k in range(n))", "W x"),
    ("sum(W[k,i]*x[k] for k in range(n))", "W^T x"),
    ("W[i,j]*w[1]", r"W_{ij} w_2"),
    ("u*betaO1", r"u\beta_{O1}"),
    ("u*betaO1", "beta_O1*u"),
    ("ln(t*t + 1)", r"\ln(t^2 + 1)"),
    ("max(t, 0)", "relu(t)"),
    ("t*u*y", "tuy"),
]
WRONG = [
    (JACOBIAN, "s_i(1-s_i)"),
    (JACOBIAN, "-s_i s_j"),
    (JACOBIAN, "s_i(1-s_j)"),
    (JACOBIAN, "s_i*(1-s_i) if i==j else s_i*s_j"),
    (JACOBIAN, "diag(s)"),
    (JACOBIAN, r"\begin{cases} s_i(1-s_i) & i = j \end{cases}"),
    (LOSS, "delta_ij - s_i"),
    (LOSS, "s_i - 1"),
    (LOSS, "1 - s_i"),
    (LOGISTIC, "(y - yhat) x_i"),
    (LOGISTIC, "yhat - y"),
    (LOGISTIC, "(yhat - y) yhat (1 - yhat) x_i"),
    (LOGISTIC, "0"),
    (PENALTY, "∂C/∂w + λw"),
    (DECAY, "lambda w_i"),
    (DECAY, "2 lambda w_i^2"),
    (DECAY, "2 lambda"),
    (SIGMOID, "sigmoid(t)"),
    (SIGMOID, "1 - sigmoid(t)^2"),
    (SIGMOID, "t(1-t)"),
    (SIGMOID, "0/0"),
    (SIGMOID, "9**9**9**9"),
    ("5*t**4", "4t^5"),
]
UNREADABLE = [
    ("", 1, "there is no formula"),
    ("s_i(1 - s_i", 12, "before the '(' in column 4 is closed"),
    ("s_i)", 4, "')' is not expected"),
    ("y^{n", 4, "'n' is not a name of this question"),
    ("y +", 4, "something is missing at the end"),
    ("y ^^ 2", 4, "'^' is not expected"),
    ("y 2 3", 5, "an operator is missing between two numbers"),
    ("sigmod(t)", 1, "'sigmod' is not a name of this question"),
    ("yhaat", 1, "did you mean 'yhat'"),
    ("s_k", 3, "'k' is not an index of this question; here they are i and j"),
    ("s_9", 1, "no entry 9"),
    ("s_{ij}", 1, "one index is expected"),
    (r"\frac{\partial s}{\partial z}", 7, "work it out"),
    ("σ'(t)", 2, "work it out"),
    (r"\foo{t}", 1, r"the command \foo is not known"),
    (r"\begin{matrix} 1 \end{matrix}", 1, r"only \begin{cases}"),
    ("s_i if s_j else 0", 8, "a comparison such as i = j"),
    ("t!", 2, "factorial"),
    ("softmax(t)", 1, "needs a whole vector"),
    ("exp(1, 2)", 1, "exp takes 1, not 2"),
    ("你好", 1, "the character '你' is not known"),
    ('__import__("os").system("ls")', 12, "is not known here"),
    ("().__class__.__bases__", 2, "not expected"),
    ("lambda: 0", 7, "not expected"),
    ("t.real", 3, "a point is not expected"),
    ("open('/etc/passwd')", 1, "'open' is not a name"),
    ("{{ 7*7 }}{% x %}", 11, "not expected"),
    ("(" * 400 + "t" + ")" * 400, 31, "more than 30 deep"),
    ("-" * 1999 + "t", 62, "too much lies in each other"),
    ("+".join("t" * 900), 252, "too long"),
    ("t" * 2001, 1, "2001 characters"),
    ("t^" * 900 + "t", 121, "too much lies in each other"),
    (r"\sum_a \sum_b \sum_c \sum_d z_a", 22, "more than 3 sums"),
]


@pytest.mark.parametrize(("right", "text"), RIGHT, ids=[text for _, text in RIGHT])
def test_every_spelling_of_a_right_answer_agrees(right: str, text: str) -> None:
    assert same(text, right)


@pytest.mark.parametrize(("right", "text"), WRONG, ids=[text for _, text in WRONG])
def test_a_wrong_answer_does_not_agree(right: str, text: str) -> None:
    assert not same(text, right)


@pytest.mark.parametrize(("text", "column", "told"), UNREADABLE, ids=[text[:30] for text, _, _ in UNREADABLE])
def test_what_cannot_be_read_is_told_with_its_column(text: str, column: int, told: str) -> None:
    with within(1), pytest.raises(ExpressionError) as error:
        value(text)
    assert told in error.value.message
    assert error.value.column == column


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("y/2t", "y/2·t"),
        ("-2λw_i", "−2·lambda·w_i"),
        (r"\frac{y}{2t}", "y/(2·t)"),
        ("(y-t)^2", "(y − t)^2"),
        ("e^{-t}", "e^(−t)"),
        (r"\sum_{k \ne i} s_k", "sum over k: [k ≠ i] of s_k"),
        ("1 if i == j else 0", "1 if [i = j]; 0 otherwise"),
        ("W_{ij}^T", "W_{i,j}ᵀ"),
    ],
)
def test_a_formula_is_shown_as_it_was_read(text: str, shown: str) -> None:
    assert written(parse(text, VOCABULARY)) == shown


@pytest.mark.parametrize("eaten", ["\frac{1}{2} t", "t \times 0.5", "\beta_{O1} t/(2\beta_{O1})"])
def test_commands_come_back_whose_beginnings_double_quotes_have_eaten(eaten: str) -> None:
    assert same(eaten, "t/2")


WORDS = st.sampled_from(
    [
        *r"()[]{}|_^+-*/=,;&'!%.$\ ",
        *"9zi²ᵢλ",
        "s_i",
        "\\frac",
        "\\sum_",
        "\\delta_",
        "\\mathbf{1}",
        "\\hat",
        "\\hat{y_i}",
    ]
    + ["\\begin{cases}", "\\end{cases}", "\\\\", "if ", "else ", "for ", "k in", "exp", "softmax(", "1[", "^T", "^n"]
    + ["^{(n", "∂C/∂", "dC/dw", "\\frac{dC}{dw", "\\partial "]
)


@settings(max_examples=400, deadline=2000)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=60).map("".join)))
@example("\\sum_{" * 200)
@example("sum(" * 400)
@example("\\frac" * 300)
@example("x_" * 900)
@example("||" * 900)
def test_any_text_is_a_formula_or_an_error_at_a_column(text: str) -> None:
    told: Any = None
    try:
        nodes = readings(text, VOCABULARY)
        assert {evaluate(node, point(0), ("i", "j"), SIZE).shape for node in nodes} == {(SIZE, SIZE)}
        assert all(written(node) for node in nodes)
    except ExpressionError as error:
        told = error
    assert told is None or (told.message and 1 <= told.column <= len(text) + 1)
