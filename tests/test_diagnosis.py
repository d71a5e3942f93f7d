"""Which known mistakes explain what was seen: on a course made up of a few numbers, where a change is told by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.checks import kinds
from grader.diagnosis.library import Library, Member, Names
from grader.diagnosis.match import MOST_LOOKS, Match, match
from grader.diagnosis.signature import Cell, Cells, Place, apart, cell_of, cells_of, layout_of
from grader.model import Failure, Observation
from grader.rubric import Criterion, Rubric, load_rubric

# A course of one helper, a forward pass that uses it, a backward pass, an optimizer, and a training that uses all.
PLACES = [
    "helper/a",
    "forward/a/loss",
    "forward/a/accuracy",
    "backward/0/W1",
    "backward/0/W2",
    "step/0",
    "purity/training",
]
LAYOUT = tuple(
    Place(tuple(path.split("/")), path.endswith(("loss", "accuracy")), path == "purity/training") for path in PLACES
)
START = {"h": 1.0, "f": 2.0, "v": 5.0, "w": 7.0, "s": 3.0}
MISTAKES: Mapping[str, Mapping[str, float]] = {
    "helper-doubled": {"h": 2.0},
    "helper-sign": {"h": -1.0},
    "helper-halves": {"v": 2.5},  # hides at backward/0/W1 what helper-doubled does there
    "forward-slip": {"f": 2.5},
    "forward-tiny": {"f": 1.0},
    "backward-v": {"v": 6.0},
    "backward-w": {"w": 0.5},
    "backward-both": {"v": 10.0, "w": 14.0},
    "step-uphill": {"s": -3.0},
    "step-uphill-again": {"s": -3.0},
}
CHARGED = {name: frozenset({name.partition("-")[0]}) for name in MISTAKES}


def numbers(changed: Mapping[str, float]) -> list[Any]:
    """What is seen of the course with these settings."""
    v = {**START, **changed}
    direction = np.arange(1.0, 7.0)
    loss = v["f"] * v["h"] ** 2 + 0.1 * v["h"]
    return [
        direction * v["h"],
        loss,
        float(loss > 2.0),
        direction * v["v"] * v["h"],
        direction[:3] ** v["w"] * v["v"],
        direction + v["s"],
        direction * loss * v["v"] + v["w"] * v["s"],
    ]


def cells(changed: Mapping[str, float], noise: float = 0.0) -> dict[int, Cell]:
    rng = np.random.default_rng(1)
    seen = (np.asarray(value) * (1 + noise * rng.normal(size=np.shape(value))) for value in numbers(changed))
    return {number: cell_of(value) for number, value in enumerate(seen)}


def member(names: Names, changed: Mapping[str, float]) -> Member:
    reference, mine = cells({}), cells(changed)
    return Member(names, {n: c for n, c in mine.items() if apart(c, reference[n]) > 1e-9})


def library(*without: str, clash: frozenset[str] = frozenset()) -> Library:
    known = {name: changed for name, changed in MISTAKES.items() if name not in without}

    def compose(names: Names, criterion: str) -> Member | None:
        if clash <= set(names) and clash:
            return None
        changed = {key: value for name in names for key, value in known[name].items()}
        made = member(names, changed)
        elsewhere = (n for n, place in enumerate(LAYOUT) if criterion not in ("", place.criterion))
        return replace(made, unknown=frozenset(elsewhere))

    members = [member((name,), changed) for name, changed in known.items()]
    return Library(LAYOUT, cells({}), members, CHARGED, frozenset({"helper"}), compose)


def found(changed: Mapping[str, float], at: Library | None = None, noise: float = 1e-12) -> Match:
    return match(cells(changed, noise), at or library())


def test_nothing_is_named_for_a_right_hand_in() -> None:
    assert found({}) == Match()


@pytest.mark.parametrize("name", [name for name in MISTAKES if name != "step-uphill-again"])
def test_each_mistake_is_named(name: str) -> None:
    told = found(MISTAKES[name])
    assert told.names == (name,)
    assert told.exact


def test_mistakes_that_look_alike_are_told_together() -> None:
    told = found(MISTAKES["step-uphill-again"])
    assert told.names == ("step-uphill",)
    assert told.others == {"step-uphill": ("step-uphill-again",)}


@pytest.mark.parametrize(
    "names",
    [
        ("backward-v", "step-uphill"),  # they meet in training
        ("helper-doubled", "backward-w"),
        ("helper-doubled", "helper-halves"),
        ("helper-sign", "backward-v"),  # they meet in a gradient
        ("helper-doubled", "forward-slip"),  # they meet in the loss, and one of them is seen there only
        ("backward-v", "backward-w"),
        ("helper-doubled", "backward-v", "step-uphill"),
        ("helper-sign", "forward-slip", "backward-w"),  # by chance the accuracy is right again
    ],
)
def test_several_mistakes_are_named_together(names: Names) -> None:
    changed = {key: value for name in names for key, value in MISTAKES[name].items()}
    told = found(changed)
    assert told.names == names
    assert told.exact


def test_each_mistake_is_told_with_the_criteria_in_which_it_shows() -> None:
    changed = {**MISTAKES["helper-doubled"], **MISTAKES["step-uphill"]}
    assert found(changed).reach == {
        "helper-doubled": {"helper", "forward", "backward", "purity"},
        "step-uphill": {"step", "purity"},
    }


def test_mistakes_that_cannot_be_put_together_are_not_named() -> None:
    names = ("helper-sign", "backward-v")
    changed = {key: value for name in names for key, value in MISTAKES[name].items()}
    assert "backward-v" not in found(changed, library(clash=frozenset(names))).names


@pytest.mark.parametrize("name", [name for name in MISTAKES if not name.startswith("step")])
def test_a_mistake_that_nobody_knows_gets_no_others_name(name: str) -> None:
    told = found(MISTAKES[name], library(name))
    assert told.names == ()
    assert told.left == told.deviating != frozenset()


def test_combinations_are_looked_at_a_number_of_times_that_has_a_bound() -> None:
    asked: list[Names] = []
    known = library()

    def compose(names: Names, criterion: str) -> Member | None:
        asked.append(names)
        return known.compose(names, criterion)

    many = [replace(each, names=(f"{each.names[0]}-{n}",)) for n in range(9) for each in known.members]
    charged = {each.names[0]: CHARGED[each.names[0].rpartition("-")[0]] for each in many}
    crowded = replace(
        known, members=many, charged=charged, compose=lambda names, criterion: compose(names[:0], criterion)
    )
    assert found({"h": 1.3, "v": 4.0, "w": 3.0, "s": 9.0}, crowded).names == ()
    assert 0 < len(asked) <= MOST_LOOKS


def test_no_combination_is_looked_at_where_a_call_failed_as_it_does_with_no_known_mistake() -> None:
    def compose(names: Names, criterion: str) -> Member | None:
        raise AssertionError

    seen = {**cells({"h": 2.0, "s": 0.7}), 5: replace(cell_of(0.0), code="!missing There is no step.")}
    told = match(seen, replace(library(), compose=compose))
    assert told.names == ("helper-doubled",)
    assert not told.exact


@pytest.mark.parametrize(
    ("changed", "names", "left"),
    [
        ({"h": 2.0, "s": 0.7}, ("helper-doubled",), {"step/0", "purity/training"}),  # the step is another matter
        ({"s": -3.0, "v": 0.3}, ("step-uphill",), {"backward/0/W1", "backward/0/W2", "purity/training"}),
        ({"v": 6.0, "w": 0.9}, (), None),  # something else is wrong in the same gradients
        ({"h": 2.2, "f": 2.5}, (), None),  # the forward pass uses the helper
    ],
)
def test_a_part_is_named_where_the_rest_is_another_matter(
    changed: Mapping[str, float], names: Names, left: set[str] | None
) -> None:
    told = found(changed)
    assert told.names == names
    assert not told.exact
    if left is not None:
        assert {str(LAYOUT[number]) for number in told.left} == left


def test_the_rounding_of_single_precision_hides_no_mistake() -> None:
    told = found(MISTAKES["backward-both"], noise=1e-6)
    assert told.names == ("backward-both",)
    assert told.wide


def test_what_is_within_the_rounding_of_single_precision_is_right() -> None:
    assert found({}, noise=1e-6).names == ()


def test_cells_that_nothing_is_known_of_are_left_out() -> None:
    seen = {number: cell for number, cell in cells(MISTAKES["backward-v"]).items() if number != 6}
    assert match(seen, library()).names == ("backward-v",)


def test_a_mistake_that_would_show_where_all_is_right_is_not_named() -> None:
    seen = dict(cells(MISTAKES["backward-v"]))
    seen[4] = cells({})[4]
    assert match(seen, library()).names == ()


@pytest.mark.parametrize("right", [(1, 3), (1, 2, 3, 4, 5, 6), ()])
def test_a_helper_by_itself_is_named_whatever_else_is_seen(right: tuple[int, ...]) -> None:
    """Others need not use it, and what they do wrong of their own is no reason to treat its slip otherwise."""
    seen = dict(cells({**MISTAKES["helper-doubled"], "f": 2.2, "v": 0.4, "w": 3.0}))
    seen |= {number: cells({})[number] for number in right}
    told = match(seen, library())
    assert told.names == ("helper-doubled",)
    assert "helper" not in told.open


# cells


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (np.ones(3), np.ones(3) * (1 + 1e-9), True),
        (np.ones(3), np.ones((1, 3)), False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([1.0, np.nan]), np.array([np.nan, 1.0]), False),
        (np.array([1.0, np.inf]), np.array([1.0, -np.inf]), False),
        ("a word", "a word", True),
        ("a word", "another", False),
        (None, 0.0, False),
        (np.zeros(2), np.zeros(2), True),
    ],
)
def test_cells_are_alike_in_form_and_numbers(one: Any, other: Any, alike: bool) -> None:
    assert (apart(cell_of(one), cell_of(other)) <= 1e-6) is alike


def test_a_long_array_is_folded_and_still_tells_one_entry() -> None:
    long = np.random.default_rng(2).normal(size=(784, 128))
    other = long.copy()
    other[17, 5] *= -1
    assert len(cell_of(long).values) == 64
    assert apart(cell_of(long), cell_of(long * (1 + 1e-12))) < 1e-9
    assert apart(cell_of(long), cell_of(other)) > 1e-4


def test_single_precision_is_remembered() -> None:
    assert cell_of(np.ones(3, np.float32)).single
    assert not cell_of(np.ones(3)).single


@pytest.fixture(scope="module")
def rubric(quick: Any) -> Rubric:
    """A rubric with the one criterion `gradient`."""
    check = kinds()["gradient"].model_validate({"kind": "gradient", "model": "two-layer", "batches": [{"rows": 3}]})
    criterion = Criterion("gradient", "Gradient", 1.0, "gradient", check)
    loaded = load_rubric(quick)
    return replace(loaded, sections=(replace(loaded.sections[0], criteria=(criterion,)),))


RIGHT = {"loss": 1.0, "gradients": {"W1": np.ones((2, 3)), "b1": np.ones(3)}}


def seen(batch: Any, square: Any = RIGHT) -> Mapping[str, Observation]:
    return {"gradient": Observation({"0": batch, "square": square})}


def crash(message: str) -> Mapping[str, Any]:
    return {"failure": {"code": "exception", "message": message, "hint": "", "where": "x.py:1"}}


def looked_at(rubric: Rubric, told: Mapping[str, Observation]) -> dict[str, Cell]:
    layout = layout_of(rubric, seen(RIGHT))
    return {str(layout[number]): cell for number, cell in cells_of(rubric, told, layout).items()}


def test_every_number_and_array_has_its_place(rubric: Rubric) -> None:
    places = ["loss", "gradients/W1", "gradients/b1"]
    expected = [f"gradient/{batch}/{place}" for batch in ("0", "square") for place in places]
    assert list(looked_at(rubric, seen(RIGHT))) == expected


def test_a_crash_fills_all_cells_of_its_call(rubric: Rubric) -> None:
    told = looked_at(rubric, seen(crash("ValueError: no"), crash("ValueError: no")))
    assert {cell.code for cell in told.values()} == {"!exception ValueError: no"}
    assert all(cell.missing for cell in told.values())


def test_sizes_that_a_hand_in_does_not_know_are_not_held_against_it(rubric: Rubric) -> None:
    assert [path for path in looked_at(rubric, seen(RIGHT, crash("IndexError: 10"))) if "square" in path] == []


def test_a_gradient_that_is_not_there_is_told_from_a_zero(rubric: Rubric) -> None:
    told = looked_at(rubric, seen({**RIGHT, "gradients": {"W1": np.zeros((2, 3))}}))
    assert told["gradient/0/gradients/b1"].missing
    assert not told["gradient/0/gradients/W1"].missing


def test_a_loss_in_an_array_of_one_number_is_a_number(rubric: Rubric) -> None:
    reference = looked_at(rubric, seen(RIGHT))["gradient/0/loss"]
    assert apart(looked_at(rubric, seen({**RIGHT, "loss": np.array([[1.0]])}))["gradient/0/loss"], reference) == 0


@pytest.mark.parametrize(("fault", "count"), [("student", 6), ("environment", 0), ("grader", 0)])
def test_only_the_students_own_failure_says_something(rubric: Rubric, fault: Any, count: int) -> None:
    told = looked_at(rubric, {"gradient": Observation({}, Failure(fault, "timeout", "It did not come back."))})
    assert [cell.code for cell in told.values()] == ["!timeout"] * count


def test_products_that_do_not_fit_are_the_same_however_they_are_written(rubric: Rubric) -> None:
    signature = "with gufunc signature (n?,k),(k,m?)->(n?,m?) (size 13 is different from 7)"
    matmul = f"ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, {signature}"
    dot = "ValueError: shapes (13,7) and (13,10) not aligned: 7 (dim 1) != 13 (dim 0)"
    one, other = (looked_at(rubric, seen(crash(text), crash(text))) for text in (matmul, dot))
    assert {cell.code for cell in one.values()} == {cell.code for cell in other.values()}


def test_a_label_beyond_the_columns_is_the_same_whichever_label_it_was(rubric: Rubric) -> None:
    texts = [
        f"IndexError: index {label} is out of bounds for axis {axis} with size 4" for label, axis in ((6, 0), (8, 1))
    ]
    one, other = (looked_at(rubric, seen(crash(text), crash(text))) for text in texts)
    wider = looked_at(rubric, seen(*[crash(texts[0].replace("size 4", "size 5"))] * 2))
    assert {cell.code for cell in one.values()} == {cell.code for cell in other.values()}
    assert {cell.code for cell in one.values()} != {cell.code for cell in wider.values()}


def test_nothing_is_said_of_a_criterion_that_was_not_looked_at(rubric: Rubric) -> None:
    assert looked_at(rubric, {}) == {}


def test_a_claim_of_a_strange_form_is_unknown(rubric: Rubric) -> None:
    nothing: Cells = {}
    assert cells_of(rubric, {"gradient": Observation({"0": RIGHT})}, layout_of(rubric, seen(RIGHT))) == nothing


@pytest.mark.parametrize(("after", "named"), [((1.0, 1.0), ()), ((2.0, 4.0), ("backwards",))])
def test_part_of_what_was_seen_names_nothing_where_nothing_happened(
    after: tuple[float, float], named: tuple[str, ...]
) -> None:
    """A model that never moves has many causes; what else went wrong may tell that it is none of the known ones."""
    layout = tuple(
        Place(tuple(path.split("/")), False, False) for path in ("step/0/W1", "step/1/W1", "other/0/history")
    )
    direction = np.arange(1.0, 5.0)
    reference = {n: cell_of(direction * size) for n, size in enumerate((3.0, 5.0, 7.0))}
    mistake = Member(("backwards",), {n: cell_of(direction * size) for n, size in enumerate(after)})
    charged = {"backwards": frozenset({"step"})}
    seen = {**reference, **mistake.cells, 2: cell_of(direction * 0.4)}
    known = Library(layout, reference, [mistake], charged, frozenset(), lambda names, criterion: None)
    assert match(seen, known).names == named
    assert match({**seen, 2: reference[2]}, known).names == ("backwards",)


def made_up(
    places: Mapping[str, float], mistakes: Mapping[str, Mapping[str, float]], alone: Collection[str] = ()
) -> tuple[Mapping[int, Cell], Library]:
    """A course whose places hold multiples of one array; each mistake is charged in the first place that it changes."""
    layout, direction = tuple(Place(tuple(path.split("/")), False, False) for path in places), np.arange(1.0, 5.0)
    reference = {n: cell_of(direction * size) for n, size in enumerate(places.values())}
    numbers_ = {path: n for n, path in enumerate(places)}
    cells_ = {
        name: {numbers_[path]: cell_of(direction * size) for path, size in changed.items()}
        for name, changed in mistakes.items()
    }
    charged = {name: frozenset({next(iter(changed)).partition("/")[0]}) for name, changed in mistakes.items()}
    known = [Member((name,), each) for name, each in cells_.items()]
    return reference, Library(layout, reference, known, charged, frozenset(alone), lambda names, criterion: None)


@pytest.mark.parametrize(("gradient", "named"), [(5.0, ("made-good",)), (-2.0, ())])
def test_a_slip_that_another_part_makes_good_is_not_named_where_that_part_is_wrong(
    gradient: float, named: tuple[str, ...]
) -> None:
    reference, known = made_up(
        {"slope/0/out": 3.0, "gradient/0/W1": 5.0},
        {"doubled": {"slope/0/out": 6.0, "gradient/0/W1": 10.0}, "made-good": {"slope/0/out": 7.0}},
        alone=("slope",),
    )
    seen = {**reference, 0: known.members[1].cells[0], 1: cell_of(np.arange(1.0, 5.0) * gradient)}
    assert match(seen, known).names == named


def test_what_a_mistake_does_to_a_call_that_failed_cannot_be_seen() -> None:
    reference, known = made_up(
        {"gradient/0/W1": 3.0, "history/0/loss": 5.0}, {"slip": {"gradient/0/W1": 7.0, "history/0/loss": 8.0}}
    )
    slipped = {**reference, **known.members[0].cells}
    assert match({**slipped, 1: replace(reference[1], code="!missing There is no history.")}, known).names == ("slip",)
    assert match({**slipped, 1: cell_of(np.arange(4.0))}, known).names == ()


@pytest.mark.parametrize(("other", "named"), [(("cost/0/loss", "gradient/0/W1"), ("slip",)), (("cost/0/loss",), ())])
def test_what_is_open_is_another_matter_where_no_mistake_of_its_own_can_be_in_it(
    other: tuple[str, ...], named: tuple[str, ...]
) -> None:
    """A mistake of predict that changes the cost may be in it, but not where it changes gradients that are right."""
    reference, known = made_up(
        {"cost/0/loss": 3.0, "gradient/0/W1": 5.0, "predict/0/labels": 7.0},
        {"slip": {"cost/0/loss": 2.0}, "other": {"predict/0/labels": 6.0, **dict.fromkeys(other, 9.0)}},
    )
    seen = {**reference, 0: known.members[0].cells[0], 2: cell_of(np.arange(4.0))}
    assert match(seen, known).names == named
