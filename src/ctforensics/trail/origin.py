"""From where: what kind of address and what kind of agent a record names. Both are hints, neither is proof."""

from __future__ import annotations

import ipaddress
import re

_SERVICE = re.compile(
    r"^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|aws|api\.aws)$", re.IGNORECASE
)
_LOOKS_LIKE_IP = re.compile(r"^[0-9a-fA-F:.*/]+$")
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
    """public_ip, private_ip, aws_service, aws_internal, invalid (looks like an address and is none), other, empty."""
    if not address:
        return "empty"
    if address.startswith("AWS Internal"):
        return "aws_internal"
    if _LOOKS_LIKE_IP.match(address):
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return "invalid"
        return "public_ip" if parsed.is_global else "private_ip"
    if _SERVICE.match(address):
        return "aws_service"
    return "other"


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
