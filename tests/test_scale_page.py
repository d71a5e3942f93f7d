"""The settings that docs/how-to/cluster.md shows are those that were tried, and are read by what they are for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import slurm
import yaml
from test_batch import grader, make_class, without_timings
from test_cluster import SETTINGS

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "cluster.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def block(start: str) -> list[Any]:
    """The documents of the block whose first line holds this."""
    return next(list(yaml.safe_load_all(each)) for each in BLOCKS if start in each.splitlines()[0])


def test_the_schedulers_settings_are_the_tried_ones() -> None:
    told = block("grader.yaml, where")[0]["distributed"]["scheduler"]
    assert {name.upper().replace("-", "_"): str(value) for name, value in told.items()} == SETTINGS


def test_the_pods_are_set_up_alike() -> None:
    service, scheduler, workers, policy = block("kubectl apply")
    templates = [each["spec"]["template"] for each in (scheduler, workers)]
    pods = [each["spec"]["containers"][0] for each in templates]
    told = {each["name"].rpartition("__")[2]: each["value"] for each in pods[0]["env"]}
    assert told == SETTINGS
    assert pods[0]["image"] == pods[1]["image"]
    assert pods[0]["securityContext"] == pods[1]["securityContext"]
    assert f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}" in pods[1]["args"]
    labels = [each["metadata"]["labels"].items() for each in templates]
    assert service["spec"]["selector"].items() <= labels[0]
    assert all(policy["spec"]["podSelector"]["matchLabels"].items() <= each for each in labels)
    for deployment, each in zip((scheduler, workers), labels, strict=True):
        assert deployment["spec"]["selector"]["matchLabels"].items() <= each


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_kubernetes_knows_every_field_of_them(version: str) -> None:
    schemas = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate (22 MB of schemas)")
    for document in block("kubectl apply"):
        schemas.validate(document, version, strict=True)


SCRIPT = next(each for each in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "SLURMCluster" in each)
SHOWN = re.sub(r"cluster\.adapt.*", "print(cluster.job_script())", SCRIPT).replace("input", "print")
SMALL = {"CORES": "2", "PROCESSES": "2", "MEMORY": "4GB"}  # for the machines that run tests


def environment_of(folder: Path, around: Mapping[str, str], **settings: str) -> dict[str, str]:
    """The environment of somebody who did what the page says."""
    for name in ("grader.yaml, where", "jobqueue.yaml"):
        (folder / f"{name[:6]}.yaml").write_text(yaml.safe_dump(block(name)[0]), "utf-8")
    more = {f"DASK_JOBQUEUE__SLURM__{name}": value for name, value in settings.items()}
    return {**around, **more, "DASK_CONFIG": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.slow
def test_slurm_is_asked_for_what_the_page_says(tmp_path: Path) -> None:
    pytest.importorskip("dask_jobqueue")
    around = environment_of(tmp_path, os.environ)
    done = subprocess.run([sys.executable, "-c", SHOWN], env=around, capture_output=True, text=True, check=True)
    for told in ("#SBATCH -J grader", "#SBATCH -p short", "#SBATCH --cpus-per-task=16", "#SBATCH -t 01:00:00"):
        assert told in done.stdout
    assert {"--nthreads 1", "--nworkers 16"} <= set(re.findall(r"--n\w+ \d+", done.stdout))
    assert "--lifetime 55m" in done.stdout


@contextmanager
def pages_cluster(around: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The address that the page's script prints, until Enter ends it."""
    with subprocess.Popen(
        [sys.executable, "-u", "-c", SCRIPT], env=around, cwd=folder, stdin=PIPE, stdout=PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.communicate("\n")


@pytest.mark.slow
def test_jobs_of_a_real_slurm_give_the_same_results(quick: Path, tmp_path: Path) -> None:
    pytest.importorskip("dask_jobqueue")
    if slurm.problem():
        pytest.skip(slurm.problem())
    path = make_class(tmp_path / "in", 6)
    options = ["--rubric", quick, "--format", "json", "--seed", 7, "--sandbox", "process", "--trust-submissions", "-q"]
    assert grader("batch", path, "-o", tmp_path / "local", *options).exit_code == 0
    (tmp_path / "dask").mkdir()
    with slurm.running() as around:
        settings = environment_of(tmp_path / "dask", around, **SMALL)
        with pages_cluster(settings, tmp_path / "dask") as address:
            more = ["--engine", "dask", "--scheduler", address]
            ended = grader("batch", path, "-o", tmp_path / "slurm", *options, *more)
    assert ended.exit_code == 0
    assert without_timings(tmp_path / "slurm") == without_timings(tmp_path / "local")
