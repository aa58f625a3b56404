"""Puts a story on: hour by hour, script and noise become log files and digests. Nothing of an hour stays in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ctforensics.practice.activities import activities
from ctforensics.practice.company import HOME
from ctforensics.practice.history import EventHistory
from ctforensics.practice.keys import KeyRing
from ctforensics.practice.maker import HOUR, TrailMaker, log_content
from ctforensics.practice.noise import SLOT, Noise, weight
from ctforensics.practice.sinks import FolderSink
from ctforensics.practice.stage import Cue, Stage

# Digests end a little after the full hour, so that no five-minute slot falls on the border of two digests.
OFFSET = timedelta(seconds=47)
_SPARSE = 8  # records in a five-minute slot before another slot of the hour is used
_FOR_ONE, _LARGEST_FLEET = 400, 64  # records an hour for which one machine and one session of each role are enough
_BUSY = 3  # the first account's home region has as many times the noise of another region


class _Scope:
    """One account and region: its chain, its noise, its part of the script."""

    def __init__(self, stage: Stage, trail: TrailMaker, fleet: int) -> None:
        self.trail, self._stage = trail, stage
        self.account, self.region = trail.account, trail.region
        made = activities(stage.company, self.account, self.region)
        machines = [stage.company.instance(self.account, self.region, number) for number in range(fleet)]
        self.noise = Noise(stage.seed, self.account, self.region, made, machines)
        cues = sorted(stage.cues.get((self.account, self.region), []))
        self.cues: dict[datetime, list[Cue]] = {}
        for cue in cues:
            self.cues.setdefault(_slot(cue.at), []).append(cue)
        self.stops = stage.stops.get(self.account, [])
        self.is_home = self.account == stage.story.accounts[0] and self.region == HOME
        self.weight = _BUSY if self.is_home else 1
        self.stopped = False

    def records(self, at: datetime) -> bool:
        """Whether the trail records what happens at that instant."""
        return self._stage.records(self.account, at)


class Production:
    """One run of a story into a sink. ``events`` is how many records the archive shall hold in all."""

    def __init__(self, stage: Stage, sink: FolderSink, events: int, per_file: int) -> None:
        story = stage.story
        self.stage, self.sink, self.per_file = stage, sink, per_file
        self.keys = KeyRing(stage.seed, stage.start)
        self.history = EventHistory()
        self.noise_wanted = max(0, events - stage.script_size)
        self.noise_made = self.recorded = 0
        places = story.hours * len(story.accounts) * len(story.regions)
        fleet = min(_LARGEST_FLEET, 1 + self.noise_wanted // places // _FOR_ONE)
        self.scopes = [
            _Scope(
                stage,
                TrailMaker(
                    sink,
                    self.keys,
                    bucket=story.bucket,
                    account=account,
                    region=region,
                    trail=story.trail,
                    home_region=HOME,
                    organization=story.organization,
                    prefix=story.prefix,
                ),
                fleet,
            )
            for account in story.accounts
            for region in story.regions
        ]

    @property
    def digests(self) -> int:
        return sum(len(scope.trail.digests) for scope in self.scopes)

    @property
    def end(self) -> datetime:
        return self.stage.start + self.stage.story.hours * HOUR

    def trail(self, account: str, region: str = HOME) -> TrailMaker:
        """The chain of an account and region."""
        return next(s.trail for s in self.scopes if (s.account, s.region) == (account, region))

    def find(self, event_id: str) -> str:
        """The key of the log file that holds this event. Reads files until it is found: for short stories."""
        bucket, wanted = self.stage.story.bucket, event_id.encode()
        paths = sorted(self.sink.folder.rglob("*_CloudTrail_*.json.gz"))
        keys = (path.relative_to(self.sink.folder).as_posix() for path in paths)
        return next(key for key in keys if wanted in self.sink.read(bucket, key))

    def hours(self) -> Iterator[tuple[datetime, int]]:
        """Plays hour after hour; yields the hour and how many records are written so far."""
        start, planned = self.stage.start, 0
        for scope in self.scopes:
            scope.trail.start(start - HOUR + OFFSET)
            scope.trail.close_hour(start + OFFSET)
        hours = [start + n * HOUR for n in range(self.stage.story.hours)]
        whole = sum(weight(hour) * scope.weight for hour in hours for scope in self.scopes)
        for hour in hours:
            for scope in self.scopes:
                planned += weight(hour) * scope.weight
                # Of what is due by now, not of this hour alone: what an hour could not take, a later one makes up.
                self._play_hour(scope, hour, self.noise_wanted * planned // whole - self.noise_made)
            yield hour, self.recorded

    def _play_hour(self, scope: _Scope, hour: datetime, due: int) -> None:
        openings = scope.noise.begin(hour)
        if openings > self.noise_wanted - self.noise_made:
            openings = 0
        shares = _shares(max(0, due - openings), hour)
        for n, share in enumerate(shares):
            slot = hour + n * SLOT
            if any(_slot(until) == slot for _, until in scope.stops):
                scope.trail.restart(next(until for _, until in scope.stops if _slot(until) == slot))
                scope.stopped = False
            self._play_slot(scope, slot, share, opening=bool(openings) and n == 0)
            if any(_slot(since) == slot for since, _ in scope.stops):
                scope.trail.stop(slot + SLOT + OFFSET)
                scope.stopped = True
        if not scope.stopped:
            scope.trail.close_hour(hour + HOUR + OFFSET)

    def _play_slot(self, scope: _Scope, slot: datetime, count: int, *, opening: bool) -> None:
        records_all = scope.records(slot) and scope.records(slot + SLOT)
        waiting = self._script(scope, slot)
        if opening:
            begun = [(slot, text, is_write) for text, is_write in scope.noise.beginnings(slot)]
            waiting += self._noise(scope, begun, recorded=records_all)
        part = 0
        while waiting or count:
            taken = min(count, max(0, self.per_file - len(waiting)))
            begun = scope.noise.texts(slot, taken, part)
            count -= taken
            content = waiting[: self.per_file] + self._noise(scope, begun, recorded=records_all)
            waiting = waiting[self.per_file :]
            self._deliver(scope, content, slot + SLOT)
            part += 1

    def _script(self, scope: _Scope, slot: datetime) -> list[tuple[datetime, str]]:
        """What the script plays in a slot and the trail records; the other kinds of records are delivered at once."""
        taken = []
        for cue in scope.cues.get(slot, []):
            if scope.is_home and cue.is_write:
                self.history.add(cue.text)
            if not scope.records(cue.at):
                continue
            if cue.kind == "CloudTrail":
                taken.append((cue.at, cue.text))
                continue
            # Whether digests list Insights files is not documented: they are delivered beside the chain.
            listed = cue.kind != "CloudTrail-Insight"
            content = log_content([cue.text])
            scope.trail.deliver(content, slot + SLOT, kind=cue.kind, span=(cue.at, cue.at), listed=listed)
            self.recorded += 1
        return taken

    def _noise(
        self, scope: _Scope, made: list[tuple[datetime, str, bool]], *, recorded: bool
    ) -> list[tuple[datetime, str]]:
        """Noise as far as the trail records it; writes of the home region stand in Event history in any case."""
        if scope.is_home:
            for _, text, is_write in made:
                if is_write:
                    self.history.add(text, noise=True)
        if not recorded:
            return []
        self.noise_made += len(made)
        return [(at, text) for at, text, _ in made]

    def _deliver(self, scope: _Scope, content: list[tuple[datetime, str]], stamp: datetime) -> None:
        if not content:
            return
        times = [at for at, _ in content]
        scope.trail.deliver(log_content([text for _, text in content]), stamp, span=(min(times), max(times)))
        self.recorded += len(content)


def _slot(at: datetime) -> datetime:
    """The beginning of the five-minute slot in which something happens."""
    return at.replace(minute=at.minute // 5 * 5, second=0)


def _shares(count: int, hour: datetime) -> list[int]:
    """How many records each of the hour's twelve slots gets: a quiet hour uses few slots, each hour other ones."""
    used = min(12, max(1, count // _SPARSE))
    slots = [n for n in range(12) if (n * used + hour.hour) % 12 < used]
    shares = [0] * 12
    for place, n in enumerate(slots):
        shares[n] = count // used + (place < count % used)
    return shares
