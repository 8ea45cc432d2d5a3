"""A Ray cluster of several nodes on this machine, with logical GPUs: Ray's autoscaler starts and ends its nodes."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
from ray.cluster_utils import AutoscalingCluster

from ops.embedded import ports

_RAY = Path(sys.executable).with_name("ray")
_START_WITHIN_S = 60


class LogicalCluster(AutoscalingCluster):
    """Ray's AutoscalingCluster, within a `with` block, beside whatever Ray runs on this machine already.

    Ray's own ends every Ray of the machine before it starts and when it ends, and misses a file that is not shipped.
    """

    def __init__(self, folder: Path, environment: dict[str, str], cpus: int, node_types: dict[str, Any]) -> None:
        super().__init__({"CPU": cpus}, node_types)
        self._folder, self._cpus = folder, cpus
        self._port, self._dashboard = ports.choose(), ports.choose()
        self.url = f"http://127.0.0.1:{self._dashboard}"
        self.environment = environment | {
            "RAY_ADDRESS": self.url,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": "a" * 64,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_FAKE_CLUSTER": "1",
            "AUTOSCALER_UPDATE_INTERVAL_S": "1",
        }

    def _generate_config(
        self, head_resources: Any, worker_node_types: Any, autoscaler_v2: bool = False, **_: Any
    ) -> dict[str, Any]:
        return {
            "cluster_name": "logical",
            "max_workers": sum(kind["max_workers"] for kind in worker_node_types.values()),
            "upscaling_speed": 10.0,
            "idle_timeout_minutes": 0.1,
            "provider": {
                "type": "fake_multinode",
                "use_node_id_as_ip": True,
                "disable_node_updaters": True,
                "disable_launch_config_check": True,
            },
            "head_node_type": "ray.head.default",
            "available_node_types": {
                "ray.head.default": {"resources": dict(head_resources), "node_config": {}, "max_workers": 0},
                **worker_node_types,
            },
            "auth": {},
            **{name: [] for name in ("initialization_commands", "setup_commands", "head_setup_commands")},
            **{name: [] for name in ("worker_setup_commands", "head_start_ray_commands", "worker_start_ray_commands")},
            **{"file_mounts": {}, "cluster_synced_files": [], "rsync_exclude": [], "rsync_filter": []},
            "file_mounts_sync_continuously": False,
        }

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        address = f"127.0.0.1:{self._port}"
        self._config["provider"]["gcs_address"] = address
        config = self._folder / "autoscaling.json"
        config.write_text(json.dumps(self._config))
        self.log = self._folder / "ray.log"
        options = {
            "node-ip-address": "127.0.0.1",
            "port": self._port,
            "dashboard-host": "127.0.0.1",
            "dashboard-port": self._dashboard,
            "num-cpus": self._cpus,
            "num-gpus": 0,
            "object-store-memory": 150 * 1024**2,
            "temp-dir": self._folder,
            "autoscaling-config": config,
        }
        command = [_RAY, "start", "--head", "--block", *(f"--{name}={value}" for name, value in options.items())]
        with self.log.open("wb") as log:
            self._ray = subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + _START_WITHIN_S
        while not self._answers():
            if self._ray.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError(f"Ray does not start:\n{self.log.read_text()}")
            time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        # Nodes that the autoscaler started are its children: told apart while it lives.
        processes = [psutil.Process(self._ray.pid)] if self._ray.poll() is None else []
        processes += [child for process in processes for child in process.children(recursive=True)]
        for process in processes:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(processes, timeout=10)
        self._ray.wait(10)

    def get(self, path: str) -> Any:
        """What the cluster's dashboard answers."""
        authorised = {"Authorization": f"Bearer {self.environment['RAY_AUTH_TOKEN']}"}
        return httpx.get(f"{self.url}{path}", headers=authorised, timeout=60).raise_for_status().json()

    def nodes(self) -> int:
        """How many nodes live beside the head."""
        # The state API asks the cluster itself; the dashboard's own list of nodes is behind by seconds.
        nodes = self.get("/api/v0/nodes")["data"]["result"]["result"]
        return sum(node["state"] == "ALIVE" and not node["is_head_node"] for node in nodes)

    def deploy(self, config: Path) -> None:
        """`serve deploy`."""
        serve = _RAY.with_name("serve")
        subprocess.run([serve, "deploy", config, "--address", self.url], env=self.environment, check=True, timeout=60)

    def deployments(self) -> dict[str, dict[str, Any]]:
        """The deployments of Parley by name, as Ray Serve tells them."""
        application = self.get("/api/serve/applications/")["applications"].get("parley", {})
        found: dict[str, dict[str, Any]] = application.get("deployments", {})
        return found

    def _answers(self) -> bool:
        try:
            return self.nodes() >= 0
        except httpx.HTTPError:
            return False


def environment_without_parley() -> dict[str, str]:
    """This process's environment, less what is set for another Parley or another Ray."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "RAY_"))}
