"""Hand-ins as students send them: odd folders, odd files, packages that are not there."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from handin_samples import Files, Open, opening
from hypothesis import given
from hypothesis import strategies as st

from grader.worker import patience, sources
from grader.worker.handin import (
    Missing,
    Part,
    Unusable,
    _letters_shared,
    last_frame,
    likeness,
)

BASE = "class Base:\n    def name(self):\n        return 'base'\n"
NET = "from {base} import Base\n\n\nclass Net(Base):\n    pass\n"


@pytest.fixture
def handin(tmp_path: Path) -> Iterator[Open]:
    with opening(tmp_path / "hand in") as open_:
        yield open_


@pytest.mark.parametrize(
    "files",
    [
        {"models/base.py": BASE, "models/net.py": NET.format(base=".base")},
        {"models/base.py": BASE, "models/net.py": NET.format(base="models.base")},
        {"models/base.py": BASE, "models/net.py": NET.format(base="base")},
        {"models/__init__.py": "", "models/base.py": BASE, "models/net.py": NET.format(base="..models.base")},
        {"src/nets/models/base.py": BASE, "src/nets/models/net.py": NET.format(base="models.base")},
        {"src/nets/models/base.py": BASE, "src/nets/models/net.py": NET.format(base="src.nets.models.base")},
        {"my homework/final (2)/models/base.py": BASE, "my homework/final (2)/models/net.py": NET.format(base=".base")},
        {"part 1/models/base.py": BASE, "part 2/nets/net.py": NET.format(base="models.base")},
        {"part 1/models/base.py": BASE, "part 2/models/net.py": NET.format(base="models.base")},
        {"base.py": BASE, "net.py": NET.format(base=".base")},
        {"base.py": BASE, "net.py": NET.format(base="models.base")},
        {"models/base.py": BASE, "models/net.py": NET.format(base="student_version.models.base")},
        {"models/base (1).py": BASE, "models/net (1).py": NET.format(base=".base")},
        {"models/base.py": BASE, "models/net.py": "import models.base as b\n\n\nclass Net(b.Base):\n    pass\n"},
        {"models/base.py": BASE, "models/net.py": "from models import base\n\n\nclass Net(base.Base):\n    pass\n"},
        {"json/base.py": BASE, "json/net.py": NET.format(base=".base")},
        {"models.v2/base.py": BASE, "models.v2/net.py": NET.format(base=".base")},
        {"models/__init__.py": "from .net import *\nfrom .nothing import X\n", "models/base.py": BASE,
         "models/net.py": NET.format(base=".base")},
        {"models/__init__.py": "1 / 0\n", "models/base.py": BASE, "models/net.py": NET.format(base="models.base")},
        {"models/__init__.py": "from .broken import X\n", "models/broken.py": "def (:\n", "models/base.py": BASE,
         "models/net.py": NET.format(base="models.base")},
    ],
)  # fmt: skip
def test_a_class_is_found_and_imported_wherever_it_lies(files: Files, handin: Open) -> None:
    assert handin(files).find_class(["Net"])().name() == "base"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfclass Net:\r\n    x = 1\r\n",
        "class Net:\n    x = 1\n".encode("utf-16"),
        b"class Net:\n\tx = 1\n\0\0",
        b"# -*- coding: klingon -*-\nclass Net:\n    x = 1\n",
        b"# caf\xe9\nclass Net:\n    x = 1\n",
        "class Net:\n    λ, x = 0, 1\n".encode(),
        b"class Net:\r    x = 1\r",
        b"from __future__ import annotations\nclass Net:\n    x: Nothing = 1\n",
    ],
)
def test_odd_bytes_in_a_file_do_no_harm(content: bytes, handin: Open) -> None:
    found = handin({"models/net.py": content}).find_class(["Net"])
    assert vars(found)["x"] == 1


@pytest.mark.parametrize(
    "name",
    ["__MACOSX/models/._net.py", "models/._net.py", ".ipynb_checkpoints/net.py", "__pycache__/net.py", "venv/net.py"],
)
def test_what_is_not_the_students_is_skipped(name: str, handin: Open) -> None:
    found = handin({name: b"\0\5\x16\7class Net", "code/models/net.py": "class Net:\n    x = 1\n"})
    assert list(found.sources) == ["code/models/net.py"]


@pytest.mark.parametrize(
    ("former", "later"), [("ps5_draft", "ps5_final"), ("HW (old)", "HW"), ("first-try", "solution")]
)
def test_of_two_notebooks_the_one_counts_that_is_no_draft(former: str, later: str, handin: Open) -> None:
    cells = '{"cells": [{"cell_type": "code", "source": "def f():\\n    return %d"}], "nbformat": 4}'
    found = handin({f"{former}.ipynb": cells % 1, f"{later}.ipynb": cells % 2})
    assert found.find_function(["f"])() == 2


def test_a_syntax_error_is_told_with_its_line_and_the_rest_is_usable(handin: Open) -> None:
    found = handin(
        {"models/net.py": "x = 1\ndef f(:\n", "models/base.py": BASE, "utils.py": "def f():\n    return 2\n"}
    )
    assert found.broken()[0].where == "models/net.py:2"
    assert found.find_function(["f"])() == 2
    with pytest.raises(SyntaxError) as caught:
        found.find_class(["Net"], files=["net"])
    assert found.last_frame(caught.value) == "models/net.py:2"


def test_a_git_lfs_pointer_is_named(handin: Open) -> None:
    found = handin({"net.py": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"})
    with pytest.raises(ImportError, match="Git-LFS pointer"):
        found.find_class(["Net"])


def test_an_error_at_import_is_told_for_that_file_only(handin: Open) -> None:
    found = handin({"models/net.py": "x = [][1]\nclass Net: pass\n", "models/base.py": BASE})
    for _ in range(2):  # imported once, the same error each time
        with pytest.raises(IndexError) as caught:
            found.find_class(["Net"])
        assert last_frame(caught.value) == "models/net.py:1"
    assert found.find_class(["Base"]).__name__ == "Base"


def test_a_line_that_fails_for_want_of_data_is_left_out(handin: Open) -> None:
    text = "x = open('data/mnist.csv').read()\ny = x.split()\ndef f():\n    return 3\nimport sys\nsys.exit(f())\n"
    found = handin({"utils.py": text})
    assert found.find_function(["f"])() == 3
    assert [remark["where"] for remark in found.remarks()] == ["utils.py:1", "utils.py:6"]
    assert found.remarks()[0]["message"].startswith("This line and 1 more below it could not be run here")


@pytest.mark.parametrize("use", ["from data import *\ny = len(x)\n", "import data\ny = len(data.x)\n"])
def test_what_one_file_lost_for_want_of_data_is_lost_in_another_too(use: str, handin: Open) -> None:
    found = handin({"data.py": "x = open('mnist.csv').read()\n", "net.py": f"{use}def f():\n    return 3\n"})
    assert found.find_function(["f"])() == 3


@pytest.mark.parametrize(
    "script",
    ["net.fit(open('mnist.csv').read())\nprint(net.best['W1'])\n", "import data\nprint(data.net.best['W1'])\n"],
)
def test_what_fails_after_a_line_was_left_out_is_left_out_too(script: str, handin: Open) -> None:
    net = "class Net:\n    best = None\n    def fit(self, text):\n        self.best = {'W1': text}\nnet = Net()\n"
    found = handin(
        {"data.py": f"{net}net.fit(open('mnist.csv').read())\n", "net.py": f"{net}{script}def f():\n    return 3\n"}
    )
    assert found.find_function(["f"])() == 3
    assert "NoneType" in found.remarks()[-1]["message"]


def test_a_definition_that_fails_stays_an_error_after_a_line_was_left_out(handin: Open) -> None:
    found = handin({"net.py": "x = open('mnist.csv')\nclass Net:\n    size = [][1]\n"})
    with pytest.raises(IndexError):
        found.find_class(["Net"])


@pytest.mark.parametrize(
    "line",
    [
        "assert f() == 4, 'my test'",
        "check(f)",
        "good = check(f)",
        "for g in [f]:\n    check(g)",
        "print('%d epochs' % 'ten')",
    ],
)
def test_a_line_that_only_tries_the_functions_may_fail(line: str, handin: Open) -> None:
    text = (
        f"def f():\n    return 3\ndef check(f):\n    assert f() == 4, 'my test'\n{line}\ndef g():\n    return f() + 1\n"
    )
    found = handin({"net.py": text})
    assert found.find_function(["g"])() == 4
    assert [remark["where"] for remark in found.remarks()] == ["net.py:5"]


def test_work_at_import_is_cut_off_and_the_functions_stay_usable(handin: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.2)
    monkeypatch.setattr(patience, "AFTERWARDS", 0.05)
    text = "w = 0\ndef f(w):\n    return w + 1\nwhile True:\n    w = f(w)\nwhile w >= 0:\n    w = f(w)\nlast = f(w)\n"
    found = handin({"main.py": "from net import f\ndef g():\n    return f(3)\n", "net.py": text})
    assert found.find_function(["g"])() == 4
    assert [remark["where"] for remark in found.remarks()] == ["net.py:4"]
    assert "cut off" in found.remarks()[0]["message"]


def test_a_failed_import_matters_only_where_its_name_is_used(handin: Open) -> None:
    text = "from models.net import Net\ndef f(net: Net | None) -> int:\n    return 4\ndef g():\n    return Net()\n"
    found = handin({"utils.py": text, "models/net.py": "class Net(:\n"})
    assert found.find_function(["f"])(None) == 4
    with pytest.raises(SyntaxError):
        found.find_function(["g"])()


@pytest.mark.filterwarnings("ignore:`in1d` is deprecated:DeprecationWarning")  # where numpy still has it
@pytest.mark.parametrize(
    "value",
    [
        "np.zeros(3, dtype=np.float).sum() + np.int(3)",
        "np.array([1, 2]).astype(np.object).sum()",
        "min(np.Inf, np.product([1, 3]))",
        "np.asscalar(np.array([[3]]))",
        "3 if np.in1d([[1], [2]], [2]).tolist() == [False, True] and np.alltrue([1]) else 0",
        "np.math.sqrt(9)",
        "float_(3)",
    ],
)
def test_what_numpy_has_given_up_means_what_it_meant(value: str, handin: Open) -> None:
    before = vars(np)["__getattr__"]
    found = handin({"net.py": f"import numpy as np\nfrom numpy import float_\ndef f():\n    return {value}\n"})
    assert found.find_function(["f"])() == 3
    assert any("`np.float_`" in remark["message"] for remark in found.remarks())
    with pytest.raises(AttributeError):  # only for the hand-in
        np.float_  # type: ignore[attr-defined]  # noqa: B018
    found.close()
    assert vars(np)["__getattr__"] is before


@pytest.mark.parametrize("name", ["random", "json", "numpy", "typing", "secrets", "collections"])
def test_a_file_named_like_a_standard_module_shadows_nothing(name: str, handin: Open) -> None:
    found = handin({f"{name}.py": "1 / 0\n", "net.py": "import numpy, random, json, typing\nclass Net: pass\n"})
    assert found.find_class(["Net"]).__name__ == "Net"
    assert any(f"{name}.py" in sentence for sentence in found.integrity())
    assert np.random.default_rng(0).random() < 1


def test_the_whole_copy_of_a_project_wins(handin: Open) -> None:
    files: Files = {}
    for folder in ("hw1", "hw1/old/backup", "hw1/deeper"):
        files[f"{folder}/models/net.py"] = f"class Net:\n    x = {folder!r}\n"
        files[f"{folder}/optimizer/sgd.py"] = f"class SGD:\n    x = {folder!r}\n"
    files["models/net.py"] = "class Net:\n    x = 'stray'\n"
    files["tests/test_net.py"] = "class Net:\n    x = 'test'\n"
    found = handin(files).locate({"net": Part("class", ("Net",)), "sgd": Part("class", ("SGD",))})
    assert {name: item.path for name, item in found.items()} == {
        "net": "hw1/models/net.py",
        "sgd": "hw1/optimizer/sgd.py",
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("two_layer_net", "TwoLayerNet"), ("TwoLayerNeuralNetwork", "TwoLayerNeuralNet"), ("BaseNetwork", "_baseNetwork"),
     ("SGDOptimizer", "SGD"), ("SoftmaxRegresion", "SoftmaxRegression")],
)  # fmt: skip
def test_other_spellings_are_alike(name: str, wanted: str) -> None:
    assert likeness(name, [wanted]) > 0.7


@pytest.mark.parametrize(("name", "wanted"), [("Adam", "SGD"), ("SoftmaxRegression", "TwoLayerNet"), ("", "SGD")])
def test_other_names_are_not(name: str, wanted: str) -> None:
    assert likeness(name, [wanted]) == 0


@pytest.mark.parametrize("before", ["def bce(p): return 3", "bce = lambda p: 3"])
def test_another_name_for_a_function_is_a_name_of_it(before: str, handin: Open) -> None:
    found = handin({"loss.py": f"{before}\ncross_entropy = loss = bce\nnothing = 4\n"})
    assert found.find_function(["cross_entropy"])(0) == 3
    assert [each.name for each in found.definitions] == ["bce", "cross_entropy", "loss"]


def test_what_is_not_there_is_missing(handin: Open) -> None:
    with pytest.raises(Missing, match="No class SGD was found"):
        handin({"net.py": "class Net: pass\n"}).find_class(["SGD"])


def test_a_name_that_is_deleted_again_is_missing(handin: Open) -> None:
    with pytest.raises(Missing, match="not there once"):
        handin({"net.py": "class Net: pass\ndel Net\n"}).find_class(["Net"])


def test_a_class_that_is_none_is_unusable(handin: Open) -> None:
    with pytest.raises(Unusable):
        handin({"net.py": "class Net: pass\nNet = 3\n"}).find_class(["Net"])


def test_a_file_can_be_had_as_it_was_before_it_defined_a_name_anew(handin: Open) -> None:
    text = "import torch\ndef loss():\n    return 1\ndef train():\n    return loss()\ndef loss():\n    return 1 / 0\n"
    found = handin({"net.py": text})
    (train,) = found.candidates(Part("function", ("train",)))
    first, last = found.first_and_last(found.candidates(Part("function", ("loss",)))[0])
    assert (first.line, last.line) == (2, 6)
    before = found.until(train, last.line)
    assert found.load(before)() == 1
    assert found.imported_packages([before.path]) == {"torch": "net.py:1"}
    with pytest.raises(ZeroDivisionError) as error:
        found.load(train)()
    assert found.last_frame(error.value) == "net.py:7"


def test_an_error_is_told_without_this_machines_paths(handin: Open) -> None:
    text = "class Net:\n    def f(self):\n        raise ValueError(__file__ + ' and ' + __import__('os').__file__)\n"
    found = handin({"models/net.py": text})
    with pytest.raises(ValueError, match="and") as caught:
        found.find_class(["Net"])().f()
    assert found.told(caught.value) == "ValueError: models/net.py and os.py"
    assert last_frame(caught.value) == "models/net.py:3"


def test_an_error_whose_text_cannot_be_shown_is_told_as_such(handin: Open) -> None:
    text = "class Bad(OSError):\n    def __str__(self): raise SystemExit\nclass Net:\n    def f(self): raise Bad\n"
    found = handin({"net.py": text})
    with pytest.raises(OSError) as caught:  # noqa: PT011  matching it would show it
        found.find_class(["Net"])().f()
    assert found.told(caught.value) == "Bad: (its message cannot be shown)"


def test_nothing_is_left_behind(handin: Open) -> None:
    before = (set(sys.modules), list(sys.meta_path))
    found = handin({"models/net.py": "import tqdm.auto\nimport matplotlib.pyplot\nclass Net: pass\n"})
    found.find_class(["Net"])
    found.close()
    assert (set(sys.modules), list(sys.meta_path)) == before


def test_compiled_files_are_not_run(handin: Open) -> None:
    files: Files = {
        "models/net.py": "from .fast import f\nclass Net: pass\n",
        "models/fast.so": b"\x7fELF",
        "a.pth": b"",
    }
    found = handin(files)
    found.find_class(["Net"])
    assert found.remarks()[0]["where"] == "models/net.py:1"
    unused = "is in the hand-in; it was not used."
    assert found.integrity() == [f"a.pth {unused}", f"models/fast.so {unused}"]


@pytest.mark.parametrize("module", ["ast", "pathlib", "difflib", "grader.worker.sources"])
def test_statements_come_in_the_order_in_which_all_nodes_do(module: str) -> None:
    tree = ast.parse(Path(str(sys.modules[module].__file__)).read_text("utf-8"))
    kinds = (ast.stmt, ast.ExceptHandler, ast.match_case, ast.Module)
    assert list(sources._statements(tree)) == [node for node in ast.walk(tree) if isinstance(node, kinds)]


def test_a_module_that_is_asked_for_by_a_call_is_an_import(handin: Open) -> None:
    found = handin({"a.py": "x = [__import__('numpy'), 1]\ndef f():\n    return import_module('torch.nn')\n"})
    assert [each.name for each in found.sources["a.py"].imports] == ["numpy", "torch.nn"]


names = st.text("abcdef", min_size=1, max_size=12)


@given(names, names)
def test_names_that_share_few_letters_cannot_be_alike(one: str, other: str) -> None:
    assert SequenceMatcher(None, one, other).ratio() <= _letters_shared(one, other)
