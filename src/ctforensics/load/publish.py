"""Publishing a generation in which only judgements changed: verification and coverage of what is loaded already."""

from __future__ import annotations

from ctforensics.case import generation
from ctforensics.case.folder import CaseFolder
from ctforensics.load import screen, store
from ctforensics.load.run import Judge


def rejudge(folder: CaseFolder, judge: Judge) -> bool:
    """Runs ``judge`` on a copy of the published database and publishes it; whether that was done.

    It is left to the next load, and False, where a killed load stands unfinished: that load goes on where it was, and judges at its
    end. Raises CaseBusy where another process writes.
    """
    with generation.writer(folder, "verify") as writer:
        if writer.resume():
            return False
        writer.start_from_current()
        try:
            con = store.connect(str(writer.path))
            try:
                judge(con)
                screen.build(con)
                con.execute("CHECKPOINT nextgen")
            finally:
                con.close()
        except BaseException:
            writer.discard()
            raise
        writer.publish()
    return True
