"""The state of every event hour of every chain (account, region, trail).

Digests cover hours of *delivery*; people ask about hours of *events*. An event is usually delivered within 15 minutes, so an
event hour is called verified only if delivery is covered until 15 minutes after it; and proven empty only if delivery is
covered until 24 hours after it and no listed file reaches into it. It says nothing of events that the trail does not record.
The first digest after a stop reaches back before logging began again: an hour of which any part lies in a proven stop stays a hole,
whatever else is proven of it. Nor does it say when in it a chain began: an hour that it covers is not proven, until a proven event
shows that logging was on before that hour.
"""

from __future__ import annotations

import duckdb

from ctforensics.coverage.judgement import FOUND_BY_COVERAGE
from ctforensics.verify.outcome import STARTS

_MISSING = "('D_MISSING', 'L_MISSING', 'L_MISSING_UNVERIFIED')"
_ORGANIZATION = r"(^|/)AWSLogs/o-[a-z0-9]{4,32}/"
_HOME = r"_CloudTrail-Digest_[^/]+_([a-z0-9-]+)_\d{8}T\d{6}Z[^/]*$"

# A stop is logged in the trail's home region, which the keys of proven digests name; where they do not, the name of the trail decides.
# A forged digest may claim any time: what is not proven reaches at most five years.
_CHAINS = rf"""
CREATE OR REPLACE TEMP TABLE coverage_chains AS
WITH spans AS (
  SELECT account, region, trail, since, until, regexp_matches(object, '{_ORGANIZATION}') AS org, class IN ('ok', 'anomaly') AS proven,
    nullif(regexp_extract(object, '{_HOME}', 1), '') AS home
  FROM verifications WHERE kind = 'digest' AND since IS NOT NULL AND until IS NOT NULL AND account IS NOT NULL
    AND object NOT LIKE '%\_backfill.json%' ESCAPE '\'
  UNION ALL
  SELECT account, region, trail, since, until, false, false, NULL FROM findings
  WHERE code IN ('G_GAP', 'G_LATE_START', 'G_HEAD_SHORT', 'G_NO_DIGESTS') AND since IS NOT NULL AND until IS NOT NULL)
SELECT row_number() OVER (ORDER BY account, region, trail) AS chain, account, region, trail, bool_or(org) AS org,
  if(bool_and(home IS NOT NULL) FILTER (WHERE proven), list(DISTINCT home) FILTER (WHERE proven), NULL) AS homes,
  greatest(min(since), max(until) - INTERVAL 5 YEAR, least(coalesce(min(since) FILTER (WHERE proven), min(since)), max(until))
    - INTERVAL 5 YEAR) AS first, max(until) AS last
FROM spans GROUP BY account, region, trail"""

_SPANS = r"""
CREATE OR REPLACE TEMP TABLE coverage_spans AS
WITH proven AS (
  SELECT c.chain, v.since, v.until FROM verifications v
  JOIN coverage_chains c ON c.account = v.account AND c.region = v.region AND c.trail = v.trail
  WHERE v.kind = 'digest' AND v.class IN ('ok', 'anomaly') AND v.object NOT LIKE '%\_backfill.json%' ESCAPE '\'),
marked AS (
  SELECT *, since > max(until) OVER (PARTITION BY chain ORDER BY since, until
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_new FROM proven),
islands AS (SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY chain ORDER BY since, until) AS island FROM marked)
SELECT chain, min(since) AS since, max(until) AS until FROM islands GROUP BY chain, island"""

