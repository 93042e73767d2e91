/* catalogue.c - see catalogue.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/catalogue.h"

static const struct catalogue_entry CATALOGUE[ERROR_COUNT] = {
    [ERROR_NONE] = {"none", "Everything went well.",
                    "There is nothing to change."},
    [ERROR_INTERNAL] =
        {"internal",
         "Something on this machine went wrong; please tell its administrator.",
         "Read the log line: a system call failed that should not; look for a "
         "full disk, exhausted memory or processes, and report it if none of "
         "them is the cause."},
    [ERROR_NO_MEMORY] =
        {"no-memory",
         "This machine has run out of memory; try again in a while.",
         "Free memory on the host, or raise the memory limit of the service "
         "that people log in through."},
    [ERROR_NO_USER_AWSROLE] =
        {"no-user-awsrole",
         "AWS access is not fully installed on this machine; please tell its "
         "administrator.",
         "Create the system user with `useradd --system --no-create-home "
         "--shell /usr/sbin/nologin awsrole`."},
    [ERROR_NOT_ROOT] =
        {"not-root", "This may only be started by the machine itself.",
         "Start awsrole-helper as root; it becomes the user awsrole by "
         "itself."},
    [ERROR_PROTOCOL] =
        {"protocol",
         "Two parts of the AWS access on this machine do not fit together; "
         "please tell its administrator.",
         "Install pam_awsrole.so and awsrole-helper of the same release, and "
         "restart the helper's service where there is one."},
    [ERROR_NOT_ALLOWED] =
        {"not-allowed", "You may ask that only about your own sessions.",
         "Nothing, unless this should have been allowed: then compare the user "
         "and the session that the log line names."},
    [ERROR_UNKNOWN_USER] =
        {"unknown-user", "This machine does not know that user.",
         "Check with `getent passwd NAME` that the user exists for every "
         "service, not only for the one that authenticates."},
    [ERROR_DIRECTORY] =
        {"directory",
         "The list of users could not be read just now; try again in a minute.",
         "Check with `getent passwd NAME` and `id NAME` that the directory "
         "(SSSD, LDAP, winbind) answers, and that it answers the same to "
         "everybody."},
    [ERROR_LEADER] =
        {"leader", "The login ended before AWS access was ready; log in again.",
         "Nothing if a person hung up; otherwise check that /proc shows the "
         "login process to root (mount option hidepid)."},
    [ERROR_SESSION_FILES] =
        {"session-files",
         "AWS credentials could not be stored; please tell the administrator "
         "of this machine.",
         "Make /run/awsrole a folder of the user awsrole with mode 0711 on a "
         "file system that is writable and not full."},
    [ERROR_NO_ACL] =
        {"no-acl",
         "AWS credentials could not be stored safely; please tell the "
         "administrator of this machine.",
         "Put /run on a file system that knows POSIX ACLs: tmpfs does, with "
         "CONFIG_TMPFS_POSIX_ACL in the kernel."},
    [ERROR_TIMEOUT] =
        {"timeout", "Getting AWS access took too long; log in again to retry.",
         "Raise `timeout=` of pam_awsrole.so if the host is slow; if it is "
         "not, the log line says what was being waited for."},
    [ERROR_NO_CONFIGURATION] =
        {"no-configuration", "AWS access is not set up on this machine.",
         "Write /etc/awsrole/awsrole.conf, or take pam_awsrole.so out of the "
         "PAM configuration."},
    [ERROR_CONFIGURATION] =
        {"configuration",
         "AWS access is set up wrongly on this machine; please tell its "
         "administrator.",
         "Correct what the log line names with file and line; root alone may "
         "own and write the configuration."},
    [ERROR_NO_RULE] =
        {"no-rule", "No AWS role is set up for you here.",
         "Nothing if that is intended; otherwise name the user or a group of "
         "the user in `users` or `groups` of a [role] section, and the PAM "
         "service in `services`."},
    [ERROR_TEMPLATE] =
        {"template",
         "Your AWS session could not be given a name; please tell the "
         "administrator of this machine.",
         "Put pam_loginuid.so before pam_awsrole.so in the PAM configuration, "
         "or take {login_user} out of the template that the log line names."},
    [ERROR_SOURCE] =
        {"source",
         "This machine cannot read its own AWS credentials; please tell its "
         "administrator.",
         "Correct the [source] section, or the profile and file that the log "
         "line names; a credentials file belongs to root:awsrole with mode "
         "0640."},
    [ERROR_UNREACHABLE] =
        {"unreachable", "AWS could not be reached from here; try again later.",
         "Check that the host resolves and reaches the STS endpoint named in "
         "the log line on its port; in a closed network set `sts_endpoint` to "
         "a VPC endpoint."},
    [ERROR_TLS] =
        {"tls",
         "The connection to AWS could not be made safe; please tell the "
         "administrator of this machine.",
         "Install or update the CA certificates, or set `ca_bundle` or "
         "`ca_path` if a private CA signs for the endpoint; also check the "
         "host's clock."},
    [ERROR_AWS_TIMEOUT] =
        {"aws-timeout", "AWS did not answer in time; try again later.",
         "Check routes and firewalls to the STS endpoint named in the log "
         "line, or raise `timeout=` of pam_awsrole.so."},
    [ERROR_BAD_ANSWER] =
        {"bad-answer",
         "Something other than AWS answered; please tell the administrator of "
         "this machine.",
         "Look for a captive portal or an intercepting proxy between the host "
         "and AWS, and check `sts_endpoint`."},
    [ERROR_PROXY] =
        {"proxy", "AWS could not be reached from here; try again later.",
         "Check that the `proxy` named in the log line runs, that the host "
         "reaches it on its port, and that it resolves and reaches the STS "
         "endpoint."},
    [ERROR_PROXY_REFUSED] =
        {"proxy-refused",
         "The way from this machine to AWS is closed; please tell its "
         "administrator.",
         "Let the proxy allow CONNECT to the STS endpoint on its port, and "
         "put the user and password that it wants into "
         "`proxy_credentials_file`."},
    [ERROR_ACCESS_DENIED] =
        {"access-denied",
         "AWS does not let this machine give you your role; please ask its "
         "administrator.",
         "Allow sts:AssumeRole on the role in the caller's policy, name the "
         "caller in the role's trust policy with any ExternalId it asks for, "
         "and check `role_arn`: a role that does not exist is denied alike."},
    [ERROR_ACCESS_DENIED_TAGS] =
        {"access-denied-tags",
         "AWS does not let this machine tag your session; please ask its "
         "administrator.",
         "Allow sts:TagSession in both the caller's policy and the role's "
         "trust policy, or take `tags` out of the configuration."},
    [ERROR_ACCESS_DENIED_SOURCE_IDENTITY] =
        {"access-denied-source-identity",
         "AWS does not let this machine put your name on your session; please "
         "ask its administrator.",
         "Allow sts:SetSourceIdentity in both the caller's policy and the "
         "role's trust policy, or take `source_identity` out of the "
         "configuration."},
    [ERROR_BAD_KEY] =
        {"bad-key",
         "AWS does not know this machine's access key; please tell its "
         "administrator.",
         "Put an active access key into the source's credentials file: this "
         "one was deleted, deactivated, mistyped, or belongs to another "
         "partition."},
    [ERROR_BAD_SIGNATURE] =
        {"bad-signature",
         "AWS refused this machine's signature; please tell its administrator.",
         "Correct aws_secret_access_key in the source's credentials file: it "
         "does not belong to the access key id beside it."},
    [ERROR_EXPIRED_KEY] =
        {"expired-key",
         "This machine's own AWS credentials have expired; please tell its "
         "administrator.",
         "Renew the source's credentials: those in its file are temporary and "
         "past their end."},
    [ERROR_WEB_TOKEN] =
        {"web-token",
         "AWS does not accept what this machine identifies itself with; please "
         "tell its administrator.",
         "Let whatever writes the `token_file` write a new one, check its "
         "audience against the client ids of the IAM identity provider in the "
         "role's account, and the host's clock."},
    [ERROR_IDENTITY_PROVIDER] =
        {"identity-provider",
         "AWS could not check who this machine is; try again in a minute.",
         "Check that the issuer that the token names (the cluster's OIDC "
         "endpoint) answers from the internet with its keys, and with a "
         "certificate that has not expired."},
    [ERROR_CLOCK] =
        {"clock",
         "This machine's clock is wrong, so AWS refuses it; please tell its "
         "administrator.",
         "Set the host's clock and keep it right with chrony or "
         "systemd-timesyncd: AWS accepts a difference of five minutes."},
    [ERROR_DURATION] =
        {"duration",
         "Your AWS session is shorter than it was meant to be, because the "
         "role allows no more.",
         "Raise MaxSessionDuration of the role, or lower `duration_seconds`."},
    [ERROR_CHAINING] =
        {"chaining",
         "Your AWS session lasts one hour, the most that AWS gives here.",
         "Set `duration_seconds` to 1h, or use a source of long-term keys: a "
         "role that is assumed from another role's credentials ends after one "
         "hour."},
    [ERROR_PACKED_POLICY] =
        {"packed-policy",
         "The limits set for your AWS session are too long; please tell the "
         "administrator of this machine.",
         "Shorten `policy_file`, `policy_arns` or `tags`: AWS packs them "
         "together, and together they are too large."},
    [ERROR_MALFORMED_POLICY] =
        {"malformed-policy",
         "The policy for your AWS session has a mistake; please tell the "
         "administrator of this machine.",
         "Correct the policy in `policy_file`, for instance with `aws "
         "accessanalyzer validate-policy`."},
    [ERROR_REGION_DISABLED] =
        {"region-disabled",
         "AWS access is switched off in the Region this machine asks; please "
         "tell its administrator.",
         "Activate STS for the Region in the role's account (IAM console, "
         "Account settings), or set `sts_region` to one that is active."},
    [ERROR_VALIDATION] =
        {"validation",
         "AWS did not accept how your session was asked for; please tell the "
         "administrator of this machine.",
         "Correct the parameter that AWS's message in the log line names."},
    [ERROR_THROTTLED] =
        {"throttled",
         "AWS is being asked too often just now; try again in a minute.",
         "Find who else calls STS in the caller's account and Region: 600 "
         "requests a second are shared by all; spread them with `sts_region`."},
    [ERROR_AWS_FAILURE] =
        {"aws-failure", "AWS has a problem just now; try again in a minute.",
         "Look at the AWS Health Dashboard for STS, and set `sts_region` to "
         "another Region if it lasts."},
    [ERROR_AWS_OTHER] =
        {"aws-other",
         "AWS refused to give you your role; please tell the administrator of "
         "this machine.",
         "Look up the code that the log line names among the common errors of "
         "the STS API Reference."},
    [ERROR_ANYWHERE_DENIED] =
        {"anywhere-denied",
         "AWS does not accept this machine's certificate; please tell its "
         "administrator.",
         "Check that the trust anchor's CA signed the certificate, that trust "
         "anchor and profile are enabled and the profile lists the role, and "
         "that the role's trust policy allows rolesanywhere.amazonaws.com to "
         "sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity."},
    [ERROR_ANYWHERE_NOT_FOUND] =
        {"anywhere-not-found",
         "This machine's way to AWS does not exist there; please tell its "
         "administrator.",
         "Correct `trust_anchor_arn`, `profile_arn` or `role_arn` of the "
         "[source] section that the log line names."},
};

const struct catalogue_entry *catalogue_entry(enum error_code code)
{
    if ((unsigned)code >= ERROR_COUNT)
        code = ERROR_INTERNAL;
    return &CATALOGUE[code];
}
