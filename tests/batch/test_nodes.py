"""A real Ray cluster of two nodes on this machine, one of which dies in the middle."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench.batch import nodes
from tests.batch.conftest import NUM_MANY, command
from tests.conftest import soak

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("quick_ray")]


@soak
def test_two_nodes_of_which_one_is_killed_give_every_row_once(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setattr(nodes, "NUM_FINISHED", 1)
    out = tmp_path / "out.parquet"
    with nodes.cluster(2) as cluster:
        arguments = command(many, "--out", out, "--ray", cluster.address)
        nodes.kill_in_the_middle(arguments, tmp_path / "out.parquet.parts", [cluster.nodes[1]])
    table = pq.read_table(out)
    assert table["key"].to_pylist() == [f"digits.npz#{row}" for row in range(len(table))]
    assert len(table) == NUM_MANY
    assert table["error"].null_count == len(table)