# Every log file that was judged, with the chain it belongs to and the event times that it reaches. A file that nothing lists
# belongs to every chain of its account and region; one whose account is not known is left to its events.
_FILES = f"""
CREATE OR REPLACE TEMP TABLE coverage_files AS
WITH judged AS (
  SELECT v.*, f.file_no, f.outcome, f.records, f.first_event_time, f.last_event_time
  FROM verifications v LEFT JOIN files f ON f.root = v.root AND f.path = v.path
  WHERE v.kind = 'log' AND v.account IS NOT NULL)
SELECT c.chain, j.file_no, j.records,
  CASE WHEN j.code IN {_MISSING} THEN 'missing' WHEN j.class IN ('ok', 'anomaly') THEN 'good'
    WHEN j.class = 'fail' THEN 'bad' ELSE 'loose' END AS side,
  coalesce(j.outcome IN ('loaded', 'partial', 'empty', 'duplicate'), false) AS is_loaded,
  least(j.events_since, j.first_event_time, CASE WHEN j.events_since IS NULL AND j.first_event_time IS NULL THEN j.since END) AS lo,
  greatest(j.events_until, j.last_event_time, CASE WHEN j.events_until IS NULL AND j.last_event_time IS NULL THEN j.since END) AS hi,
  j.first_event_time, j.last_event_time
FROM judged j JOIN coverage_chains c ON c.account = j.account AND c.region = j.region
  AND (c.trail IS NOT DISTINCT FROM j.trail OR j.trail IS NULL)"""

# The events of each chain and hour, each once however many of its files hold it. A file that repeats nothing and lies in one hour
# tells its number by itself; only the records of all others are looked at one by one.
_COUNTS = """
CREATE OR REPLACE TEMP TABLE coverage_counts AS
WITH loaded AS (
  SELECT c.chain, c.file_no, date_trunc('hour', c.first_event_time) AS hour, f.events,
    coalesce(f.duplicates = 0 AND f.poorer_copies = 0
      AND date_trunc('hour', c.first_event_time) = date_trunc('hour', c.last_event_time), false) AS is_plain
  FROM coverage_files c JOIN files f USING (file_no) WHERE c.is_loaded),
single AS (
  SELECT DISTINCT l.chain, s.event_key FROM loaded l JOIN event_sources s USING (file_no) WHERE NOT l.is_plain),
told AS (
  SELECT DISTINCT l.chain, s.event_key
  FROM event_sources s JOIN single o USING (event_key) JOIN loaded l ON l.file_no = s.file_no AND l.chain = o.chain
  WHERE l.is_plain),
rest AS (
  SELECT o.chain, date_trunc('hour', e.event_time) AS hour, count(*) AS events
  FROM single o JOIN events e USING (event_key) ANTI JOIN told t ON t.chain = o.chain AND t.event_key = o.event_key
  WHERE e.event_time_basis <> 'none' GROUP BY ALL)
SELECT chain, hour, sum(events)::BIGINT AS events
FROM (SELECT chain, hour, events FROM loaded WHERE is_plain UNION ALL FROM rest) GROUP BY ALL"""

_GRID = """
CREATE OR REPLACE TEMP TABLE coverage_grid AS
WITH steps AS (
  SELECT chain, date_trunc('hour', lo) AS hour, side, is_loaded, 1 AS step FROM coverage_files WHERE lo IS NOT NULL
  UNION ALL
  SELECT chain, date_trunc('hour', hi) + INTERVAL 1 HOUR, side, is_loaded, -1 FROM coverage_files WHERE lo IS NOT NULL),
wanted AS (
  SELECT chain, unnest(generate_series(date_trunc('hour', first), last - INTERVAL 1 SECOND, INTERVAL 1 HOUR)) AS hour FROM coverage_chains
  UNION SELECT chain, hour FROM coverage_counts
  UNION SELECT chain, date_trunc('hour', lo) FROM coverage_files WHERE lo IS NOT NULL),
summed AS (
  SELECT chain, hour,
    coalesce(sum(step) FILTER (WHERE side = 'good'), 0) AS good, coalesce(sum(step) FILTER (WHERE side = 'bad'), 0) AS bad,
    coalesce(sum(step) FILTER (WHERE side = 'loose'), 0) AS loose,
    coalesce(sum(step) FILTER (WHERE side = 'missing'), 0) AS missing,
    coalesce(sum(step) FILTER (WHERE is_loaded AND side = 'good'), 0) AS loaded
  FROM steps GROUP BY ALL),
reached AS (
  SELECT chain, hour, w.hour IS NOT NULL AND w.chain IS NOT NULL AS is_wanted,
    sum(coalesce(good, 0)) OVER run AS good, sum(coalesce(bad, 0)) OVER run AS bad, sum(coalesce(loose, 0)) OVER run AS loose,
    sum(coalesce(missing, 0)) OVER run AS missing, sum(coalesce(loaded, 0)) OVER run AS loaded
  FROM (SELECT chain, hour, true AS here FROM wanted) w FULL JOIN summed USING (chain, hour)
  WINDOW run AS (PARTITION BY chain ORDER BY hour))
SELECT * EXCLUDE (is_wanted) FROM reached
WHERE (chain, hour) IN (SELECT (chain, hour) FROM wanted)"""

