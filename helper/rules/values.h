/* values.h - from the text of a value to the field it fills.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_VALUES_H
#define RULES_VALUES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/error.h"
#include "rules/config.h"

enum { VALUE_WHAT_MAX = ERROR_DETAIL_MAX };

/* Read `value` into the field at `field`, which is empty. False: `what` says
 * what was expected, "" when there was no memory. What was put into the field
 * by then is freed with the field's owner. */
typedef bool value_parser(const char *value, void *field,
                          char what[VALUE_WHAT_MAX]);

value_parser value_names;       /* struct strings: users, groups, services */
value_parser value_networks;    /* struct cidr_list; "any": empty */
value_parser value_date;        /* time_t */
value_parser value_uid;         /* uid_t */
value_parser value_duration;    /* unsigned, seconds */
value_parser value_yes_no;      /* bool */
value_parser value_credentials; /* enum credentials_kind */
value_parser value_aws_config;  /* enum aws_config_kind */
value_parser value_type;        /* enum source_type */
value_parser value_path;        /* char *, absolute */
value_parser value_command;     /* struct strings: command.h */
value_parser value_profile;     /* char *, as the person sees it */
value_parser value_their_name;  /* char *, a profile in AWS's own files */
value_parser value_source;      /* nothing: looked up when all are known */
value_parser value_ca_bundle;   /* char *, an existing file of root's */
value_parser value_ca_path;     /* char *, an existing folder of root's */

value_parser value_container_uri;   /* char *: values_container.c */
value_parser value_container_token; /* char *, a secret: the same */

/* AWS's things (values_aws.c). */
value_parser value_role_arn;     /* struct role: role_arn or exclusion */
value_parser value_hop_arn;      /* char * */
value_parser value_session_name; /* char *, a template */
value_parser value_identity;     /* char *, a template; "off": NULL */
value_parser value_external_id;  /* char * */
value_parser value_policy_file;  /* char *: the text in it */
value_parser value_policy_arns;  /* struct strings */
value_parser value_tags;         /* struct role: tags, tag_count */
value_parser value_tag_keys;     /* struct strings */
value_parser value_region;       /* char * */
value_parser value_endpoint;     /* char * */
value_parser value_bind_to;      /* struct strings; bind_to.c */

/* Of type = roles-anywhere (values_anywhere.c). */
value_parser value_trust_anchor;     /* char * */
value_parser value_anywhere_profile; /* char * */
value_parser value_private_key;      /* char *: path, pkcs11: or handle: */

/* The way to STS (values_network.c). */
value_parser value_proxy;             /* char *; "": none */
value_parser value_proxy_credentials; /* char *, a file of root's; "": none */
value_parser value_regions;           /* struct strings; "": none */

/* "value is not supported yet by this version (0.1)" into `what`. False. */
bool value_not_yet(const char *text, char what[VALUE_WHAT_MAX]);

/* printf into `what`. Always false. */
bool value_wrong(char what[VALUE_WHAT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Copy into a char * field. */
bool value_copy(const char *value, void *field, char what[VALUE_WHAT_MAX]);

/* Split at commas, spaces trimmed; an empty item is a mistake. */
bool value_list(const char *value, struct strings *list,
                char what[VALUE_WHAT_MAX]);
void strings_free(struct strings *list);

/* YYYY-MM-DD (the last second of that day, UTC) or RFC 3339 with an offset. */
bool date_parse(const char *text, time_t *time);

/* Read a session policy: a trusted file with a JSON object of at most 2048
 * characters of AWS's set. */
bool policy_read(const char *path, char **policy, char what[VALUE_WHAT_MAX]);

#endif
