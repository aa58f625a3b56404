"""What kind of call it was: the name without its date, and its class."""

from __future__ import annotations

import re

_DATE_SUFFIX = re.compile(r"(?:\d{4}_?\d{2}_?\d{2})(?:v\d+)?$")
_READ = re.compile(
    r"^(?:Get|Describe|Head|BatchGet|Lookup|Search|Query|Scan|Select|View|Check|Test|Simulate|Download|Preview|Estimate|Verify|Validate)"
)
_LIST = re.compile(r"^List")
_PERMISSIONS_SOURCES = {"iam.amazonaws.com", "sso.amazonaws.com", "organizations.amazonaws.com", "ram.amazonaws.com"}
# Whose name says that it lets somebody in, gives or takes a right, or makes a credential. ``SetTopicAttributes`` and
# ``SetQueueAttributes`` carry the policy of a topic or queue among other attributes.
_PERMISSIONS = re.compile(
    r"Policy|Policies|Permission|AccessKey|ApiKey|LoginProfile|MFADevice|SAMLProvider|OpenIDConnect|IdentityProvider|Grant|Acl|PublicAccess"
    r"|AccountAssignment|(?:Add|Remove)User(?:To|From)Group|GroupMembership|(?:AddMemberTo|RemoveMemberFrom)Group|InstanceProfile"
    r"|(?:Create|Update|Delete)(?:User|Role|Group|ServiceLinkedRole)$|Authoriz|SecurityGroupIngress|SecurityGroupEgress|SecurityGroupRules"
    r"|SharedAttribute|(?:Modify|Reset)\w*(?:Snapshot|Image)Attribute|ImageLaunchPermission|SnapshotAccess|ResourceShare|SharingWith"
    r"|ServiceSpecificCredential|SigningCertificate|SSHPublicKey|KeyPair|ChangePassword|UserPassword|UpdatePassword|AccessEntry"
    r"|FunctionUrlConfig|ProjectVisibility|TrustAnchor|TrustedTokenIssuer|DelegatedAdministrator|AWSServiceAccess|OrganizationsRoot"
    r"|Handshake|LeaveOrganization|(?:To|From)Organization$|OwnershipControls|SerialConsoleAccess|SetTopicAttributes|SetQueueAttributes"
)
_SESSION = re.compile(
    r"^(?:AssumeRole.*|AssumeRoot|GetSessionToken|GetFederationToken|ConsoleLogin|SwitchRole|ExitRole|RenewRole|GetSigninToken"
    r"|CheckMfa|UserAuthentication|Credential.*|StartSession|ResumeSession|TerminateSession|Federate|CreateToken|GetRoleCredentials"
    r"|Authenticate|Logout|CreateOAuth2Token|SignIn.*)$"
)


def event_base_name(event_name: str | None) -> str | None:
    """The event name without a trailing API date (``CreateFunction20150331`` is ``CreateFunction``)."""
    if not event_name:
        return event_name
    return _DATE_SUFFIX.sub("", event_name) or event_name


def event_class(
    event_source: str | None,
    event_name: str | None,
    event_type: str | None,
    event_category: str | None,
    management_event: bool | None,
    read_only: bool | None,
    has_insight: bool,
) -> str:
    """read, list, write, permissions, session, data, insight or network; ``readOnly`` decides only where the name does not."""
    if event_category == "Insight" or event_type == "AwsCloudTrailInsight" or has_insight:
        return "insight"
    if event_category == "NetworkActivity" or event_type in ("AwsVpceEvent", "AwsVpceEvents"):
        return "network"
    if event_category == "Data" or (event_category is None and management_event is False):
        return "data"
    name = event_name or ""
    if _SESSION.match(name):
        return "session"
    if _LIST.match(name):
        return "list"
    if _READ.match(name):
        return "read"
    if read_only is True:
        return "read"
    if _PERMISSIONS.search(name) and (event_source in _PERMISSIONS_SOURCES or read_only is not True):
        return "permissions"
    return "write"
