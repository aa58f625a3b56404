"""The package as it is installed: plain nbconvert finds its exporter, from a shell and from where cron runs things."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which pip installed the package, entry points and notebooks with it."""
    target = tmp_path_factory.mktemp("installed") / "site"
    source = tmp_path_factory.mktemp("source")
    for name in ("src", "queries", "notebooks"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", str(target), str(source)], capture_output=True, text=True, cwd=source)
    assert done.returncode == 0, done.stderr
    return target


def convert(installed, case, out, cwd, **around):
    """``jupyter nbconvert --to ctreport --execute`` on an installed report notebook; gives its page."""
    notebook = installed / "ctforensics" / "_content" / "notebooks" / "reports" / "console_login_review.ipynb"
    jupyter = shutil.which("jupyter", path=str(Path(sys.executable).parent)) or shutil.which("jupyter")
    command = [jupyter, "nbconvert", "--to", "ctreport", "--execute", str(notebook), "--output-dir", str(out)]
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(installed),
        "CTFORENSICS_CASE": str(case.path),
        "CTFORENSICS_PARAMS": '{"edition": "2 of 2024-05-09", "privileged": true}',
        **around,
    }
    done = subprocess.run(command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (out / "console_login_review.html").read_bytes()


def test_plain_nbconvert_makes_the_report_from_a_shell_and_where_cron_runs(installed, story_case, tmp_path):
    case = story_case("quiet_week")
    home, locked = tmp_path / "home", tmp_path / "locked"
    home.mkdir()
    locked.mkdir(mode=0o555)
    shell = convert(installed, case, tmp_path / "a", home, HOME=str(home), TERM="xterm", USER="zoe", LANG="de_DE.UTF-8")
    cron = convert(installed, case, tmp_path / "b", locked, TZ="Asia/Kolkata")
    page = shell.decode("utf-8")
    assert "PRIVILEGED" in page and "2 of 2024-05-09" in page and "Authentic: all" in page
    assert shell == cron, "the same page whoever runs it, wherever"
    assert list(locked.iterdir()) == []
    for private in (str(tmp_path), str(installed), str(case.path), "zoe"):
        assert private not in page.split("<script>")[0]


def test_the_installed_command_lists_and_makes_reports(installed, story_case, tmp_path):
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)}
    listed = subprocess.run(
        [sys.executable, "-m", "ctforensics", "reports", "list"],
        env=around,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert listed.returncode == 0 and "trail_integrity" in listed.stdout and "principal_profile" in listed.stdout
