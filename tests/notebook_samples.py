"""Made-up notebooks in the styles in which students write them; `python tests/notebook_samples.py` writes the examples.

The code in their cells is that of example hand-ins. The same bytes come out every time.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grader.report.picture import png

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "submissions_example"
OWN = re.compile(r"^(from (\.|models|optimizer|utils|neural_net|task\w+|trainer)\S* import|import (utils|models)\b)")

Cell = dict[str, Any]


def text(source: str, **more: Any) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(True), **more}


def code(source: str, *outputs: Cell, run: int | None = None) -> Cell:
    told = {"cell_type": "code", "execution_count": run, "metadata": {}, "outputs": list(outputs)}
    return {**told, "source": source.splitlines(True)}


def printed(lines: str, name: str = "stdout") -> Cell:
    return {"name": name, "output_type": "stream", "text": lines.splitlines(True)}


def shown(**forms: str) -> Cell:
    data = {name.replace("_", "/", 1).replace("svg", "svg+xml"): told for name, told in forms.items()}
    return {"data": data, "metadata": {}, "output_type": "display_data"}


def figure(height: int = 120, width: int = 180, pace: float = 6.0) -> str:
    """A falling curve between two axes, as PNG in base64."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[8:-12, 14] = pixels[-12, 14:-6] = 0
    for x in range(16, width - 6):
        y = int(height - 16 - (height - 40) * math.exp(-(x - 16) * pace / width))
        pixels[y : y + 2, x] = (31, 119, 180)
    return base64.b64encode(png(pixels)).decode()


PLOT = "plt.plot(history)\nplt.xlabel('epoch')\nplt.ylabel('loss')\nplt.title('Training')\nplt.show()\n"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200pt" height="90pt" '
    'viewBox="0 0 200 90"><defs><path id="m" d="M0 0h4v4h-4z"/></defs><g id="axes"><path d="M20 10V70H190" '
    'style="fill: none; stroke: #000000"/><path d="M20 20L60 50L120 62L190 66" style="fill:none;stroke:#1f77b4"/>'
    '<use xlink:href="#m" x="60" y="50"/><text x="90" y="84">epoch</text></g></svg>'
)
TABLE = (
    '<div><style scoped>td {color: red}</style><table border="1" class="dataframe"><thead><tr><th></th><th>lr</th>'
    "<th>accuracy</th></tr></thead><tbody>"
    + "".join(f"<tr><th>{n}</th><td>{10.0**-n:g}</td><td>{0.91 - n / 50:.2f}</td></tr>" for n in range(5))
    + "</tbody></table></div>"
)
ERROR = {
    "ename": "ValueError",
    "evalue": "shapes do not fit",
    "output_type": "error",
    "traceback": [
        "\x1b[0;31m---------------------------------\x1b[0m",
        "\x1b[0;31mValueError\x1b[0m             Traceback (most recent call last)",
        "Cell \x1b[0;32mIn[7], line 2\x1b[0m\n\x1b[1;32m      1\x1b[0m W1 = ...\n\x1b[0;32m----> 2\x1b[0m X @ W2",
        "\x1b[0;31mValueError\x1b[0m: shapes do not fit",
    ],
}
HOSTILE_TEXT = """<script>fetch('http://localhost/')</script><img src="file:///etc/passwd"><iframe src="/"></iframe>

![](http://127.0.0.1:9/x.png) ![](../../../etc/passwd) [click](javascript:alert(1)) {{ 7 * 7 }} \u202egnp.exe

$\\input{/etc/passwd}$ and $\\frac{1}{$ and $$\\begin{aligned} a &= b \\\\ c$$
"""
HOSTILE_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="x()" width="9" '
    'height="9"><script>x()</script><image xlink:href="file:///etc/passwd" width="9" height="9"/><g id="a">'
    '<use xlink:href="#a"/></g><rect width="9" height="9" style="fill: url(http://localhost/)"/></svg>'
)


def notebook(cells: Iterable[Cell], **metadata: Any) -> bytes:
    told = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"


def source_of(example: str, *files: str) -> list[str]:
    """The files of an example hand-in, each as one cell would hold it: without imports of the others."""
    texts = [(EXAMPLES / example / file).read_text("utf-8") for file in files]
    return ["".join(line for line in each.splitlines(True) if not OWN.match(line)) for each in texts]


GATECH = source_of(
    "gatech-cs7643-a1/hand-in-01",
    *("models/_base_network.py", "models/softmax_regression.py", "models/two_layer_nn.py"),
    *("optimizer/_base_optimizer.py", "optimizer/sgd.py", "utils.py"),
)
PHYSICS = source_of("physics-ps5/hand-in-01", "neural_net.py", "run.py")


