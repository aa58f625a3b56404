"""What works on this machine: each part tried, not only looked for."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ctforensics import __version__

EXTRAS = {
    "notebook": ("altair", "anywidget", "ipywidgets", "jupyterlab", "vl-convert-python"),
    "report": ("nbconvert", "nbclient", "mistune", "playwright", "python-docx", "stix2"),
    "aws": ("boto3",),
    "speed": ("numba",),
    "spark": ("pyspark", "sqlglot"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing tried: ``state`` is ok, missing (an optional part) or broken (something that must work)."""

    name: str
    state: str
    detail: str
    hint: str = ""


def examine() -> Iterator[Check]:
    """Tries every part in turn and tells what came of it."""
    yield Check(
        "ctforensics", "ok", f"{__version__} on Python {platform.python_version()}, {platform.platform(terse=True)}"
    )
    for name, attempt in _ATTEMPTS.items():
        try:
            yield Check(name, "ok", attempt())
        except Exception as error:  # noqa: BLE001 - a check that fails for any reason is a row of the answer
            yield Check(name, "broken", f"{type(error).__name__}: {error}", "This must work: see the message.")
    for extra, packages in EXTRAS.items():
        yield _extra(extra, packages)
    yield _browser()


def find_browser() -> str | None:
    """The Chromium, Chrome or Edge that reports are printed with."""
    from ctforensics.reports import browsers

    found = browsers.find()
    return str(found) if found else None


def _duckdb() -> str:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "try.duckdb"
        connection = duckdb.connect()
        connection.execute(f"ATTACH '{place.as_posix()}' AS written (STORAGE_VERSION 'v1.5.0')")
        connection.execute("CREATE TABLE written.t AS SELECT range AS i FROM range(1000)")
        connection.execute("DETACH written")
        connection.execute(f"ATTACH '{place.as_posix()}' AS seen (READ_ONLY)")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        (rows,) = connection.execute("SELECT count(*) FROM seen.t").fetchone() or (0,)
        connection.close()
    if rows != 1000:
        raise RuntimeError(f"wrote 1000 rows and read {rows}")
    return f"{duckdb.__version__}: writes storage v1.5.0, reads it in the locked room"


def _signatures() -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    from ctforensics.trail import signature

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    signed = key.sign(b"text", padding.PKCS1v15(), hashes.SHA256()).hex()
    if not signature.verify(der, b"text", signed) or signature.verify(der, b"other", signed):
        raise RuntimeError("a signature check gave the wrong answer")
    return "RSA signatures: a good one passes, a bad one fails"


def _inflate() -> str:
    import gzip

    from ctforensics.evidence import door

    content = b'{"Records":[]}' * 1000
    if door.inflate(gzip.compress(content)).content != content:
        raise RuntimeError("gzip content came out changed")
    return "gzip in, the same bytes out"


def _folder() -> str:
    with tempfile.TemporaryDirectory() as folder:
        free = shutil.disk_usage(folder).free
    return f"temporary files work; {free / 2**30:,.0f} GiB free there"


def _content() -> str:
    from ctforensics import content

    questions = len(list(content.folder("queries").rglob("*.sql")))
    notebooks = len(list(content.folder("notebooks").rglob("*.ipynb")))
    if not questions or not notebooks:
        raise RuntimeError("the questions or notebooks are missing from this installation")
    return f"{questions} questions, {notebooks} notebooks"


_ATTEMPTS: dict[str, Callable[[], str]] = {
    "duckdb": _duckdb,
    "signatures": _signatures,
    "inflate": _inflate,
    "temporary folder": _folder,
    "content": _content,
}


def _extra(name: str, packages: tuple[str, ...]) -> Check:
    have, lack = [], []
    for package in packages:
        try:
            have.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            lack.append(package)
    if lack:
        return Check(f"extra {name}", "missing", f"lacks {', '.join(lack)}", f"pip install 'ctforensics[{name}]'")
    return Check(f"extra {name}", "ok", ", ".join(have))


def _browser() -> Check:
    found = find_browser()
    if found:
        return Check("browser", "ok", found)
    return Check("browser", "missing", "no Chromium, Chrome or Edge on the PATH", "Needed for PDF reports only.")


def is_sound(checks: list[Check]) -> bool:
    """Whether everything that must work works."""
    return sys.version_info >= (3, 11) and all(check.state != "broken" for check in checks)