_STARTS = f"""starts AS (
  SELECT c.chain, v.since, v.until FROM verifications v
  JOIN coverage_chains c ON c.account = v.account AND c.region = v.region AND c.trail = v.trail
  WHERE v.kind = 'digest' AND v.class IN ('ok', 'anomaly') AND contains(v.detail, '{STARTS}'))"""

# When each chain was off: from a proven stop (of two with no start between them the first) to the start that was seen, or to where
# proven digests or events show that its logs go on: a starting digest at its end, for it reaches back before logging began. CloudTrail may
# still record for some minutes after the call.
_OFF = f"""
CREATE OR REPLACE TEMP TABLE coverage_off AS
WITH {_STARTS},
resumed AS (
  SELECT p.chain, p.since, coalesce(max(s.until), p.since) AS sure
  FROM coverage_spans p LEFT JOIN starts s ON s.chain = p.chain AND s.since = p.since GROUP BY p.chain, p.since),
ends AS (
  SELECT c.chain, s.stopped, s.started, least(s.started,
      (SELECT min(p.sure) FROM resumed p WHERE s.started IS NULL AND p.chain = c.chain AND p.since >= s.stopped),
      (SELECT min(f.first_event_time) FROM coverage_files f
        WHERE f.chain = c.chain AND f.side = 'good' AND f.first_event_time > s.stopped + INTERVAL 15 MINUTE),
      TIMESTAMP 'infinity') AS ended
  FROM coverage_stops s JOIN coverage_chains c ON c.trail = s.trail AND (c.account = s.account OR c.org)
    AND coalesce(list_contains(c.homes, s.region), true))
SELECT chain, ended, min(stopped) AS stopped, min(started) AS started FROM ends GROUP BY chain, ended"""

_ISO = "%Y-%m-%dT%H:%M:%SZ"

