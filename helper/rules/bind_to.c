/* bind_to.c - see bind_to.h; and value_bind_to() of values.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/bind_to.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/cidr.h"
#include "rules/limits.h"

enum { PLACES_MAX = 50 };

/* Which condition key a place is compared with. */
enum place_kind { IN_NETWORK, IN_VPC, IN_ENDPOINT, NO_PLACE };

/* PREFIX and 8 or 17 hex digits, as EC2 writes ids. */
static bool is_id(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    size_t digits;

    if (strncmp(text, prefix, length) != 0)
        return false;
    digits = strspn(text + length, "0123456789abcdef");
    return (digits == 8 || digits == 17) && text[length + digits] == '\0';
}

static enum place_kind kind_of(const char *text)
{
    struct cidr network;

    if (is_id(text, "vpc-"))
        return IN_VPC;
    if (is_id(text, "vpce-"))
        return IN_ENDPOINT;
    return cidr_parse(text, &network) ? IN_NETWORK : NO_PLACE;
}

/* A network whose addresses AWS never sees as the source of a request
 * (RFC 6890). The binding would then deny everything. */
static bool is_private(const char *text)
{
    static const char *const PRIVATE[] = {
        "10.0.0.0/8",    "172.16.0.0/12",  "192.168.0.0/16",
        "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
        "::1",           "fc00::/7",       "fe80::/10"};
    struct cidr given;
    char address[INET6_ADDRSTRLEN] = "";

    if (!cidr_parse(text, &given))
        return false;
    (void)inet_ntop(given.family, given.address, address, sizeof(address));
    for (size_t i = 0; i < sizeof(PRIVATE) / sizeof(PRIVATE[0]); i++) {
        struct cidr network;
        const struct cidr_list list = {&network, 1};

        if (cidr_parse(PRIVATE[i], &network) &&
            given.family == network.family && given.prefix >= network.prefix &&
            cidr_list_contains(&list, address))
            return true;
    }
    return false;
}

bool value_bind_to(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct strings *places = field;

    if (*value == '\0')
        return true;
    if (!value_list(value, places, what))
        return false;
    if (places->count > PLACES_MAX)
        return value_wrong(what, "%zu places; at most %d were expected",
                           places->count, PLACES_MAX);
    for (size_t i = 0; i < places->count; i++) {
        if (kind_of(places->item[i]) == NO_PLACE)
            return value_wrong(what,
                               "\"%.80s\" is no place; 192.0.2.7, "
                               "192.0.2.0/24, 2001:db8::/32 (all bits past the "
                               "prefix 0), vpc-ID or vpce-ID was expected",
                               places->item[i]);
        if (is_private(places->item[i]))
            return value_wrong(what,
                               "AWS never sees a request come from %s, a "
                               "private network: the public address behind "
                               "which it stands was expected, or vpc-ID or "
                               "vpce-ID",
                               places->item[i]);
    }
    return true;
}

/* An empty object or array as a member of `parent`; NULL without memory, or
 * without a parent. */
static cJSON *add_object(cJSON *parent, const char *name)
{
    return parent != NULL ? cJSON_AddObjectToObject(parent, name) : NULL;
}

/* "operator": {"key": [places of that kind]}, where there are any. */
static bool add_condition(cJSON *condition, const struct strings *places,
                          enum place_kind kind, const char *operator_name,
                          const char *key)
{
    cJSON *operator_object = NULL;
    cJSON *list = NULL;

    for (size_t i = 0; i < places->count; i++) {
        cJSON *text;

        if (kind_of(places->item[i]) != kind)
            continue;
        if (list == NULL) {
            operator_object =
                cJSON_GetObjectItemCaseSensitive(condition, operator_name);
            if (operator_object == NULL)
                operator_object = add_object(condition, operator_name);
            if (operator_object != NULL)
                list = cJSON_AddArrayToObject(operator_object, key);
        }
        text = cJSON_CreateString(places->item[i]);
        if (list == NULL || text == NULL || !cJSON_AddItemToArray(list, text)) {
            cJSON_Delete(text);
            return false;
        }
    }
    return true;
}

