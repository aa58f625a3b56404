"""One run over a whole archive."""

from pathlib import Path

from support.digest_archive import FIRST, HOUR, Archive, shown


def test_a_clean_archive_is_authentic_and_whether_it_is_complete_is_not_known(clean: Archive, tmp_path: Path):
    result = clean.verify(tmp_path, since=FIRST - HOUR, until=FIRST + 7 * HOUR)
    assert (result.authentic, result.complete) == ("ok", None), shown(result)
    assert result.counts["codes"] == {"D_OK": 8, "L_OK": 16}


def test_an_empty_folder_is_never_ok(archive: Archive, tmp_path: Path):
    result = archive.verify(tmp_path)
    assert (result.authentic, result.complete) == ("unknown", None)
    assert result.first_line().startswith("Nothing is here")


def test_the_first_line_counts_and_names_practice_keys(clean: Archive, tmp_path: Path):
    line = clean.verify(tmp_path, metadata=False).first_line()
    assert line.startswith("21 of 24 files are proven, 3 are not.")
    assert "PRACTICE" in line
