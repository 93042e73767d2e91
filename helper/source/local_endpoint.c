/* local_endpoint.c - see local_endpoint.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/local_endpoint.h"

#include <poll.h>
#include <string.h>
#include <sys/random.h>

#include "aws/retry.h"

static bool is_its_own_failure(long status)
{
    return status >= 500 || status == 429;
}

/* Wait before the next attempt. False when there is no time for one. */
static bool wait_for_next(unsigned round, struct deadline deadline)
{
    uint32_t chance;
    int64_t delay;

    if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) !=
        (ssize_t)sizeof(chance))
        chance = UINT32_MAX; /* the longest wait */
    delay = retry_delay_ms(round, 0, deadline_left_ms(deadline), chance);
    if (delay < 0)
        return false;
    (void)poll(NULL, 0, (int)delay);
    return true;
}

int local_ask(struct http_client *client, const struct local_step *step,
              struct deadline deadline, int limit_ms,
              struct http_answer *answer, struct error *error)
{
    bool is_put = strcmp(step->method, "PUT") == 0;
    const struct http_request request = {
        .url = step->url,
        .headers = step->headers,
        .body = is_put ? "" : NULL,
        .method = is_put ? "PUT" : NULL,
    };

    for (unsigned round = 0;; round++) {
        struct deadline limit = deadline_in(limit_ms);

        if (limit.at_ms > deadline.at_ms)
            limit = deadline;
        if (http_ask(client, &request, limit, answer, error) != 0)
            return error_prefix(error, "%s %s (%s)", step->method, step->url,
                                step->purpose);
        if (!is_its_own_failure(answer->status) || round + 1 == RETRY_ROUNDS ||
            !wait_for_next(round, deadline))
            return 0;
        http_answer_free(answer);
    }
}

int local_refused(const struct local_step *step, long status,
                  const char *remedy, struct error *error)
{
    return error_set(error, ERROR_SOURCE,
                     "%s %s (%s) was answered with HTTP "
                     "%ld: %s",
                     step->method, step->url, step->purpose, status, remedy);
}

int local_explain(struct error *error, enum error_code code, const char *more)
{
    const struct error before = *error;
    size_t length = strlen(more) + sizeof("; ");
    int room = length < sizeof(before.detail)
                   ? (int)(sizeof(before.detail) - length)
                   : 0;

    return error_set(error, code, "%.*s; %s", room, before.detail, more);
}
