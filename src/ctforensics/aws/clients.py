"""Clients for AWS: one identity, any number of regions; every call counted, the case id in the user agent.

boto3 is imported when the first client is made: everything that does not talk to AWS works without it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ctforensics import __version__, clock
from ctforensics.aws import refusals
from ctforensics.errors import NotInstalled, ParameterError


@dataclass(frozen=True, slots=True)
class Identity:
    """How to sign in: a profile or a role to assume (both empty: the environment's own), and where AWS is."""

    profile: str | None = None
    role_arn: str | None = None
    endpoint_url: str | None = None
    region: str | None = None


@dataclass
class Access:
    """A signed-in identity. ``calls`` counts what was asked and how it ended; ``clock_offset`` is AWS minus here, seconds."""

    identity: Identity
    case_id: str = ""
    jobs: int = 16
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    clock_offset: float | None = None
    caller: dict[str, Any] = field(default_factory=dict)
    began: datetime = field(default_factory=clock.now)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._local = threading.local()
        self._session = _session(self.identity, self._config())

    @property
    def user_agent_extra(self) -> str:
        return f"ctforensics/{__version__} case/{self.case_id or 'none'}"

    @property
    def region(self) -> str:
        """The region where calls go that name none."""
        return self.identity.region or self._session.region_name or "us-east-1"

    @property
    def is_aws(self) -> bool:
        """Whether calls go to AWS itself, not to an endpoint that somebody named."""
        endpoint = self.client("cloudtrail").meta.endpoint_url
        host = endpoint.split("://", 1)[-1].split("/", 1)[0]
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"))

    def client(self, service: str, region: str | None = None) -> Any:
        """A client for a service, made once; safe to use from many threads."""
        with self._lock:
            known = self._clients.get((service, region))
            if known is None:
                known = self._session.client(
                    service,
                    region_name=region or self.region,
                    endpoint_url=self.identity.endpoint_url,
                    config=self._config(6 if service == "s3" else 3),
                )
                known.meta.events.register("after-call", self._count)
                known.meta.events.register("before-parse", self._keep_raw)
                self._clients[service, region] = known
            return known

    def who(self) -> dict[str, Any]:
        """The caller's identity as AWS sees it (sts:GetCallerIdentity needs no permission), asked once.

        Raises ForensicsError where the credentials themselves are no good. An endpoint that is only an S3, or a network that
        lets only S3 through, is no obstacle: then the identity is not obtained, and says so.
        """
        if not self.caller:
            credentials = self._session.get_credentials()
            held = {"access_key_id": credentials.access_key if credentials else None}
            try:
                answer = self.client("sts").get_caller_identity()
                self.caller = {"arn": answer["Arn"], "account": answer["Account"], "user_id": answer["UserId"], **held}
            except Exception as error:
                refusal = refusals.judge(error)
                if refusal.fatal:
                    raise refusal.as_error("sts:GetCallerIdentity") from error
                self.caller = {"not_obtained": refusal.reason, **held}
        return self.caller

    def pages(
        self, service: str, operation: str, region: str | None = None, **arguments: Any
    ) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Asks a question, all pages of it: each answer parsed, and its body as it came over the wire.

        Raises what boto3 raises; ``raw_error`` then gives the body of the refusal.
        """
        client = self.client(service, region)
        method = _method_name(operation)
        self._local.raw = b""
        if client.can_paginate(method):
            for page in client.get_paginator(method).paginate(**arguments):
                yield page, self._local.raw
        else:
            yield getattr(client, method)(**arguments), self._local.raw

    @property
    def raw_error(self) -> bytes:
        """The body of the last answer that this thread received."""
        return bytes(getattr(self._local, "raw", b""))

    def summary(self) -> list[dict[str, Any]]:
        """The calls that were made, counted by service, operation and status."""
        return [
            {"service": service, "operation": operation, "status": status, "calls": count}
            for (service, operation, status), count in sorted(self.calls.items())
        ]

    def enabled_regions(self, service: str) -> list[str]:
        """The regions that the SDK knows for a service: for when nobody may ask AWS which are enabled."""
        return sorted(self._session.get_available_regions(service))

    def _keep_raw(self, response_dict: dict[str, Any], **_: Any) -> None:
        body = response_dict.get("body")
        self._local.raw = body if isinstance(body, bytes) else b""

    def _config(self, attempts: int = 3) -> Any:
        from botocore.config import Config

        return Config(
            user_agent_extra=self.user_agent_extra,
            retries={"mode": "standard", "max_attempts": attempts},
            max_pool_connections=max(10, self.jobs + 2),
            connect_timeout=10,
            read_timeout=60,
        )

    def _count(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        code = parsed.get("Error", {}).get("Code") or str(http_response.status_code)
        with self._lock:
            self.calls[model.service_model.service_name, model.name, str(code)] += 1
        date = http_response.headers.get("date") or http_response.headers.get("Date")
        if date and self.clock_offset is None:
            try:
                self.clock_offset = (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
            except (TypeError, ValueError):
                return  # a server without a readable Date header tells nothing of the clock


def _method_name(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


def _session(identity: Identity, config: Any) -> Any:
    """A boto3 session of that identity; a role is assumed with the profile's or the environment's credentials, and again
    before it expires: an acquisition lasts longer than a role session."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise NotInstalled("boto3", "aws") from error
    try:
        session = boto3.Session(profile_name=identity.profile, region_name=identity.region)
        return _assumed(session, identity, config) if identity.role_arn else session
    except (BotoCoreError, ClientError) as error:
        refusal = refusals.judge(error)
        raise ParameterError(
            f"Signing in failed: {refusal.reason}.",
            where=identity.role_arn or identity.profile,
            hint=refusal.hint or None,
        ) from error


def _assumed(session: Any, identity: Identity, config: Any) -> Any:
    import boto3
    from botocore.credentials import RefreshableCredentials
    from botocore.session import get_session

    sts = session.client(
        "sts", region_name=session.region_name or "us-east-1", endpoint_url=identity.endpoint_url, config=config
    )

    def refresh() -> dict[str, str]:
        held = sts.assume_role(RoleArn=identity.role_arn, RoleSessionName="ctforensics")["Credentials"]
        return {
            "access_key": held["AccessKeyId"],
            "secret_key": held["SecretAccessKey"],
            "token": held["SessionToken"],
            "expiry_time": held["Expiration"].isoformat(),
        }

    inner = get_session()
    inner._credentials = RefreshableCredentials.create_from_metadata(refresh(), refresh, "sts-assume-role")
    return boto3.Session(botocore_session=inner, region_name=session.region_name)