def colab() -> bytes:
    """Everything in cells, on somebody else's machine."""
    log = "".join(f"Epoch {n}: train loss {2.3 * 0.9**n:.4f}, accuracy {1 - 0.9 ** (n + 1):.4f}\n" for n in range(10))
    return notebook(
        [
            text("# CS 7643, assignment 1\n\nA softmax regression and a two-layer network, by hand.\n"),
            code(
                "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive/hw1\n"
                "!pip install -q tqdm pyyaml\n!ls -la",
                printed("Mounted at /content/drive\n/content/drive/MyDrive/hw1\n"),
                run=1,
            ),
            code("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nimport matplotlib.pyplot as plt", run=2),
            text("## The models\n\n$$L = -\\frac{1}{N} \\sum_{n=1}^{N} \\ln p_{n, y_n}$$\n"),
            *(code(source, run=n) for n, source in enumerate(GATECH, 3)),
            text("## Training\n"),
            code(
                "data = load_mnist_trainval()\nmodel = TwoLayerNet(hidden_size=128)\noptimizer = SGD(0.1, 1e-3)\n"
                "history = []\nfor epoch in range(10):\n    loss, accuracy = train(epoch, *data, model, optimizer)\n"
                "    history.append(loss)\n    print(f'Epoch {epoch}: train loss {loss:.4f}, accuracy {accuracy:.4f}')",
                printed(log),
                run=9,
            ),
            code(PLOT, shown(image_png=figure(), text_plain="<Figure size 640x480 with 1 Axes>"), run=10),
            text("## Discussion\n\nThe loss falls quickly at first, then slowly. A rate of 0.1 was **the best**.\n"),
        ],
        colab={"provenance": []},
        kernelspec={"name": "python3", "display_name": "Python 3"},
    )


def old() -> bytes:
    """A notebook of 2014, in the third format, with a log of thousands of lines."""
    log = "".join(f"epoch {n:5d}  loss {150 / (1 + n / 900):.3f}\n" for n in range(5000))
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Problem set 5"]},
        {"cell_type": "markdown", "metadata": {}, "source": ["A network with $2 + 7 + 1$ units, in ", "`numpy`."]},
        *(_old_code(source, n) for n, source in enumerate(PHYSICS[:1], 1)),
        _old_code(PHYSICS[1].partition("if __name__")[0], 2),
        _old_code(
            "table = np.genfromtxt('ps5_data.csv', delimiter=',', skip_header=1)\n"
            "x, x_test, y, y_test = train_test_split(table[:, :2], table[:, 2])\nx, mu, sigma = normalise(x)\n"
            "weights, history = train_network(x, y, np.random.randn(29), 1e-4, 100000)\nprint history[-1]",
            3,
            {"output_type": "stream", "stream": "stdout", "text": log.splitlines(True)},
        ),
        _old_code("plt.plot(history)", 4, {"output_type": "display_data", "png": figure(pace=3), "text": ["<plot>"]}),
        _old_code("weights.shape", 5, {"output_type": "pyout", "prompt_number": 5, "text": ["(29,)"]}),
    ]
    told = {"metadata": {"name": "ps5"}, "nbformat": 3, "nbformat_minor": 0}
    return json.dumps({**told, "worksheets": [{"cells": cells, "metadata": {}}]}, indent=1).encode() + b"\n"


def _old_code(source: str, number: int, *outputs: Cell) -> Cell:
    told = {"cell_type": "code", "collapsed": False, "language": "python", "metadata": {}, "prompt_number": number}
    return {**told, "input": source.splitlines(True), "outputs": list(outputs)}


def magics() -> bytes:
    """Magics, shell lines, questions, other languages, cells in another order than they were run."""
    return notebook(
        [
            code("%%bash\nls *.py | head -1\n", printed("run.py\n"), run=7),
            code("%%time\n" + PHYSICS[0], printed("CPU times: user 3 µs, sys: 1 µs, total: 4 µs\n"), run=2),
            code("np.dot?\n!nvidia-smi\nfiles = !ls\n%timeit -n 10 activation(np.zeros(3))", run=3),
            code(
                "%%html\n<b>done</b>", shown(text_html="<b>done</b>", text_plain="<IPython.core.display.HTML>"), run=4
            ),
            code(PHYSICS[1], run=6),
            code("%%writefile notes.txt\nremember the milk", run=5),
        ]
    )


def logs() -> bytes:
    """Thousands of lines, progress bars that overwrite themselves, warnings, and an error in colours."""
    bar = "".join(f"\r{n:3d}%|{'█' * (n // 5):<20}| {n}/100 [00:{n % 60:02d}<00:00]" for n in range(101))
    return notebook(
        [
            code(PHYSICS[0], run=1),
            code(PHYSICS[1], printed("".join(f"step {n} loss {1 / (n + 1):.6f}\n" for n in range(20_000))), run=2),
            code("for _ in tqdm(range(100)): ...", printed(bar + "\n", "stderr"), run=3),
            code("W1 = ...\nX @ W2", ERROR, run=7),
            code("import os\nos.environ['X']", printed("\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m and \x1b[1mbold\n")),
        ]
    )


