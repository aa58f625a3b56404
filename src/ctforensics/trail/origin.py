"""From where: what kind of address and what kind of agent a record names. Both are hints, neither is proof."""

from __future__ import annotations

import ipaddress
import re

_SERVICE = re.compile(
    r"^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|aws|api\.aws)$", re.IGNORECASE
)
_LOOKS_LIKE_IP = re.compile(r"^[0-9a-fA-F:.*/]+$")
# Written out from IANA's registries of special addresses: what Python's ipaddress calls global changed from release to release.
_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
        *("::1/128", "fc00::/7", "fe80::/10", "64:ff9b:1::/48"),
    )
)
_RESERVED = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),  # for documentation
        *("0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "100::/64", "2001:2::/48", "5f00::/16", "ff00::/8"),
    )
)
_AGENTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "console",
        re.compile(
            r"console\.amazonaws|signin\.amazonaws|AWS ?Console|aws-internal/\d.*console|S3Console|console\.aws", re.I
        ),
    ),
    (
        "tool",
        re.compile(
            r"pacu|scout|prowler|cloudfox|cloudmapper|trufflehog|nmap|sqlmap|nuclei|kali|parrot|s3 ?browser|cyberduck|rclone|winscp|stratus"
            r"|cloudgoat|enumerate-iam|weirdaal|aws_consoler|masscan|gobuster",
            re.I,
        ),
    ),
    (
        "iac",
        re.compile(
            r"terraform|opentofu|pulumi|cloudformation|aws-cdk|\bcdk\b|ansible|crossplane|serverless|packer|chef|puppet|saltstack",
            re.I,
        ),
    ),
    ("aws_service", _SERVICE),
    ("cli", re.compile(r"aws-cli|aws-shell|AWSPowerShell|CloudShell|\bcurl/|\bwget/", re.I)),
    (
        "sdk",
        re.compile(
            r"boto|aws-sdk|aws_sdk|awsdk|botocore|aws-fluent|smithy|python-requests|Go-http-client|okhttp|Apache-HttpClient|aiobotocore"
            r"|Boto3|jets3t|minio|s3fs|axios|node-fetch|\bJava/|python-urllib",
            re.I,
        ),
    ),
    ("browser", re.compile(r"Mozilla/|Opera|Safari|Chrome", re.I)),
)


def source_kind(address: str | None) -> str:
    """public_ip, private_ip, reserved_ip, aws_service, aws_internal, invalid (looks like an address and is none), other, empty.

    private_ip is of a network that is used and not routed (inside a VPC, shared, link-local, loopback). reserved_ip is of a
    block that nobody uses: for documentation, tests or multicast. No caller has one, but made-up and anonymised records do.
    """
    if not address:
        return "empty"
    if address.startswith("AWS Internal"):
        return "aws_internal"
    if _LOOKS_LIKE_IP.match(address):
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return "invalid"
        return _address_kind(parsed)
    if _SERVICE.match(address):
        return "aws_service"
    return "other"


def _address_kind(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in _PRIVATE):
        return "private_ip"
    return "reserved_ip" if any(address in network for network in _RESERVED) else "public_ip"


def agent_family(agent: str | None) -> str:
    """console, cli, sdk, iac, browser, aws_service, tool, other, none."""
    if not agent:
        return "none"
    plain = agent.strip("[]").strip()
    if not plain:
        return "none"
    if plain.startswith("AWS Internal"):
        return "aws_service"
    for family, pattern in _AGENTS:
        if pattern.search(plain):
            return family
    return "other"
