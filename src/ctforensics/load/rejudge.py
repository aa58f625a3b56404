"""A verification after a load: the loaded events are judged anew, in a new generation."""

from __future__ import annotations

from ctforensics.case import generation
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseBusy
from ctforensics.load import screen, store
from ctforensics.load.run import Judge


def rejudge(folder: CaseFolder, judge: Judge) -> None:
    """Publishes the loaded tables again with the outcomes that ``judge`` brings.

    Raises CaseBusy where another process writes, or where a killed load has left its unfinished generation: that load goes first.
    """
    with generation.writer(folder, "verify") as writer:
        if writer.resume():
            raise CaseBusy(
                "An unfinished load is waiting in this case.",
                where=str(folder.path),
                hint=f"Finish it first: ctforensics load {folder.path.name}; then verify again.",
            )
        writer.start_from_current()
        con = store.connect(str(writer.path))
        try:
            judge(con)
            screen.build(con)
            con.execute("CHECKPOINT nextgen")
        finally:
            con.close()
        writer.publish()