def figures() -> bytes:
    """Pictures of all kinds: PNG, SVG, tables, attachments, formulas that are right and one that is not."""
    attached = {"graph.png": {"image/png": figure(60, 80)}}
    return notebook(
        [
            text("# Figures\n\nAs in ![the graph](attachment:graph.png), and below.", attachments=attached),
            *(code(PLOT, shown(image_png=figure(pace=2.0 + n)), run=n) for n in range(1, 7)),
            code("fig", shown(image_svg=DRAWING, text_plain="<Figure>"), run=8),
            code("table", shown(text_html=TABLE, text_plain="   lr  accuracy"), run=9),
            text("A wrong one: $\\frac{1}{$, and a right one: $\\nabla_W L = X^\\top (P - Y) / N$."),
            code("\n\n".join(PHYSICS), run=10),
        ]
    )


def hostile() -> bytes:
    """Scripts, addresses, entities and shapes that are meant for whoever opens it."""
    nested = "<div>" * 3000 + "<table><tr><td colspan=65534>" + "</div>" * 3000
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
    return notebook(
        [
            text(HOSTILE_TEXT),
            text("> " * 400 + "deep\n\n" + "| a " * 200 + "|\n" + "|-" * 200 + "|\n"),
            code(PHYSICS[0], shown(text_html=nested, text_plain="short"), shown(image_svg=HOSTILE_SVG)),
            code("x", shown(image_svg=bomb), shown(image_png="AAAA"), shown(image_png="%%%"), shown(image_jpeg="")),
            code("get_ipython().set_custom_exc((Exception,), print)\nimport os; os._exit(0)\n"),
            {"cell_type": "code", "source": 3, "outputs": {"a": 1}, "metadata": 7, "execution_count": -1},
            {"cell_type": ["code"], "source": ["a", 3], "attachments": [], "metadata": {"tags": "x"}},
            {"cell_type": "code", "source": "y", "outputs": [3, None, {"output_type": "stream"}, {"data": []}]},
        ]
    )


def empty() -> bytes:
    """A template in which nothing was filled in."""
    return notebook([text("# Problem set 5\n\nYour answer here."), code("# TODO"), code("")])


CURVES = """history = train(model, SGD(0.1, 1e-3), epochs=10)
plt.plot(history['train_{what}'], label='training')
plt.plot(history['valid_{what}'], label='validation')
plt.xlabel('epoch')
plt.ylabel('{what}')
plt.legend()
"""
BARE = "plt.plot(train_{what})\nplt.plot(valid_{what})\nplt.show()\n"


def report(curves: str, loss: str, accuracy: str, discussion: str, drawn: bool = True) -> bytes:
    """The report of the first course: two figures and three texts; without a text, its section is left out."""
    cells = [text("# Homework 1, report\n\nTwo-layer net, 128 hidden units, ten epochs.")]
    for number, (words, what) in enumerate(((loss, "loss"), (accuracy, "accuracy")), 1):
        outputs = [shown(image_png=figure(pace=3.0 * number), text_plain="<Figure>")] if drawn else []
        cells += [text(f"## 2{'bc'[number - 1]}) {what.title()} curves"), code(curves.format(what=what), *outputs)]
        cells += [text(words)] if words else []
    return notebook([*cells, *([text(f"## 2e) Discussion\n\n{discussion}")] if discussion else [])])


GOOD = (
    "Both losses fall from $\\ln 10 \\approx 2.3$. The gap grows after the **fifth** epoch: the net begins to overfit.",
    "The accuracy of the validation set levels off at 0.92.",
    "I would take a rate of 0.1: with 1.0 the loss jumps.\n\n| rate | accuracy |\n|---|---:|\n| 0.1 | 0.92 |\n",
)
STYLES: Mapping[str, bytes] = {
    "colab": colab(),
    "old": old(),
    "magics": magics(),
    "logs": logs(),
    "figures": figures(),
    "hostile": hostile(),
    "empty": empty(),
    "cut off": magics()[:-400],
    "merge conflict": b"<<<<<<< HEAD\n" + magics(),
    "in UTF-16": magics().decode().encode("utf-16"),
}
EXAMPLE_FILES: Mapping[str, bytes] = {
    "gatech-cs7643-a1/hand-in-14/hw1.ipynb": colab(),
    "gatech-cs7643-a1-report/hand-in-01/report.ipynb": report(CURVES, *GOOD),
    "gatech-cs7643-a1-report/hand-in-02/report.ipynb": report(BARE, GOOD[0], "", "Your answer here."),
    "gatech-cs7643-a1-report/hand-in-03/report.ipynb": report(CURVES, "", "It is good.", "", drawn=False),
    "physics-ps5/hand-in-12/ps5.ipynb": old(),
}


def main() -> None:
    """Write the notebooks that lie among the example hand-ins."""
    for name, content in EXAMPLE_FILES.items():
        (EXAMPLES / name).parent.mkdir(exist_ok=True, parents=True)
        (EXAMPLES / name).write_bytes(content)


if __name__ == "__main__":
    main()
