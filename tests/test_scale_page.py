"""The settings that docs/how-to/cluster.md shows are those that were tried, and are read by what they are for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
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
    service, scheduler, workers = block("kubectl apply")
    pods = [each["spec"]["template"]["spec"]["containers"][0] for each in (scheduler, workers)]
    told = {each["name"].rpartition("__")[2]: each["value"] for each in pods[0]["env"]}
    assert told == SETTINGS
    assert pods[0]["image"] == pods[1]["image"]
    assert f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}" in pods[1]["args"]
    assert service["spec"]["selector"] == scheduler["spec"]["template"]["metadata"]["labels"]


SCRIPT = """
from dask_jobqueue import SLURMCluster
if __name__ == "__main__":
    with SLURMCluster() as cluster:
        print(cluster.job_script())
"""


@pytest.mark.slow
def test_slurm_is_asked_for_what_the_page_says(tmp_path: Path) -> None:
    pytest.importorskip("dask_jobqueue")
    (tmp_path / "jobqueue.yaml").write_text(yaml.safe_dump(block("jobqueue.yaml")[0]), "utf-8")
    environment = {**os.environ, "DASK_CONFIG": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    for told in ("#SBATCH -J grader", "#SBATCH -p short", "#SBATCH --cpus-per-task=16", "#SBATCH -t 01:00:00"):
        assert told in done.stdout
    assert {"--nthreads 1", "--nworkers 16"} <= set(re.findall(r"--n\w+ \d+", done.stdout))
    assert "--lifetime 55m" in done.stdout
