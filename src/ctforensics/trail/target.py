"""What a call was about: the bucket, user, role, key, instance or ARN that its parameters, resources or error text name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ctforensics.trail.identity import text
from ctforensics.trail.outcome import denial

# Members of requestParameters (also inside an <Action>Request wrapper) that name the thing a call is about: the first hit wins,
# so narrow names stand before wide ones.
MEMBERS = (
    "bucketName", "secretId", "functionName", "roleName", "roleArn", "userName", "groupName", "policyArn",
    "instanceProfileName", "accessKeyId", "serialNumber", "sAMLProviderArn", "openIDConnectProviderArn",
    "trailName", "detectorId", "keyId", "targetKeyId", "aliasName", "policyName", "instanceId", "groupId", "snapshotId", "volumeId", "imageId",
    "vpcId", "subnetId", "networkAclId", "flowLogId", "dBInstanceIdentifier", "dBClusterIdentifier", "dBSnapshotIdentifier",
    "dBClusterSnapshotIdentifier", "topicArn", "queueUrl", "queueName", "tableName", "streamName", "deliveryStreamName",
    "stackName", "stackSetName", "clusterName", "cluster", "repositoryName", "logGroupName", "hostedZoneId", "distributionId",
    "domainName", "userPoolId", "identityPoolId", "modelId", "documentName", "parameterName", "accountId", "targetAccountId",
    "permissionSetArn", "principalId", "resourceArn", "resourceARN", "arn", "identity", "launchTemplateId", "launchTemplateName",
    # EC2 and its networks
    "routeTableId", "internetGatewayId", "natGatewayId", "vpcPeeringConnectionId", "vpcEndpointId", "trafficMirrorSessionId",
    "trafficMirrorFilterRuleId", "networkInterfaceId", "trafficMirrorTargetId", "trafficMirrorFilterId", "transitGatewayAttachmentId",
    "transitGatewayId", "vpnConnectionId", "vpnGatewayId", "customerGatewayId", "clientVpnEndpointId", "instanceConnectEndpointId",
    "dhcpOptionsId", "prefixListId", "spotFleetRequestId", "fleetId", "allocationId", "publicIp", "attachmentId", "instanceIds",
    "instanceNames", "instanceName", "autoScalingGroupName", "launchConfigurationName", "ruleArn", "listenerArn", "targetGroupArn",
    "loadBalancerArn", "loadBalancerName", "resolverQueryLogConfigId", "webACLArn",
    # stores and backups
    "recoveryPointArn", "backupVaultName", "backupPlanId", "mountTargetId", "accessPointId", "fileSystemId", "vaultName", "backupId",
    "snapshotIdentifier", "clusterIdentifier", "sourceDBSnapshotIdentifier", "sourceDBClusterSnapshotIdentifier",
    "globalClusterIdentifier", "dBSubnetGroupName", "dBParameterGroupName", "dBClusterParameterGroupName", "dBSecurityGroupName",
    "dBProxyName", "replicationGroupId", "cacheClusterId", "streamARN", "tableArn", "databaseName", "workGroup", "workgroupName",
    "jobFlowId",
    # identities, keys, organizations
    "virtualMFADeviceName", "serverCertificateName", "aWSServiceName", "trustAnchorId", "profileId", "certificateAuthorityArn",
    "certificateArn", "policyId", "organizationalUnitId", "handshakeId", "resourceShareArn", "resourceShareInvitationArn", "targetId",
    "userId", "displayName", "instanceArn",
    # code, events, machines under management
    "projectName", "pipelineName", "connectionArn", "rule", "eventBusName", "stateMachineArn", "restApiId", "apiId", "applicationName",
    "environmentId", "serviceName", "serviceArn", "taskDefinition", "family", "jobQueue", "jobDefinition", "computeEnvironment",
    "notebookInstanceName", "endpointName", "notebookId", "sessionId", "activationId", "associationId", "windowId", "commandId",
    "agentId", "knowledgeBaseId", "guardrailIdentifier", "serverId", "brokerId", "clusterArn",
    # mail, quotas, watching
    "emailIdentity", "identityName", "configurationSetName", "subscriptionArn", "phoneNumber", "quotaCode", "caseId", "alarmName",
    "alarmNames", "configRuleName", "configurationRecorderName", "deliveryChannelName", "eventDataStore", "standardsSubscriptionArn",
    "analyzerName", "monitorArn", "monitorName", "agreementId", "accountIds", "resourceArns", "names",
    "exportTaskIdentifier", "sourceArn", "resource",
    "name", "target", "resourceId", "id",
)  # fmt: skip
# A key pair is a circumstance of most calls that name one: only where nothing else is named it is what a call is about.
LAST = "keyName"
_NAMED = frozenset(MEMBERS)
_FOLDED = {name.casefold(): name for name in MEMBERS}
_RANK = {name: rank for rank, name in enumerate(MEMBERS)}
# Members that hold circumstances of a call, never what it is about.
_ASIDE = ("tag", "filter", "credentials")
S3 = ("s3.amazonaws.com", "s3express.amazonaws.com", "s3-outposts.amazonaws.com")
_S3_ARN = re.compile(r"arn:[^:]*:s3:::([^/\"*?\s]+)(?:/(\S*))?")


class Target(tuple[str | None, str | None, str | None, str | None, str | None]):
    """target, bucket_name, object_key, requested_role_arn, issued_access_key_id."""

    __slots__ = ()


def target(
    event_source: str | None, parameters: Any, response: Any, resources: Any, details: Any, error_message: str | None
) -> Target:
    """The five columns that say what a call was about. ``parameters`` and the rest are parsed JSON of any shape.

    ``resources`` may be a function that gives them: most calls name what they are about in their parameters.
    """
    refused = denial(error_message).get("resource") if error_message else None
    bucket, key = _bucket(parameters)
    found = bucket or _from_parameters(parameters)
    if not found or (not bucket and event_source in S3):
        arns = _arns(resources() if callable(resources) else resources)
        if not bucket and event_source in S3:
            bucket, key = _bucket_of((*arns, refused or ""))
        found = (
            bucket
            or found
            or (arns[0] if arns else None)
            or refused
            or _from_items(parameters)
            or (_scalar(parameters.get(LAST)) if isinstance(parameters, dict) else None)
            or _from_parameters(details)
            or _from_response(response)
        )
    return Target((found, bucket, key, _role(parameters, error_message), _issued(response)))


def _from_parameters(parameters: Any) -> str | None:
    if not isinstance(parameters, dict):
        return None
    best, best_rank = None, len(MEMBERS)
    for name, value in sorted(parameters.items()):  # whatever order the members came in, the answer is one
        known = name if name in _NAMED else _FOLDED.get(name.casefold())
        if known is None:
            if isinstance(value, dict) and name.endswith("Request"):
                inner = _from_parameters(value)
                if inner:
                    return inner
            continue
        rank = _RANK[known]
        if rank < best_rank:
            said = _scalar(value)
            if said:
                best, best_rank = said, rank
    return best


def _scalar(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("content", value.get("value"))
    return text(value)


def _from_response(response: Any) -> str | None:
    """What a call made, where its parameters could not name it yet: in the response, or one level below in it."""
    if not isinstance(response, dict):
        return None
    return _from_parameters(response) or _from_items(response)


def _from_items(parameters: Any) -> str | None:
    """The narrowest id one level below: ``{"pipeline": {"name": ...}}``, and ``{"xxxSet": {"items": [{"instanceId": ...}]}}`` of EC2."""
    if not isinstance(parameters, dict):
        return None
    found = [
        (len(MEMBERS) if name == "groupId" else _RANK.get(name, len(MEMBERS)), holder, name, said)
        for holder, value in parameters.items()
        if isinstance(value, dict) and not holder.startswith(_ASIDE)
        for name, said in _named(value)
    ]  # a security group is a circumstance of most calls, so it comes last
    return min(found)[3] if found else None


def _named(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and ids in an object: all that look so in the first of its items, else those that are known."""
    if "items" in value:
        items = value["items"]
        inner = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
        names = [name for name in inner if name.endswith(("Id", "Name", "Arn"))]
    else:
        inner, names = value, [name for name in value if name in _NAMED and name != "roleArn"]
    return ((name, said) for name in names if name != LAST and (said := text(inner[name])))


