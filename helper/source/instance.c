/* instance.c - see instance.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/region.h"
#include "source/imds.h"
#include "source/json_credentials.h"
#include "source/local_endpoint.h"

#define CREDENTIALS_PATH "/latest/meta-data/iam/security-credentials/"

/* The name of the instance's role, in a string of its own. */
static int ask_role(struct imds *imds, char **role, struct error *error)
{
    static const struct imds_item item = {
        .path = CREDENTIALS_PATH,
        .purpose = "the name of the instance's role",
        .not_there =
            "no role is attached to this instance; attach an instance profile "
            "(aws ec2 associate-iam-instance-profile), or use another type of "
            "source"};
    struct http_answer answer;
    int result = imds_get(imds, &item, &answer, error);

    if (result == 0 && !imds_first_line(&answer, role))
        result = error_set(error, ERROR_SOURCE,
                           "GET %s%s (%s): the answer is no name of a role; "
                           "attach an instance profile with a role, or look "
                           "what answers there",
                           imds->base, item.path, item.purpose);
    http_answer_free(&answer);
    return result;
}

static int ask_credentials(struct imds *imds, const char *role,
                           struct credentials *credentials, struct error *error)
{
    char path[IMDS_URL_MAX];
    const struct imds_item item = {
        .path = path,
        .purpose = "the credentials of the instance's role",
        .not_there =
            "the role was named a moment ago and has no credentials; see that "
            "it still exists and trusts ec2.amazonaws.com, and try again"};
    struct http_answer answer;
    int result;

    (void)snprintf(path, sizeof(path), CREDENTIALS_PATH "%s", role);
    result = imds_get(imds, &item, &answer, error);
    if (result == 0 &&
        json_credentials_read(buffer_string(&answer.body), answer.body.length,
                              &json_of_instance, credentials, error) != 0) {
        (void)error_prefix(error, "GET %s%s (%s)", imds->base, path,
                           item.purpose);
        result = local_explain(
            error, error->code,
            "see that the role exists, that its trust policy allows "
            "ec2.amazonaws.com to assume it, and that what answers there is "
            "the metadata service");
    }
    http_answer_free(&answer);
    return result;
}

int instance_fetch(struct deadline deadline, struct credentials *credentials,
                   struct error *error)
{
    struct imds imds;
    char *role = NULL;
    int result = imds_open(&imds, deadline, error);

    *credentials = (struct credentials){0};
    if (result == 0)
        result = ask_role(&imds, &role, error);
    if (result == 0)
        result = ask_credentials(&imds, role, credentials, error);
    free(role);
    imds_close(&imds);
    return result;
}

char *instance_region(struct deadline deadline, struct error *error)
{
    static const struct imds_item item = {
        .path = "/latest/meta-data/placement/region",
        .purpose = "the instance's Region",
        .not_there = "the metadata service does not know it; set region in "
                     "the configuration"};
    struct http_answer answer = {0};
    struct imds imds;
    char *region = NULL;
    int result = imds_open(&imds, deadline, error);

    if (result == 0)
        result = imds_get(&imds, &item, &answer, error);
    if (result == 0 &&
        (!imds_first_line(&answer, &region) || !region_is_valid(region))) {
        (void)error_set(error, ERROR_SOURCE,
                        "GET %s%s (%s): the answer is no name of a Region; "
                        "set region in the configuration",
                        imds.base, item.path, item.purpose);
        free(region);
        region = NULL;
    }
    http_answer_free(&answer);
    imds_close(&imds);
    return region;
}
