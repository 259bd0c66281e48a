"""Dask clusters: one of this machine by default, a running one, or one that a batch system starts."""

from __future__ import annotations

import logging
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from almared.errors import InputError, RunError
from almared.reduce.crew.mortal import MortalCommand

if TYPE_CHECKING:
    from distributed import Client

DASK = {
    # A lost task is never started again by the scheduler: the child of the dead worker may still write.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.comm.timeouts.connect": "30s",
}
"""Settings of Dask for a scheduler of ours."""

LOGGERS = ("distributed", "distributed.scheduler", "distributed.core", "distributed.client", "distributed.deploy")
"""Dask's messages about dying workers; the reduction reports them itself."""

MOST_DEATHS = 3
"""Number of workers to replace before giving up."""

SYSTEMS = {
    "slurm": "SLURMCluster",
    "htcondor": "HTCondorCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "lsf": "LSFCluster",
    "oar": "OARCluster",
}
"""Batch system -> class of dask-jobqueue."""


class Cluster(Protocol):
    """A pool of workers for jobs."""

    address: str
    """Address of the scheduler."""
    is_remote: bool
    """Whether its workers outlive this process, or are on other machines."""

    def tend(self) -> None:
        """Replace workers that died."""

    def pids(self) -> Sequence[int]:
        """Return the worker processes of this machine of the cluster."""

    def close(self) -> None:
        """End it, with all jobs of its workers."""


class LocalCluster:
    """A scheduler in this process, and workers that end with it.

    We start the workers without nannies: a nanny restarts a dead worker at once.

    Parameters
    ----------
    size : int
        Number of workers.
    directory : Path
        Directory for their files and output.
    """

    is_remote = False

    def __init__(self, size: int, directory: Path) -> None:
        self._directory = directory
        self._deaths = 0
        self._workers: list[MortalCommand] = []
        self._scheduler = _scheduler()
        self.address = str(self._scheduler.scheduler_address)
        self._workers = [self._started(number) for number in range(size)]

    def _started(self, number: int) -> MortalCommand:
        command = [sys.executable, "-P", "-m", "distributed.cli.dask_worker", self.address]
        command += ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"]
        command += ["--memory-limit", "0", "--local-directory", str(self._directory / "dask")]
        return MortalCommand(command, self._directory / "output" / f"worker-{number}.txt")

    def tend(self) -> None:
        """Replace workers that died.

        Raises
        ------
        RunError
            They keep dying.
        """
        for number, worker in enumerate(self._workers):
            code = worker.process.poll()
            if code is None:
                continue
            self._deaths += 1
            worker.close()
            if self._deaths > MOST_DEATHS:
                raise RunError(
                    f"workers keep dying (the last one with code {code})",
                    where=str(worker.errors),
                    repair="see their output there; give each more memory with fewer --workers",
                )
            self._workers[number] = self._started(number)

    def pids(self) -> tuple[int, ...]:
        """Return the worker processes."""
        return tuple(worker.process.pid for worker in self._workers)

    def close(self) -> None:
        """Kill the workers, which ends their commands, and end the scheduler."""
        for worker in self._workers:
            worker.process.kill()
            worker.process.wait()
            worker.close()
        self._scheduler.close()


def _scheduler() -> Any:
    import dask
    from distributed import LocalCluster as Dask

    quieten()
    with dask.config.set(DASK):
        return Dask(n_workers=0, processes=True, dashboard_address="127.0.0.1:0")  # type: ignore[no-untyped-call]


def quieten() -> None:
    """Keep Dask from disturbing the display of a reduction."""
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)


class RunningCluster:
    """A cluster that is already running.

    Parameters
    ----------
    address : str
        Of its scheduler, ``tcp://host:8786``.
    """

    is_remote = True

    def __init__(self, address: str) -> None:
        self.address = address

    def tend(self) -> None:
        """Leave its workers to its owner."""

    def pids(self) -> tuple[int, ...]:
        """Return none: they are not ours."""
        return ()

    def close(self) -> None:
        """Leave it unchanged."""


class ClusterFile(BaseModel):
    """Contents of a cluster file.

    Parameters
    ----------
    system : str
        The batch system.
    workers : int
        Number of batch jobs, each with one worker.
    options : mapping
        Options of the class of dask-jobqueue: ``queue``, ``memory``, ``walltime``, ``job_extra_directives`` ...
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: Literal["slurm", "htcondor", "pbs", "sge", "lsf", "oar", "local"]
    workers: int = Field(ge=1)
    options: Mapping[str, Any] = Field(default_factory=dict)


def read_cluster_file(path: Path) -> ClusterFile:
    """Return the contents of a cluster file.

    Raises
    ------
    InputError
        It cannot be read, or has invalid contents.
    """
    try:
        return ClusterFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not valid TOML: {error}", where=str(path)) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
        raise InputError(problems, where=str(path), repair="see docs/mous.md for an example") from error


class BatchCluster:
    """A scheduler in this process, and workers started by a batch system.

    Parameters
    ----------
    file : ClusterFile
        The batch system and its options.
    """

    is_remote = True

    def __init__(self, file: ClusterFile) -> None:
        self._cluster = _jobqueue(file)
        self.address = str(self._cluster.scheduler_address)
        self._cluster.scale(jobs=file.workers)

    def tend(self) -> None:
        """Ignore dead workers: the batch system reports why; the others continue."""

    def pids(self) -> tuple[int, ...]:
        """Return none: they are on other machines."""
        return ()

    def close(self) -> None:
        """End the batch jobs and the scheduler."""
        self._cluster.close()


def batch_script(file: ClusterFile) -> str:
    """Return the batch script submitted for each worker."""
    cluster = _jobqueue(file)
    try:
        return str(cluster.job_script()).strip()
    finally:
        cluster.close()


def _jobqueue(file: ClusterFile) -> Any:
    import dask
    import dask_jobqueue
    from dask_jobqueue.local import LocalCluster as Shell

    quieten()
    options = {"cores": 1, "memory": "16GB", "processes": 1, **file.options, "nanny": False}
    options["scheduler_options"] = {
        "dashboard": False,
        "dashboard_address": ":0",
        **options.get("scheduler_options", {}),
    }
    kind = Shell if file.system == "local" else getattr(dask_jobqueue, SYSTEMS[file.system])
    try:
        with dask.config.set(DASK):
            return kind(**options)
    except (TypeError, ValueError, OSError, subprocess.SubprocessError) as error:
        raise InputError(
            f"{kind.__name__} cannot be made with these options: {error}",
            repair="see the documentation of dask-jobqueue for its options",
        ) from error


def connect(cluster: Cluster) -> Client:
    """Return a client of a cluster.

    Raises
    ------
    RunError
        Its scheduler does not respond.
    """
    from distributed import Client

    quieten()
    try:
        return Client(cluster.address, timeout="30s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise RunError(
            f"no Dask scheduler responds: {error}", where=cluster.address, repair="start it, or correct --scheduler"
        ) from error
