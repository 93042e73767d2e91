/* container.h - type = container: the credentials endpoint of ECS and EKS.
 *
 * Source: ECS Developer Guide, "Task IAM role"; EKS User Guide, "Pod
 * Identity"; AWS SDKs and Tools Reference Guide, "Container credential
 * provider". What SDKs take from the environment of the container stands in
 * the configuration here: no login has that environment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_CONTAINER_H
#define SOURCE_CONTAINER_H 1

#include "source/source.h"

/* As source_fetch(), for a source of type = container. Two seconds for the
 * request: the agent of EKS asks AWS in its turn. The token file is read each
 * time. */
int container_fetch(const struct source *source,
                    const struct source_context *context,
                    struct credentials *credentials, struct error *error);

#endif
