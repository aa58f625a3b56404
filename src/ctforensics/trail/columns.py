"""The columns of ``events``: what the record says, and what we conclude from it.

A *testimony* column keeps CloudTrail's name in snake case and repeats the record; a *derived* one has a name that CloudTrail
does not use. A scalar testimony column either reproduces the JSON value exactly or the original value stands in
``unknown_fields`` under its CloudTrail name, so that record = columns + unknown_fields, always. In JSON columns SQL NULL means
absent and the JSON text ``null`` an explicit null.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of ``events``. ``field`` is the record's top-level member for testimony, None for derived columns."""

    name: str
    type: str
    field: str | None
    about: str


def _said(name: str, type_: str, field: str, about: str) -> Column:
    return Column(name, type_, field, about)


def _concluded(name: str, type_: str, about: str) -> Column:
    return Column(name, type_, None, about)


EVENT_COLUMNS: tuple[Column, ...] = (
    _concluded(
        "event_key",
        "UUID",
        "128 bits of SHA-256 over the canonical record: equal key, same record. Not the event id.",
    ),
    _said(
        "event_time",
        "TIMESTAMP",
        "eventTime",
        "When the request completed, UTC; never null, see event_time_basis.",
    ),
    _concluded(
        "event_time_basis",
        "VARCHAR",
        "Where event_time comes from: eventTime, @timestamp, delivery, or none (then 1970-01-01).",
    ),
    _said(
        "event_id",
        "VARCHAR",
        "eventID",
        "Id that CloudTrail gave the event. Testimony, not a key: it may repeat or be missing.",
    ),
    _said(
        "event_name",
        "VARCHAR",
        "eventName",
        "The API action as logged, with a date suffix for some services.",
    ),
    _said("event_source", "VARCHAR", "eventSource", "Host name of the service, for example iam.amazonaws.com."),
    _said(
        "aws_region",
        "VARCHAR",
        "awsRegion",
        "Region that served or logged the call; global services log in us-east-1.",
    ),
    _said("recipient_account_id", "VARCHAR", "recipientAccountId", "Account whose trail received the record."),
    _said(
        "source_ip_address",
        "VARCHAR",
        "sourceIPAddress",
        "Address as logged: an IP, a service name, AWS Internal, or empty.",
    ),
    _said(
        "user_agent",
        "VARCHAR",
        "userAgent",
        "Agent string as sent by the caller; anybody can write anything here.",
    ),
    _said(
        "error_code",
        "VARCHAR",
        "errorCode",
        "Error code as logged; absent on success and on failed console sign-ins.",
    ),
    _said(
        "error_message",
        "VARCHAR",
        "errorMessage",
        "Error text as logged; for denials it names principal, action, resource.",
    ),
    _said(
        "read_only",
        "BOOLEAN",
        "readOnly",
        "Whether CloudTrail calls the event read-only; absent in old records.",
    ),
    _said(
        "event_type",
        "VARCHAR",
        "eventType",
        "AwsApiCall, AwsServiceEvent, AwsConsoleSignIn, AwsConsoleAction, ...",
    ),
    _said(
        "event_category",
        "VARCHAR",
        "eventCategory",
        "Management, Data, NetworkActivity, Insight; absent before version 1.07.",
    ),
    _said(
        "management_event",
        "BOOLEAN",
        "managementEvent",
        "Whether it is a management event; absent before version 1.06.",
    ),
    _said("request_id", "VARCHAR", "requestID", "Id of the request, as the service made it."),
    _said("shared_event_id", "VARCHAR", "sharedEventID", "Same for all accounts that got a copy of one action."),
    _said("event_version", "VARCHAR", "eventVersion", "Version of the record format, major.minor as text."),
    _said("api_version", "VARCHAR", "apiVersion", "Version of the service's API."),
    _said("vpc_endpoint_id", "VARCHAR", "vpcEndpointId", "VPC endpoint through which the request came."),
    _said("vpc_endpoint_account_id", "VARCHAR", "vpcEndpointAccountId", "Owner account of that endpoint."),
    _said(
        "session_credential_from_console",
        "BOOLEAN",
        "sessionCredentialFromConsole",
        "Whether the session's credentials came from a console sign-in.",
    ),
    _concluded(
        "actor",
        "VARCHAR",
        "Who acted, one stable name for each identity type: role ARN, user ARN, service, account/principal.",
    ),
    _concluded("principal_arn", "VARCHAR", "userIdentity.arn as logged (each role session has its own)."),
    _concluded("principal_id", "VARCHAR", "userIdentity.principalId before the colon: survives renaming."),
    _concluded("user_identity_type", "VARCHAR", "userIdentity.type as logged; null where the record has none."),
    _concluded("user_name", "VARCHAR", "userIdentity.userName, else the issuer's user or role name."),
    _concluded(
        "actor_account_id",
        "VARCHAR",
        "Account of the actor: userIdentity.accountId, else from its ARN, else from its key.",
    ),
    _concluded("access_key_id", "VARCHAR", "userIdentity.accessKeyId; null where empty or absent."),
    _concluded("session_issuer_arn", "VARCHAR", "ARN of the role or user that issued the session."),
    _concluded("role_session_name", "VARCHAR", "Name that the caller chose for the role session."),
    _concluded("session_created_at", "TIMESTAMP", "sessionContext.attributes.creationDate, UTC."),
    _concluded("mfa", "BOOLEAN", "mfaAuthenticated of the session, or MFAUsed of a sign-in; null where neither says."),
    _concluded("source_identity", "VARCHAR", "sessionContext.sourceIdentity: stays the same through role chaining."),
    _concluded("invoked_by", "VARCHAR", "Service that made the call on the actor's behalf."),
    _concluded("outcome", "VARCHAR", "success, denied, failed, dry_run_ok, requested: of this event alone."),
    _concluded("error_class", "VARCHAR", "errorCode without Client. or Server., or what the sign-in result says."),
    _concluded(
        "source_kind",
        "VARCHAR",
        "public_ip, private_ip (not routed), reserved_ip (for documentation or tests: made-up or anonymised records), aws_service,"
        " aws_internal, invalid, other, empty.",
    ),
    _concluded("agent_family", "VARCHAR", "console, cli, sdk, iac, browser, aws_service, tool, other, none."),
    _concluded("event_base_name", "VARCHAR", "eventName without a trailing API date."),
    _concluded("event_class", "VARCHAR", "read, list, write, permissions, session, data, insight, network."),
    _concluded(
        "target",
        "VARCHAR",
        "What the call was about: bucket, user, role, key, instance, ARN; where it made something, what the response names.",
    ),
    _concluded("bucket_name", "VARCHAR", "S3 bucket named in the parameters, resources or error text."),
    _concluded("object_key", "VARCHAR", "S3 object key or prefix named in the parameters."),
    _concluded(
        "requested_role_arn",
        "VARCHAR",
        "Role asked for: requestParameters.roleArn, or the role that the denial names.",
    ),
    _concluded(
        "issued_access_key_id",
        "VARCHAR",
        "Access key that the call made: a new IAM key or a session's temporary key.",
    ),
    _concluded(
        "is_cross_account",
        "BOOLEAN",
        "Whether actor account and recipient account are both known and differ.",
    ),
    _said("user_identity", "JSON", "userIdentity", "The identity as logged."),
    _said(
        "request_parameters",
        "JSON",
        "requestParameters",
        "Parameters as logged; null on many denials, omitted when too large.",
    ),
    _said(
        "response_elements",
        "JSON",
        "responseElements",
        "Response as logged; null for reads and many services.",
    ),
    _said("additional_event_data", "JSON", "additionalEventData", "What the service adds."),
    _said("service_event_details", "JSON", "serviceEventDetails", "Details of service events."),
    _said("resources", "JSON", "resources", "Resources that CloudTrail lists."),
    _said("tls_details", "JSON", "tlsDetails", "TLS version, cipher suite, host header."),
    _said("addendum", "JSON", "addendum", "Why a record came late or corrects another."),
    _said("insight_details", "JSON", "insightDetails", "State, type and statistics of an Insights event."),
    _said("edge_device_details", "JSON", "edgeDeviceDetails", "S3 on Outposts."),
    _said("event_context", "JSON", "eventContext", "Condition keys and tags that CloudTrail Lake adds."),
    _concluded(
        "unknown_fields",
        "JSON",
        "Every other member, and the original of every value that a column cannot repeat exactly.",
    ),
    _concluded(
        "parse_flags",
        "VARCHAR[]",
        "What was odd about the record: duplicate_member, lone_surrogate, type:readOnly, ...",
    ),
    _concluded(
        "fidelity",
        "VARCHAR",
        "Best container that held it: full, or a poorer one (history_csv, athena_csv, lake, ocsf, sentinel).",
    ),
    _concluded(
        "record_text",
        "VARCHAR",
        "Exact text of the record where columns cannot repeat it, or with --keep-raw.",
    ),
    _concluded(
        "verification",
        "VARCHAR",
        "Best class among the event's sources: ok, anomaly, unknown, fail, not_checked.",
    ),
    _concluded("verification_code", "VARCHAR", "Code of that best source, for example L_OK."),
)

TESTIMONY: dict[str, Column] = {c.field: c for c in EVENT_COLUMNS if c.field}
COLUMN_NAMES: tuple[str, ...] = tuple(c.name for c in EVENT_COLUMNS)
NO_TIME = "1970-01-01 00:00:00"
