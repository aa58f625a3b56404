"""What the trail's own records say about it: stopped, started, deleted, narrowed. Only authentic records prove anything."""

from __future__ import annotations

import duckdb

# A trail is named by name or ARN; CloudTrail logs the call in the trail's home region.
_CHANGES = """
INSERT INTO trail_changes BY NAME
WITH calls AS (
  SELECT *, coalesce(request_parameters ->> '$.name', request_parameters ->> '$.trailName') AS named
  FROM events
  WHERE event_source = 'cloudtrail.amazonaws.com' AND event_name IN ('StopLogging', 'StartLogging', 'CreateTrail',
    'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors'))
SELECT event_time,
  CASE WHEN named LIKE 'arn:%' THEN split_part(named, ':', 5) ELSE recipient_account_id END AS account,
  CASE WHEN named LIKE 'arn:%' THEN split_part(named, ':', 4) ELSE aws_region END AS region,
  CASE WHEN named LIKE 'arn:%' THEN regexp_extract(named, '[^/]*$') ELSE named END AS trail,
  event_name AS change, outcome, event_key, verification
FROM calls"""

# Two trails of one account may have one name, in two home regions.
# From a stop that is proven to the next start that is proven; without one, to where proven digests go on.
STOPS = """
CREATE OR REPLACE TEMP TABLE coverage_stops AS
WITH proven AS (
  SELECT * FROM trail_changes WHERE verification IN ('ok', 'anomaly') AND outcome = 'success' AND trail IS NOT NULL),
turns AS (
  SELECT DISTINCT event_time, account, region, trail, change IN ('StopLogging', 'DeleteTrail') AS is_off
  FROM proven WHERE change IN ('StopLogging', 'DeleteTrail', 'StartLogging'))
SELECT account, region, trail, event_time AS stopped,
  (SELECT min(s.event_time) FROM turns s
    WHERE s.account = t.account AND s.region = t.region AND s.trail = t.trail AND NOT s.is_off AND s.event_time > t.event_time) AS started
FROM turns t WHERE is_off"""


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Fills ``trail_changes`` and the temporary table ``coverage_stops`` (account, home region, trail, stopped, started or null)."""
    con.execute("DELETE FROM trail_changes")
    con.execute(_CHANGES)
    con.execute(STOPS)
