"""Records of other kinds: CloudTrail Insights, and network activity at a VPC endpoint."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ctforensics.practice.company import HOME
from ctforensics.practice.maker import instant
from ctforensics.practice.stage import Stage


def insight(stage: Stage, at: datetime, account: str, error: str) -> tuple[str, str]:
    """A start and an end of unusually many errors; no identity, source or name at the top of such records."""
    shared = stage.ids.event()
    statistics: dict[str, Any] = {"baseline": {"average": 0.0003472222}, "insight": {"average": 3.6666666667}}
    events = []
    for state, when, more in (
        ("Start", at, {"baselineDuration": 11520}),
        ("End", at + timedelta(minutes=3), {"insightDuration": 3, "baselineDuration": 11520}),
    ):
        record = {
            "eventVersion": "1.08",
            "eventTime": instant(when),
            "awsRegion": HOME,
            "eventID": stage.ids.event(),
            "eventType": "AwsCloudTrailInsight",
            "recipientAccountId": account,
            "sharedEventID": shared,
            "insightDetails": {
                "state": state,
                "eventSource": "iam.amazonaws.com",
                "eventName": "ListUsers",
                "insightType": "ApiErrorRateInsight",
                "errorCode": error,
                "insightContext": {"statistics": statistics | more},
            },
            "eventCategory": "Insight",
        }
        events.append(stage.put(when, record, kind="CloudTrail-Insight"))
    return events[0], events[1]


def endpoint_denial(stage: Stage, at: datetime, account: str) -> str:
    """A call that a VPC endpoint's policy refused: a network activity event."""
    record = {
        "eventVersion": "1.09",
        "userIdentity": {"type": "AWSAccount", "principalId": "AIDAEXAMPLEFOREIGNUSR", "accountId": "777788889999"},
        "eventTime": instant(at),
        "eventSource": "kms.amazonaws.com",
        "eventName": "ListKeys",
        "awsRegion": HOME,
        "sourceIPAddress": "10.0.0.23",
        "errorCode": "VpceAccessDenied",
        "errorMessage": "The request was denied due to a VPC endpoint policy",
        "requestID": stage.ids.event(),
        "eventID": stage.ids.event(),
        "eventType": "AwsVpceEvent",
        "managementEvent": False,
        "recipientAccountId": account,
        "sharedEventID": stage.ids.event(),
        "vpcEndpointId": "vpce-0a1b2c3d4e5f60718",
        "vpcEndpointAccountId": account,
        "eventCategory": "NetworkActivity",
    }
    return stage.put(at, record, kind="CloudTrail-NetworkActivity")
