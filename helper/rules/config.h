/* config.h - /etc/awsrole/awsrole.conf and conf.d, read, checked and held.
 *
 * A configuration with a mistake is never half used: config_load() gives
 * either all of it or the list of every mistake.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_CONFIG_H
#define RULES_CONFIG_H 1

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/error.h"
#include "rules/cidr.h"
#include "rules/limits.h"

#define CONFIG_PATH "/etc/awsrole/awsrole.conf"

struct strings {
    char **item;
    size_t count;
};

/* Where something stands, for messages. */
struct place {
    const char *file; /* owned by the config */
    unsigned line;
};

enum source_type {
    SOURCE_PROFILE,
    SOURCE_ROLE,
    SOURCE_PROCESS,
    SOURCE_WEB_IDENTITY,
    SOURCE_INSTANCE,
    SOURCE_CONTAINER,
    SOURCE_ROLES_ANYWHERE,
};

/* [source NAME] */
struct source {
    char *name;
    struct place place;
    enum source_type type;
    /* type = profile */
    char *profile;          /* "default" unless given */
    char *config_file;      /* NULL: none */
    char *credentials_file; /* NULL: none; one of both is there */
    /* type = role: a hop before the role */
    const struct source *source;
    char *role_arn;
    char *external_id;       /* NULL: none */
    char *role_session_name; /* template */
    /* type = process */
    struct strings command; /* absolute path and arguments */
    /* type = web-identity; with role_arn and role_session_name where it is
     * used as a source */
    char *token_file;
    /* type = container, with token_file too */
    char *uri;   /* a path, or a URL */
    char *token; /* NULL: none, or token_file; a secret */
    /* type = roles-anywhere; with role_arn where it is used as a source, and
     * role_session_name (NULL: the profile's own way) */
    char *trust_anchor_arn;
    char *profile_arn;
    char *certificate;   /* file */
    char *private_key;   /* file, pkcs11: URI or handle:0x... */
    char *intermediates; /* file, or NULL */
    char *pin_file;      /* or NULL */
    char *endpoint;      /* URL, or NULL for the Region's own */
};

struct tag {
    char *key;
    char *value; /* template */
};

enum credentials_kind { CREDENTIALS_AUTO, CREDENTIALS_KEYS };
enum aws_config_kind { AWS_CONFIG_USER, AWS_CONFIG_SESSION };

/* How STS is reached: the same for every call made for one role. */
struct sts_settings {
    char *region;       /* Region that is asked and signed for; NULL: the
                           role's region, else the source's */
    char *endpoint;     /* sts_endpoint: URL, or NULL for the Region's own */
    bool use_fips;      /* use_fips_endpoint */
    bool use_dualstack; /* use_dualstack_endpoint */
    char *ca_bundle;    /* file, or NULL */
    char *ca_path;      /* hashed folder, or NULL; both NULL: the system's */
    char *proxy;        /* "http://host:port", or NULL */
    char *proxy_credentials_file; /* base/proxy_login.h; NULL: none */
    /* sts_regions: 0 to 8, asked in turn in place of `region` */
    struct strings regions;
};

/* [role NAME], with [defaults] merged in. */
struct role {
    char *name;
    struct place place;
    struct strings users;
    struct strings groups;
    struct strings services;
    struct cidr_list rhosts; /* empty: any */
    time_t valid_until;      /* 0: no end */
    char *role_arn;          /* NULL when `exclusion` */
    bool exclusion;          /* role_arn = none */
    unsigned duration_seconds;
    char *role_session_name; /* template */
    bool session_name_given; /* `role_session_name =` stands somewhere */
    char *source_identity;   /* template, or NULL */
    char *external_id;       /* or NULL */
    char *policy;            /* the JSON text of policy_file, or NULL; with
                                what bind_to adds */
    struct strings bind_to;  /* networks, vpc-... and vpce-... ids */
    struct strings policy_arns;
    struct tag *tags;
    size_t tag_count;
    struct strings transitive_tags;
    const struct source *source; /* NULL only when `exclusion` */
    bool direct;                 /* the source takes role_arn itself */
    char *region;                /* what the person gets; NULL: none exported */
    struct sts_settings sts;
    char *profile;      /* what AWS_PROFILE is set to */
    bool profile_given; /* `profile =` stands there */
    enum credentials_kind credentials;
    bool export_keys;
    enum aws_config_kind aws_config;
    bool message;
    bool dry_run;
};

struct config {
    struct role *roles; /* in the order in which they are tried */
    size_t role_count;
    struct source *sources;
    size_t source_count;
    uid_t min_uid;
    char **files; /* the paths that were read, for struct place */
    size_t file_count;
};

/* Every mistake that was found: "file:line: what, and what was expected". */
struct problems {
    char **item;
    size_t count;
};

/* Read `path` and then every *.conf of the folder conf.d beside it, in the
 * order of their names. Returns 0 with `*config` (free with config_free()),
 * or -1: ERROR_NO_CONFIGURATION when neither `path` nor a conf.d file exists,
 * else ERROR_CONFIGURATION with the first mistake in `error` and all of them
 * in `problems` (free with problems_free()). */
int config_load(const char *path, struct config **config,
                struct problems *problems, struct error *error);

void config_free(struct config *config);
void problems_free(struct problems *problems);

#endif
