/* resolve_endpoints.c - where each Region's STS is asked.
 *
 * Standard input: "REGION FIPS DUALSTACK" a line, the latter two 0 or 1.
 * Standard output: "URL SIGN_REGION", or "error". endpoint_against_botocore.py
 * says whether botocore agrees.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"

int main(void)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        char *fips = strchr(line, ' ');
        struct sts_settings settings = {.region = line};
        struct endpoint endpoint;
        struct error error = {0};

        if (fips == NULL || strlen(fips) < 4)
            return EXIT_FAILURE;
        *fips = '\0';
        settings.use_fips = fips[1] == '1';
        settings.use_dualstack = fips[3] == '1';
        if (endpoint_resolve(&settings, &endpoint, &error) == 0)
            (void)printf("%s %s\n", endpoint.url, endpoint.sign_region);
        else
            (void)puts("error");
    }
    free(line);
    return EXIT_SUCCESS;
}
