"""``ctforensics lab``: the server that it starts ends when it is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctforensics.case import folder

SOURCE = Path(__file__).parents[2] / "src"
SERVER = """import os, time
from pathlib import Path
started = Path(os.environ["STARTED"])
started.with_suffix(".tmp").write_text(str(os.getpid()))
started.with_suffix(".tmp").rename(started)
while True:
    time.sleep(0.05)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows only: it has no SIGTERM that a program could pass on")
def test_whoever_ends_the_lab_command_ends_jupyterlab_too(tmp_path):
    """In place of JupyterLab stands a module of its name that says its process id and runs on."""
    case = folder.create(tmp_path / "mycase", title="Night shift", examiner="ada")
    (tmp_path / "stand-in" / "jupyterlab").mkdir(parents=True)
    (tmp_path / "stand-in" / "jupyterlab" / "__init__.py").touch()
    (tmp_path / "stand-in" / "jupyterlab" / "__main__.py").write_text(SERVER, "utf-8")
    started = tmp_path / "started"
    paths = os.pathsep.join([str(tmp_path / "stand-in"), str(SOURCE)])
    command = [sys.executable, "-m", "ctforensics", "lab", str(case.path)]
    lab = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths, "STARTED": str(started)})
    try:
        until = time.monotonic() + 120
        while not started.exists():
            assert lab.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        server = int(started.read_text())
        os.kill(server, 0)
        lab.send_signal(signal.SIGTERM)
        assert lab.wait(120) != 0
        with pytest.raises(ProcessLookupError):
            os.kill(server, 0)
    finally:
        if lab.poll() is None:
            lab.kill()