def _arns(resources: Any) -> list[str]:
    if not isinstance(resources, list):
        return []
    found = (r.get("ARN") or r.get("arn") or r.get("ARNPrefix") for r in resources if isinstance(r, dict))
    return [arn for arn in found if isinstance(arn, str)]


def _bucket(parameters: Any) -> tuple[str | None, str | None]:
    said = parameters if isinstance(parameters, dict) else {}
    bucket = _scalar(said.get("bucketName")) or _scalar(said.get("bucket"))
    return bucket, (_scalar(said.get("key")) or _scalar(said.get("prefix")) if bucket else None)


def _bucket_of(arns: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Bucket and key of the first ARN of S3."""
    for arn in arns:
        match = _S3_ARN.search(arn)
        if match:
            return match[1], match[2] or None
    return None, None


def _role(parameters: Any, error_message: str | None) -> str | None:
    said = text(parameters.get("roleArn")) if isinstance(parameters, dict) else None
    if said or not error_message:
        return said
    named = denial(error_message)
    resource = named.get("resource")
    return resource if resource and ":role/" in resource and "AssumeRole" in (named.get("action") or "") else None


def _issued(response: Any) -> str | None:
    if not isinstance(response, dict):
        return None
    for holder in ("credentials", "accessKey"):
        inner = response.get(holder)
        if isinstance(inner, dict):
            said = text(inner.get("accessKeyId"))
            if said:
                return said
    return None
