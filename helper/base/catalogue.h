/* catalogue.h - every error this project knows: code, meaning, remedy.
 *
 * One table serves the log, the line for the person, and the command.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_CATALOGUE_H
#define BASE_CATALOGUE_H 1

#include <stdbool.h>

enum error_code {
    ERROR_NONE,
    /* the host */
    ERROR_INTERNAL, /* a system call failed that never should */
    ERROR_NO_MEMORY,
    ERROR_NO_USER_AWSROLE, /* the system user `awsrole` does not exist */
    ERROR_NOT_ROOT,        /* started by somebody who may not */
    ERROR_PROTOCOL,        /* module and helper do not understand each other */
    ERROR_NOT_ALLOWED,     /* this peer may not ask that */
    ERROR_UNKNOWN_USER,
    ERROR_DIRECTORY,     /* user or group lookup did not answer, or differs */
    ERROR_LEADER,        /* the login process is gone or cannot be told */
    ERROR_SESSION_FILES, /* /run/awsrole cannot be used */
    ERROR_NO_ACL,        /* its file system knows no POSIX ACLs */
    ERROR_TIMEOUT,       /* the deadline passed before anything else */
    /* the configuration */
    ERROR_NO_CONFIGURATION, /* there is none at all */
    ERROR_CONFIGURATION,    /* it has mistakes, or somebody else can write it */
    ERROR_NO_RULE,          /* no role matches this login */
    ERROR_TEMPLATE,         /* a template needs a fact that this login lacks */
    /* the source credentials */
    ERROR_SOURCE, /* profile missing, loop, key missing, unreadable */
    /* the way to AWS */
    ERROR_UNREACHABLE, /* DNS, connection refused, no route, reset */
    ERROR_TLS,         /* certificate or TLS version refused */
    ERROR_AWS_TIMEOUT, /* connected or not, no answer in time */
    ERROR_BAD_ANSWER,  /* not an answer of STS: HTML, redirect, cut, huge */
    ERROR_PROXY,       /* no answer of the proxy, or no way on from there */
    /* 407, 403: the proxy will not open a tunnel */
    ERROR_PROXY_REFUSED,
    /* what STS said */
    ERROR_ACCESS_DENIED,
    ERROR_ACCESS_DENIED_TAGS,            /* sts:TagSession is missing */
    ERROR_ACCESS_DENIED_SOURCE_IDENTITY, /* sts:SetSourceIdentity is missing */
    ERROR_BAD_KEY,           /* InvalidClientTokenId: unknown or inactive key */
    ERROR_BAD_SIGNATURE,     /* SignatureDoesNotMatch: wrong secret key */
    ERROR_EXPIRED_KEY,       /* ExpiredToken: source credentials expired */
    ERROR_WEB_TOKEN,         /* a web identity token that AWS does not accept */
    ERROR_IDENTITY_PROVIDER, /* AWS does not reach who issued it */
    ERROR_CLOCK,             /* signature expired or not yet current */
    ERROR_DURATION,          /* above MaxSessionDuration */
    ERROR_CHAINING,          /* above one hour from a chained role */
    ERROR_PACKED_POLICY,     /* policies and tags too large together */
    ERROR_MALFORMED_POLICY,
    ERROR_REGION_DISABLED, /* STS is not activated in this Region */
    ERROR_VALIDATION,      /* any other ValidationError */
    ERROR_THROTTLED,
    ERROR_AWS_FAILURE, /* 5xx */
    ERROR_AWS_OTHER,   /* any other code: it is named in the detail */
    /* what IAM Roles Anywhere said */
    ERROR_ANYWHERE_DENIED,    /* AccessDeniedException */
    ERROR_ANYWHERE_NOT_FOUND, /* ResourceNotFoundException */
    ERROR_COUNT
};

struct catalogue_entry {
    const char *name;    /* on the wire and in the log: "access-denied" */
    const char *meaning; /* a sentence for the person who logs in */
    const char *remedy;  /* a sentence for the administrator */
};

/* The entry of a code. Every code has one. */
const struct catalogue_entry *catalogue_entry(enum error_code code);

#endif