_STATES = rf"""
INSERT INTO coverage BY NAME
WITH unproven AS (
  SELECT c.chain, v.since, v.until, v.class FROM verifications v
  JOIN coverage_chains c ON c.account = v.account AND c.region = v.region AND c.trail = v.trail
  WHERE v.kind = 'digest' AND v.class IN ('unknown', 'fail') AND v.code NOT IN ('D_MISSING', 'D_MISPLACED')
    AND v.since IS NOT NULL),
{_STARTS},
began AS (
  SELECT s.*, (SELECT min(f.lo) FROM coverage_files f WHERE f.chain = s.chain AND f.side = 'good' AND f.lo >= s.since) AS seen FROM starts s),
short AS (
  SELECT c.chain, f.since, f.until FROM findings f
  JOIN coverage_chains c ON c.account = f.account AND c.region = f.region AND c.trail IS NOT DISTINCT FROM f.trail
  WHERE f.code IN ('G_HEAD_SHORT', 'G_LATE_START', 'G_NO_DIGESTS') AND f.since IS NOT NULL AND f.until IS NOT NULL),
told AS (
  SELECT g.chain, g.hour, o.stopped, o.stopped <= g.hour AND o.ended >= g.hour + INTERVAL 1 HOUR AS is_whole,
    'stop seen ' || strftime(o.stopped, '{_ISO}') || coalesce('; start seen ' || strftime(o.started, '{_ISO}'), '; no start seen')
      || if(isfinite(o.ended) AND o.ended IS DISTINCT FROM o.started, '; proven logs go on at ' || strftime(o.ended, '{_ISO}'), '')
      || if(is_whole, '; off throughout', '; off from ' || strftime(greatest(o.stopped, g.hour), '{_ISO}') || ' until '
        || strftime(least(o.ended, g.hour + INTERVAL 1 HOUR), '{_ISO}')) || ': not provable here' AS off
  FROM coverage_off o JOIN coverage_grid g ON g.chain = o.chain AND o.stopped < g.hour + INTERVAL 1 HOUR AND o.ended > g.hour),
offs AS (
  SELECT chain, hour, bool_or(is_whole) AS is_off, array_to_string(list(off ORDER BY stopped)[:3], '; ')
    || if(count(*) > 3, '; and ' || (count(*) - 3) || ' more in this hour', '') AS off
  FROM told GROUP BY chain, hour),
turned AS (
  SELECT c.chain, t.event_time AS turned_at, t.change || ' seen ' || strftime(t.event_time, '%Y-%m-%dT%H:%M:%SZ') AS said
  FROM trail_changes t JOIN coverage_chains c ON c.trail = t.trail AND (c.account = t.account OR c.org)
  WHERE t.change IN ('UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors') AND t.verification IN ('ok', 'anomaly')
    AND t.outcome = 'success'),
turns AS (SELECT chain, date_trunc('hour', turned_at) AS hour, string_agg(DISTINCT said, ', ' ORDER BY said) AS said FROM turned GROUP BY ALL),
looked AS (
  SELECT g.*, n.said, (SELECT arg_max(t.said, t.turned_at) FROM turned t WHERE t.chain = g.chain AND t.turned_at < g.hour) AS said_before, c.account, c.region, c.trail, c.first, c.last, coalesce(e.events, 0) AS events,
    EXISTS (FROM coverage_spans p WHERE p.chain = g.chain AND p.since <= greatest(g.hour, least(c.first, g.hour + INTERVAL 59 MINUTE))
      AND p.until >= g.hour + INTERVAL 75 MINUTE) AS near,
    EXISTS (FROM coverage_spans p WHERE p.chain = g.chain AND p.since <= greatest(g.hour, least(c.first, g.hour + INTERVAL 59 MINUTE))
      AND p.until >= g.hour + INTERVAL 25 HOUR) AS day,
    EXISTS (FROM unproven u WHERE u.chain = g.chain AND u.since < g.hour + INTERVAL 75 MINUTE AND u.until > g.hour) AS doubtful,
    EXISTS (FROM unproven u WHERE u.chain = g.chain AND u.class = 'fail' AND u.since < g.hour + INTERVAL 75 MINUTE
      AND u.until > g.hour) AS forged,
    EXISTS (FROM began b WHERE b.chain = g.chain AND b.since < g.hour + INTERVAL 1 HOUR AND b.until > g.hour
      AND coalesce(b.seen >= g.hour, true)) AS begins,
    EXISTS (FROM short s WHERE s.chain = g.chain AND s.since < g.hour + INTERVAL 1 HOUR AND s.until > g.hour) AS is_short,
    (SELECT max(p.until) FROM coverage_spans p WHERE p.chain = g.chain) AS reach,
    o.off, coalesce(o.is_off, false) AS is_off
  FROM coverage_grid g JOIN coverage_chains c USING (chain) LEFT JOIN coverage_counts e USING (chain, hour) LEFT JOIN turns n USING (chain, hour)
    LEFT JOIN offs o USING (chain, hour)),
judged AS (
  SELECT *, CASE
    WHEN is_off AND (NOT near OR good = 0) THEN 'missing'
    WHEN bad > 0 OR forged THEN 'tampered'
    WHEN missing > 0 OR off IS NOT NULL THEN 'missing'
    WHEN NOT near AND (doubtful OR loose > 0) THEN 'unverified'
    WHEN NOT near AND (hour + INTERVAL 1 HOUR <= first OR hour + INTERVAL 75 MINUTE > reach) AND NOT is_short THEN 'unverified'
    WHEN NOT near THEN 'missing'
    WHEN loose > 0 THEN 'unverified'
    WHEN loaded < good THEN 'outside'
    WHEN begins THEN 'unverified'
    WHEN good > 0 THEN 'verified'
    WHEN day THEN 'verified_empty'
    ELSE 'unverified' END AS state
  FROM looked)
SELECT account, region, trail, hour, state, (good + bad + loose)::INTEGER AS files, events,
  nullif(concat_ws('; ', CASE
    WHEN state = 'tampered' AND bad > 0 THEN if(bad = 1, '1 log file that reaches', bad::BIGINT || ' log files that reach') || ' into this hour failed verification'
    WHEN state = 'tampered' THEN 'a digest of its deliveries failed verification'
    WHEN state = 'missing' AND missing > 0 THEN if(missing = 1, '1 listed log file that reaches into this hour is', missing::BIGINT || ' listed log files that reach into this hour are') || ' not here'
    WHEN state = 'missing' AND off IS NULL THEN 'no authentic digest covers its deliveries'
    WHEN state = 'unverified' AND doubtful THEN 'a digest of its deliveries is not proven'
    WHEN state = 'unverified' AND loose > 0 THEN if(loose = 1, '1 log file that reaches into this hour is', loose::BIGINT || ' log files that reach into this hour are') || ' not proven'
    WHEN state = 'unverified' AND NOT near THEN 'its deliveries lie at the edge of what digests cover'
    WHEN state = 'unverified' AND begins THEN 'logging began in this hour or after it: a starting digest says nothing of what came before'
    WHEN state = 'unverified' THEN 'nothing here, but deliveries until 24 hours later are not all covered'
    WHEN state = 'outside' AND loaded = 0 THEN 'proven, but its log files are not loaded'
    WHEN state = 'outside' THEN 'proven, but ' || (good - loaded)::BIGINT || ' of its log files are not loaded'
    WHEN state = 'verified' AND missing = 0 AND events = 0 THEN 'log files reach over this hour and hold no event in it'
  END,
    off,
    said || ': what the trail records may have changed',
    CASE WHEN state = 'verified_empty' AND said IS NULL
      THEN said_before || ' was the last change of what the trail records: other events are not in it' END), '') AS reason
FROM judged ORDER BY account, region, trail, hour"""

