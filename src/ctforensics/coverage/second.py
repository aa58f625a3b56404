"""A second source beside the trail: what it holds and a covered hour of the trail does not.

Event history, CloudWatch copies or a second trail see the same calls. An event that only they have, in an hour that is
proven complete, should have been in the trail.
"""

from __future__ import annotations

import duckdb

from ctforensics.coverage.judgement import FOUND_BY_COVERAGE

# Only management events are compared: what a trail records of data events depends on its selectors. An hour counts as covered
# where every chain of the account and region is proven. A log file that came after the newest verification is no second source.
_ONLY_ELSEWHERE = """
INSERT INTO findings BY NAME
WITH covered AS (
  SELECT account, region, hour FROM coverage GROUP BY ALL HAVING bool_and(state IN ('verified', 'verified_empty'))),
alone AS (
  SELECT e.* FROM events e JOIN covered c
    ON c.account = e.recipient_account_id AND c.region = e.aws_region AND c.hour = date_trunc('hour', e.event_time)
  WHERE e.verification = 'not_checked' AND coalesce(e.event_category, 'Management') = 'Management'
    AND e.event_time_basis <> 'none'
    AND NOT EXISTS (FROM event_sources s JOIN files f USING (file_no)
      WHERE s.event_key = e.event_key AND f.kind = 'cloudtrail' AND f.source_form = 'records'))
SELECT 'G_ONLY_ELSEWHERE' AS code, 'anomaly' AS class, recipient_account_id AS account, aws_region AS region,
  date_trunc('hour', event_time) AS since, date_trunc('hour', event_time) + INTERVAL 1 HOUR AS until,
  min(event_id) AS subject, count(*) || ' management event(s) that a second source holds and this covered hour of the trail does not, '
    || 'the first ' || min(event_id) AS detail, ? AS found_by
FROM alone GROUP BY recipient_account_id, aws_region, date_trunc('hour', event_time) ORDER BY ALL"""


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Adds G_ONLY_ELSEWHERE to the findings, one for each account, region and hour."""
    con.execute(_ONLY_ELSEWHERE, [FOUND_BY_COVERAGE])
