/* bind_to.h - credentials that are good from some places alone.
 *
 * A session policy can only take away, so `bind_to` becomes a statement that
 * denies everything to a request from elsewhere.
 *
 * Source: IAM User Guide, "AWS global condition context keys"
 * (aws:SourceIp, aws:SourceVpc, aws:SourceVpce, aws:ViaAWSService), "IAM JSON
 * policy elements: Condition operators" and "Session policies".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_BIND_TO_H
#define RULES_BIND_TO_H 1

#include <stdbool.h>

#include "rules/config.h"
#include "rules/values.h"

/* Put what role->bind_to says into role->policy: the statements of
 * policy_file and one that denies. Where neither policy_file nor policy_arns
 * bounds the session, one that allows everything goes before it, since a
 * session policy without an Allow would give nothing. False: `what` says why
 * it cannot be, "" when there was no memory; role->policy is unchanged. */
bool bind_to_merge(struct role *role, char what[VALUE_WHAT_MAX]);

#endif