_LOGS_IN_STOPS = """
INSERT INTO findings BY NAME
WITH stops AS (SELECT c.account, c.region, c.trail, o.* FROM coverage_off o JOIN coverage_chains c USING (chain))
SELECT 'G_LOG_IN_STOP' AS code, 'fail' AS class, s.account, s.region, s.trail,
  min(e.event_time) AS since, max(e.event_time) + INTERVAL 1 SECOND AS until, v.object AS subject,
  count(*) || ' event(s) of a time for which authentic records say that the trail was off (stopped '
    || strftime(s.stopped, '%Y-%m-%dT%H:%M:%SZ') || '), in ' || v.object || ' (' || v.code || ')' AS detail, ? AS found_by
FROM verifications v JOIN stops s ON s.account = v.account AND s.region = v.region
  JOIN files f ON f.root = v.root AND f.path = v.path
  JOIN event_sources es USING (file_no) JOIN events e USING (event_key)
WHERE v.kind = 'log' AND v.class IN ('unknown', 'fail') AND (v.trail IS NULL OR v.trail = s.trail)
  AND e.verification NOT IN ('ok', 'anomaly') AND e.event_time > s.stopped AND e.event_time < s.ended
  AND e.event_time_basis <> 'none'
GROUP BY s.account, s.region, s.trail, s.stopped, v.object, v.code"""


def refresh(con: duckdb.DuckDBPyConnection, verified: bool) -> None:
    """Fills ``coverage`` (empty where nothing was verified) and adds G_LOG_IN_STOP to the findings."""
    con.execute("DELETE FROM coverage")
    if not verified:
        return
    for statement in (_CHAINS, _SPANS, _FILES, _COUNTS, _GRID, _OFF, _STATES):
        con.execute(statement)
    con.execute(_LOGS_IN_STOPS, [FOUND_BY_COVERAGE])
    for name in ("off", "grid", "counts", "files", "spans", "chains"):
        con.execute(f"DROP TABLE temp.coverage_{name}")
