"""The wheel carries what people look for, and the two ways to set an environment up agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"python-duckdb": "duckdb", "python-isal": "isal"}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def split(requirement: str) -> tuple[str, str]:
    name, bounds = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(.*)", requirement).groups()
    return name.lower().replace("_", "-"), bounds


def test_the_conda_environment_asks_for_the_same_packages():
    declared = project()
    wanted = dict(split(r) for r in declared["dependencies"])
    for extra in ("notebook", "report", "aws", "speed"):
        wanted |= dict(split(r) for r in declared["optional-dependencies"][extra])
    wanted["pytest"] = dict(split(r) for r in declared["optional-dependencies"]["dev"])["pytest"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    listed = [r for r in environment if isinstance(r, str)] + next(r["pip"] for r in environment if isinstance(r, dict))
    found = dict(split(r) for r in listed if not r.startswith("--"))
    found = {CONDA_NAMES.get(name, name): bounds for name, bounds in found.items()}
    assert found.pop("python") == declared["requires-python"]
    found.pop("pip")
    assert found == wanted


def test_the_constraints_pin_every_declared_package_within_its_bounds():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    declared = project()
    pinned = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        name, version = line.split("==")
        pinned[canonicalize_name(name)] = version
    requirements = list(declared["dependencies"])
    for extra in ("notebook", "report", "aws", "speed", "dev"):
        requirements += declared["optional-dependencies"][extra]
    for text in requirements:
        requirement = Requirement(text)
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not pinned"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} against {version}"


def test_no_pinned_version_needs_more_than_the_python_that_is_promised():
    from packaging.specifiers import SpecifierSet

    too_new = []
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        name, version = line.split("==")
        try:
            here = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        needs = SpecifierSet(here.metadata["Requires-Python"] or "")
        if here.version == version and not needs.contains("3.11.0"):
            too_new.append(f"{line} needs Python {needs}")
    assert not too_new, "Debian 12 has Python 3.11.2"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from what git tracks (and from new files that it does not ignore)."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(target.glob("*.whl"))


def test_the_wheel_holds_exactly_the_tracked_content(wheel: Path):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src", "queries", "notebooks"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    expected = set()
    for path in filter(None, listed):
        if not (ROOT / path).exists():
            continue
        for start, target in (
            ("src/", ""),
            ("queries/", "ctforensics/_content/queries/"),
            ("notebooks/", "ctforensics/_content/notebooks/"),
        ):
            if path.startswith(start):
                expected.add(target + path.removeprefix(start))
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected


@pytest.mark.slow
def test_the_installed_wheel_does_the_main_job(wheel: Path, tmp_path: Path):
    """Installed without the checkout and without network: practice, load, verify and a question, by the command."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(place)], check=True)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies of the environment that runs the tests stand behind the wheel; the checkout does not.
    depends = [p for p in sys.path if "site-packages" in p]
    Path(site, "depends.pth").write_text("\n".join(depends) + "\n")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(python), "-P", "-m", "ctforensics", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout

    where = subprocess.run(
        [str(python), "-P", "-c", "import ctforensics; print(ctforensics.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(tmp_path) in where
    run("practice", "quiet_week", "archive")
    run("load", "case", "archive/bucket")
    run("verify", "case", "--public-keys", "archive/public-keys.json", "--metadata", "archive/metadata.json")
    assert "event_id" in run("query", "case", "console_logins", "--format", "csv")
