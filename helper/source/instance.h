/* instance.h - type = instance: the role of the EC2 instance, by IMDSv2.
 *
 * Source: EC2 User Guide, "Use the Instance Metadata Service to access
 * instance metadata" and "Retrieve security credentials from instance
 * metadata". IMDSv1 is never used: anything that can make the host fetch a
 * URL could use it too.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_INSTANCE_H
#define SOURCE_INSTANCE_H 1

#include "base/credentials.h"
#include "base/error.h"
#include "protocol/deadline.h"

/* Fetch the credentials of the instance's role: from 169.254.169.254, or from
 * fd00:ec2::254 where that cannot be reached. One second for each request.
 * Credentials past their date are given like others: AWS extends them while
 * its own service is down. 0, or -1 with ERROR_SOURCE, which names the step
 * and what to change. The session token of IMDSv2 is kept in this process's
 * memory for the next call. Any thread may call. */
int instance_fetch(struct deadline deadline, struct credentials *credentials,
                   struct error *error);

/* The Region that the instance is in; free with free(3). NULL with error. */
char *instance_region(struct deadline deadline, struct error *error);

#endif
