"""The Timesketch lines as Timesketch's own importer reads them; the server is played, the reading is the importer's."""

import json
from types import SimpleNamespace

import pytest

from ctforensics.export.events import export
from tests.support import small_case


class Server:
    """What the importer talks to: keeps the lines that it would have uploaded."""

    def __init__(self):
        self.lines, self.names = [], set()
        self.sketch = SimpleNamespace(id=1, api=SimpleNamespace(api_root="http://sketch/api/v1", session=self))

    def post(self, url, data=None, files=None):
        assert url == "http://sketch/api/v1/upload/"
        self.names.add(data["name"])
        self.lines += [json.loads(line) for line in files["events"][1].split("\n")]
        answer = {"objects": [{"id": 1, "searchindex": {"index_name": "i"}}], "meta": {"task_id": "t"}}
        return SimpleNamespace(status_code=200, reason="OK", text="", json=lambda: answer)


@pytest.fixture
def imported():
    """What the importer of timesketch-import-client uploads from a file."""
    importer = pytest.importorskip("timesketch_import_client.importer", reason="timesketch-import-client is absent")

    def read(path):
        server = Server()
        with importer.ImportStreamer() as streamer:
            streamer.set_sketch(server.sketch)
            streamer.set_timeline_name("ours")
            streamer.add_file(str(path))
        assert server.names == {"ours"}
        return server.lines

    return read


def test_the_importer_takes_every_event_with_its_instant_and_message(story_case, tmp_path, imported):
    case = story_case("leaked_key")
    made = export(case.folder, case.room, tmp_path / "events.jsonl", format="timesketch")
    lines = imported(made.path)
    rows = case.room.sql("SELECT event_id, event_time FROM events ORDER BY event_time, event_id, event_key", {})[2]
    assert [line["event_id"] for line in lines] == [event_id for event_id, _ in rows]
    assert [line["datetime"] for line in lines] == [f"{at.isoformat()}+00:00" for _, at in rows]
    assert all(line["message"] and line["timestamp_desc"] == "Event Logged" for line in lines)


def test_the_importer_takes_what_a_timeline_exports_the_same_way(story_case, tmp_path, imported):
    from ctforensics.show import exporting
    from ctforensics.show.page import opened

    case = story_case("quiet_week")
    session = opened(case.room)
    exporting.write_timesketch(session, tmp_path / "view.jsonl")
    session.close()
    export(case.folder, case.room, tmp_path / "events.jsonl", format="timesketch")
    assert (tmp_path / "view.jsonl").read_text() == (tmp_path / "events.jsonl").read_text()
    assert len(imported(tmp_path / "view.jsonl")) == case.status()["events"]


def test_hostile_text_and_odd_times_arrive_as_one_line_each(tmp_path, imported):
    breaks = "a\nb\u2028c\x85d\x0be\ud800" + small_case.HOSTILE
    case = small_case.make(tmp_path)
    odd = [
        small_case.record(20, userAgent=breaks, eventName="Get\nObject"),
        {**small_case.record(21), "eventTime": "0001-01-01T00:00:00Z"},
        {**small_case.record(22), "eventTime": "9999-12-31T23:59:59Z"},
        {name: value for name, value in small_case.record(23).items() if name != "eventTime"},
    ]
    case.load(small_case.add(tmp_path / "evidence", "odd.json", *odd))
    made = export(case.folder, case.room, tmp_path / "events.jsonl", format="timesketch")
    lines = imported(made.path)
    assert len(lines) == case.status()["events"] == 9
    assert all(line["datetime"] for line in lines)
    assert [line["timestamp_desc"] for line in lines if line["timestamp"] == 0] == ["Time from none"]
    case.close()