/* A new statement about every action on everything, at the end of the list. */
static cJSON *add_statement(cJSON *list, const char *effect)
{
    cJSON *statement = cJSON_CreateObject();

    if (statement == NULL || !cJSON_AddItemToArray(list, statement)) {
        cJSON_Delete(statement);
        return NULL;
    }
    if (cJSON_AddStringToObject(statement, "Effect", effect) == NULL ||
        cJSON_AddStringToObject(statement, "Action", "*") == NULL ||
        cJSON_AddStringToObject(statement, "Resource", "*") == NULL)
        return NULL;
    return statement;
}

/* Conditions of one statement must all hold: denied is what comes from none
 * of the places. A key that a request does not have (aws:SourceIp through a
 * VPC endpoint, aws:SourceVpc elsewhere) counts as another value for an
 * operator with Not. What an AWS service does on the person's behalf comes
 * from AWS's own addresses, and is let through. */
static bool add_denial(cJSON *list, const struct strings *places)
{
    cJSON *statement = add_statement(list, "Deny");
    cJSON *condition = add_object(statement, "Condition");
    cJSON *flag = add_object(condition, "Bool");

    return flag != NULL &&
           cJSON_AddStringToObject(flag, "aws:ViaAWSService", "false") !=
               NULL &&
           add_condition(condition, places, IN_NETWORK, "NotIpAddress",
                         "aws:SourceIp") &&
           add_condition(condition, places, IN_VPC, "StringNotEquals",
                         "aws:SourceVpc") &&
           add_condition(condition, places, IN_ENDPOINT, "StringNotEquals",
                         "aws:SourceVpce");
}

/* The statements of a policy document, as a list; one alone may stand there
 * without brackets. NULL when it has none. */
static cJSON *statements_of(cJSON *policy)
{
    cJSON *statement = cJSON_GetObjectItemCaseSensitive(policy, "Statement");
    cJSON *list;

    if (cJSON_IsArray(statement))
        return statement;
    if (!cJSON_IsObject(statement))
        return NULL;
    list = cJSON_CreateArray();
    statement = cJSON_DetachItemFromObjectCaseSensitive(policy, "Statement");
    if (list != NULL && cJSON_AddItemToArray(list, statement) &&
        cJSON_AddItemToObject(policy, "Statement", list))
        return list;
    cJSON_Delete(list);
    return NULL;
}

/* A policy with no statement but, where nothing else bounds the session, the
 * one that allows everything. */
static cJSON *new_policy(bool allow)
{
    cJSON *policy = cJSON_CreateObject();
    cJSON *list = NULL;

    if (policy != NULL &&
        cJSON_AddStringToObject(policy, "Version", "2012-10-17") != NULL)
        list = cJSON_AddArrayToObject(policy, "Statement");
    if (list != NULL && (!allow || add_statement(list, "Allow") != NULL))
        return policy;
    cJSON_Delete(policy);
    return NULL;
}

static size_t characters(const char *text)
{
    uint32_t codepoint;
    size_t count = 0;
    size_t length;

    while (*text != '\0' && (length = text_utf8(text, &codepoint)) > 0) {
        text += length;
        count++;
    }
    return count;
}

bool bind_to_merge(struct role *role, char what[VALUE_WHAT_MAX])
{
    cJSON *policy = role->policy != NULL
                        ? cJSON_Parse(role->policy)
                        : new_policy(role->policy_arns.count == 0);
    cJSON *list = policy != NULL ? statements_of(policy) : NULL;
    char *text = NULL;
    bool good = false;

    if (policy != NULL && list == NULL) {
        (void)value_wrong(what, "the policy of policy_file has no Statement "
                                "to add a denial to");
        goto out;
    }
    if (list == NULL || !add_denial(list, &role->bind_to) ||
        (text = cJSON_PrintUnformatted(policy)) == NULL) {
        (void)value_wrong(what, "%s", "");
        goto out;
    }
    if (characters(text) > LIMIT_POLICY_MAX) {
        (void)value_wrong(what,
                          "the session policy that denies requests from "
                          "elsewhere has %zu characters%s; AWS allows %d",
                          characters(text),
                          role->policy != NULL ? " with that of policy_file"
                                               : "",
                          LIMIT_POLICY_MAX);
        goto out;
    }
    free(role->policy);
    role->policy = text;
    text = NULL;
    good = true;
out:
    free(text);
    cJSON_Delete(policy);
    return good;
}
