"""What an AWS error means for an acquisition: which outcome, which sentence, and whether going on makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctforensics.errors import ForensicsError


@dataclass(frozen=True, slots=True)
class Refusal:
    """One failed call: the outcome for the ledger, a sentence, a hint; ``fatal`` where every further call would fail too.

    ``detail`` is what the service said, in its own words.
    """

    outcome: str
    reason: str
    hint: str = ""
    fatal: bool = False
    retry: bool = False
    detail: str = ""

    def as_error(self, where: str) -> ForensicsError:
        """The refusal as the error that stops a command."""
        return ForensicsError(self.reason[:1].upper() + self.reason[1:] + ".", where=where, hint=self.hint or None)


_EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "RequestExpired",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
}
_THROTTLED = {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"}
_MISSING = {"NoSuchKey", "404", "NotFound", "NoSuchVersion"}
_DENIED = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "AccessDeniedException", "UnauthorizedOperation"}
_REGION = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301", "400"}


def judge(error: Exception) -> Refusal:
    """The refusal behind an exception of boto3. An exception that is none of its kind is raised again."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        FlexibleChecksumError,
        HTTPClientError,
        NoCredentialsError,
        ProxyConnectionError,
        SSLError,
    )

    if isinstance(error, ClientError):
        return _client_error(error.response)
    if isinstance(error, NoCredentialsError):
        return Refusal("refused", "no credentials", "Set AWS_PROFILE, or name a profile with --profile.", fatal=True)
    if isinstance(error, FlexibleChecksumError):
        return Refusal("refused", "it arrived damaged", "Run the same command again to go on.", retry=True)
    if isinstance(error, SSLError):
        hint = "Name the file of the authority that signed it in AWS_CA_BUNDLE, if that server is the right one."
        return Refusal("refused", "the server's certificate is not trusted", hint, fatal=True, detail=str(error))
    if isinstance(error, HTTPClientError | EndpointConnectionError | ConnectTimeoutError | ProxyConnectionError):
        return Refusal("refused", "the connection failed", "Run the same command again to go on.", retry=True)
    if isinstance(error, BotoCoreError):
        return Refusal(
            "refused", str(error).rstrip("."), "Log in again, then run the same command to go on.", fatal=True
        )
    if isinstance(
        error, ValueError | LookupError | ArithmeticError
    ):  # of the parser: a date that is none, a field that lacks
        return Refusal("refused", "the answer of the service cannot be read", detail=f"{type(error).__name__}: {error}")
    raise error


def _client_error(response: dict[str, Any]) -> Refusal:
    fault = response.get("Error", {})
    code, text = str(fault.get("Code", "")), str(fault.get("Message", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "NoSuchBucket":
        return Refusal("refused", "there is no such bucket", "Check the bucket's name.", fatal=True)
    if code in _EXPIRED:
        return Refusal(
            "refused",
            f"the credentials expired or are not valid ({code})",
            "Get new ones and run the same command again: what is here is kept.",
            fatal=True,
        )
    if code == "RequestTimeTooSkewed":
        return Refusal("refused", "this machine's clock is wrong", "Set the clock and run it again.", fatal=True)
    if code == "InvalidObjectState":
        return Refusal("archived", "in an archive class", "Ask for it with --restore.")
    if code.startswith("KMS.") or (code in _DENIED and "kms" in text.lower()):
        hint = "Ask for kms:Decrypt on the bucket's KMS key."
        return Refusal("refused", "the KMS key is denied", hint, detail=text)
    if code in _MISSING:
        return Refusal("missing", "listed, but no longer there")
    if code in _DENIED:
        hint = "Ask for the right to read it (--preflight prints the policy); a requester-pays bucket wants --requester-pays."
        return Refusal("refused", "access denied", hint, detail=text)
    if code in _THROTTLED or status in (429, 500, 502, 503, 504):
        return Refusal(
            "refused", f"the service is overloaded ({code})", "Run the same command again later.", retry=True
        )
    if code in _REGION:
        return Refusal("refused", "the bucket is in another region", "Say --bucket-region.", fatal=True)
    return Refusal("refused", f"{code}: {text}".rstrip(".: "))
