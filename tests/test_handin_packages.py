"""Hand-ins that import packages: those that are not there do no harm, and what was imported is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from handin_samples import Open, opening

from grader.worker.handin import MissingPackage


@pytest.fixture
def handin(tmp_path: Path) -> Iterator[Open]:
    with opening(tmp_path / "hand in") as open_:
        yield open_


USES = {
    "decorators": """
from numba import njit, prange
@njit(parallel=True)
def f():
    return sum(1 for _ in prange(3))
""",
    "a bare decorator": """
import numba
@numba.njit
def f():
    return 3
""",
    "progress bars": """
from tqdm.auto import tqdm, trange
def f():
    bar = tqdm([1, 2], desc='x')
    bar.set_postfix(a=1)
    return sum(bar) + 0 * sum(trange(2))
""",
    "type annotations": """
from jaxtyping import Float, jaxtyped
from beartype import beartype as checker
@jaxtyped(typechecker=checker)
def f(x: Float['n d'] | None = None) -> Float['n']:
    return 3
""",
    "plots": """
import matplotlib.pyplot as plt
import seaborn as sns
from mpl_toolkits.mplot3d import Axes3D
sns.set()
def f():
    fig, axes = plt.subplots(2, 2, figsize=(3, 3))
    for ax in axes.flat:
        line, = ax.plot([1])
    fig, ax = plt.subplots()
    counts, bins, _ = plt.hist([1])
    plt.rcParams['a'] = 1
    with plt.style.context('x'):
        plt.show()
    return 3
""",
    "colours": """
from termcolor import colored
from colorama import Fore
def f():
    return len(colored('a', 'red') + Fore.RED + 'bc')
""",
    "stars": """
from sklearn import *
from scipy.special import *
def f():
    return 3
""",
    "base classes": """
import torch.nn as nn
class A(nn.Module, nn.Other):
    pass
def f():
    return A() and 3
""",
    "notebooks": """
from google.colab import drive
from IPython import get_ipython
drive.mount('/content')
def f():
    return 3
""",
    "a guarded import": """
try:
    import cupy as np
except ImportError:
    import numpy as np
def f():
    return int(np.sum([1, 2]))
""",
    "a look whether it is there": """
import importlib.util
has = importlib.util.find_spec('cupy') is not None
def f():
    return 3 - has
""",
    "a device at import": """
import torch
device = 'cuda' if torch.cuda.is_available() else 'cpu'
def f():
    return 3
""",
    "instance checks": """
import torch
def f():
    return 3 - isinstance(1, torch.Tensor)
""",
    "the network": """
import wandb
wandb.init(project='x')
def f():
    wandb.log({'a': 1})
    return 3
""",
}


@pytest.mark.parametrize("use", USES)
def test_a_package_that_is_not_there_does_no_harm(use: str, handin: Open) -> None:
    assert handin({"utils.py": USES[use]}).find_function(["f"])() == 3


def test_a_stand_in_is_remarked(handin: Open) -> None:
    found = handin({"utils.py": "import tqdm, matplotlib\ndef f(): pass\n"})
    found.find_function(["f"])
    assert [remark["message"] for remark in found.remarks()] == ["`tqdm` is not available here; a stand-in was used."]


@pytest.mark.parametrize(
    "expression",
    ["np.array(v)", "np.exp(v)", "v + 1", "1 - v", "-v", "bool(v)", "len(v)", "float(v)", "list(v)", "v == 1", "v < 1",
     "v @ v", "range(v)", "f'{v:.3f}'", "1 in v", "np.ones(3) * v"],
)  # fmt: skip
def test_the_value_of_a_package_that_is_not_there_is_missed(expression: str, handin: Open) -> None:
    text = f"import nowhere, numpy as np\ndef f():\n    v = nowhere.special.g(np.ones(3))\n    return {expression}\n"
    with pytest.raises(MissingPackage, match="nowhere is not available"):
        handin({"utils.py": text}).find_function(["f"])()


NO_DATA = "images = open('mnist.pkl').read()\nwidth = len(images)\ndef f():\n    return width\n"


@pytest.mark.parametrize("name", ["f", "g"])
def test_a_name_whose_line_could_not_be_run_here_is_nobodys_fault(name: str, handin: Open) -> None:
    found = handin({"net.py": NO_DATA, "main.py": "from net import width\ndef g():\n    return width + 1\n"})
    function = found.find_function([name])
    with pytest.raises((NameError, FileNotFoundError)) as caught:
        function()
    assert " is not there: its line could not be run here (FileNotFoundError" in found.unavailable(caught.value)


@pytest.mark.parametrize("text", ["def f():\n    return width\n", "import sys\nwidth = sys.nothing\ndef f(): pass\n"])
def test_a_name_that_nobody_wrote_is_the_hand_ins_own_fault(text: str, handin: Open) -> None:
    found = handin({"net.py": text})
    with pytest.raises((NameError, AttributeError)) as caught:
        found.find_function(["f"])()
    assert found.unavailable(caught.value) == ""


def test_names_whose_lines_could_not_be_run_here_can_be_supplied(handin: Open) -> None:
    found = handin(
        {"net.py": NO_DATA, "main.py": "from net import width\nmost = 3\ndef g():\n    return width, most\n"}
    )
    both = found.find_function(["f"]), found.find_function(["g"])
    found.supply({"width": 7, "most": 8})
    assert [function() for function in both] == [7, (7, 3)]


def test_a_conversion_of_what_is_not_there_is_no_decorator(handin: Open) -> None:
    text = "import nowhere, numpy as np\ndef f():\n    return nowhere.labels.astype({})[0] + 1\n"
    for kind in ("int", "np.int64"):
        with pytest.raises(MissingPackage):
            handin({"utils.py": text.format(kind)}).find_function(["f"])()


def test_imported_packages_are_those_that_the_graded_files_reach(handin: Open) -> None:
    found = handin(
        {
            "models/net.py": "import numpy as np\nfrom utils import f\nclass Net: pass\n",
            "utils.py": "def f():\n    import torch.nn\n",
            "tests/test_net.py": "import jax\n",
            "check.py": "import tensorflow\n",
        }
    )
    assert found.imported_packages(["models/net.py"]) == {"numpy": "models/net.py:1", "torch": "utils.py:2"}
    assert {"jax", "tensorflow"} <= set(found.imported_packages())


def test_an_import_that_is_hidden_from_the_reader_is_seen(handin: Open) -> None:
    found = handin({"net.py": "class Net:\n    def f(self):\n        return __import__('to' + 'rch').ones(3)\n"})
    found.find_class(["Net"])().f()
    assert found.imported_packages(["net.py"])["torch"] == "net.py:3"
    assert found.integrity() == ["net.py:3 imports torch without saying so in the file."]
