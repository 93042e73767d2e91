/* fuzz_sts_answer.c - STS's XML, and its dates.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "aws/sts_answer.h"
#include "base/clock.h"

static bool is_clean(const char *text, size_t size)
{
    char copy[2048];

    PROMISE(strnlen(text, size) < size && size <= sizeof(copy));
    memcpy(copy, text, size);
    text_clean(copy);
    return strcmp(copy, text) == 0;
}

static void promise_whole(const struct role_session *session)
{
    PROMISE(session->credentials.access_key_id != NULL);
    PROMISE(session->credentials.secret_access_key != NULL);
    PROMISE(session->credentials.session_token != NULL);
    PROMISE(session->credentials.expiration != 0);
    PROMISE(session->assumed_role_id != NULL);
    PROMISE(session->assumed_role_arn != NULL);
}

/* A date that was read is written so that it reads back. */
static void read_date(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    char written[CLOCK_RFC3339_BYTES];
    time_t time;
    time_t again;

    if (rfc3339_parse(text, &time)) {
        PROMISE(time > 0);
        clock_rfc3339(time, written);
        PROMISE(rfc3339_parse(written, &again) && again == time);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *xml = fuzz_block(data, size);
    struct sts_answer answer;

    sts_answer_read(xml, size, &answer);
    PROMISE(is_clean(answer.error_code, sizeof(answer.error_code)));
    PROMISE(is_clean(answer.error_message, sizeof(answer.error_message)));
    PROMISE(is_clean(answer.request_id, sizeof(answer.request_id)));
    if (answer.complete) {
        PROMISE(answer.is_xml);
        promise_whole(&answer.session);
    }
    sts_answer_free(&answer);
    free(xml);
    if (size < 64)
        read_date(data, size);
    return 0;
}
