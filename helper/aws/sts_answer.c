/* sts_answer.c - see sts_answer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sts_answer.h"

#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/erasing.h"
#include "base/buffer.h"
#include "base/text.h"

enum {
    DEPTH_MAX = 12,
    NAME_MAX_BYTES = 40,   /* of an element: longer ones are none of ours */
    TEXT_MAX = 64 * 1024,  /* a session token has no maximum of AWS's */
    ACCESS_KEY_ID_MIN = 16 /* of the service model */
};

/* The leaves that are read. */
enum leaf {
    LEAF_ACCESS_KEY_ID,
    LEAF_SECRET_ACCESS_KEY,
    LEAF_SESSION_TOKEN,
    LEAF_EXPIRATION,
    LEAF_ASSUMED_ROLE_ID,
    LEAF_ARN,
    LEAF_CODE,
    LEAF_MESSAGE,
    LEAF_REQUEST_ID,
    LEAF_COUNT,
    LEAF_NONE = LEAF_COUNT
};

/* What the result is called with AssumeRole, and the other call's. */
#define RESULT "AssumeRoleResult"
#define OTHER_RESULT "AssumeRoleWithWebIdentityResult"

/* Where a leaf stands: below `parent`, which stands below `grandparent`. */
static const struct {
    const char *name;
    const char *parent;
    const char *grandparent; /* NULL: anything, or nothing */
    enum leaf leaf;
} PLACES[] = {
    {"AccessKeyId", "Credentials", RESULT, LEAF_ACCESS_KEY_ID},
    {"SecretAccessKey", "Credentials", RESULT, LEAF_SECRET_ACCESS_KEY},
    {"SessionToken", "Credentials", RESULT, LEAF_SESSION_TOKEN},
    {"Expiration", "Credentials", RESULT, LEAF_EXPIRATION},
    {"AssumedRoleId", "AssumedRoleUser", RESULT, LEAF_ASSUMED_ROLE_ID},
    {"Arn", "AssumedRoleUser", RESULT, LEAF_ARN},
    {"Code", "Error", NULL, LEAF_CODE},
    {"Message", "Error", NULL, LEAF_MESSAGE},
    {"RequestId", "ResponseMetadata", NULL, LEAF_REQUEST_ID},
    {"RequestId", "ErrorResponse", NULL, LEAF_REQUEST_ID},
    {"RequestId", "Response", NULL, LEAF_REQUEST_ID},
    {"RequestID", "Response", NULL, LEAF_REQUEST_ID},
};

static const char *const ROOTS[] = {"AssumeRoleResponse",
                                    "AssumeRoleWithWebIdentityResponse",
                                    "ErrorResponse", "Response"};

struct reader {
    XML_Parser parser;
    struct sts_answer *answer;
    char path[DEPTH_MAX][NAME_MAX_BYTES];
    size_t depth;
    enum leaf leaf; /* whose text is being read */
    struct buffer text;
    bool seen[LEAF_COUNT];
};

static void stop(struct reader *reader)
{
    (void)XML_StopParser(reader->parser, XML_FALSE);
}

static enum leaf find_leaf(const struct reader *reader)
{
    const char *name;
    const char *parent;
    const char *grandparent;

    if (reader->depth < 2)
        return LEAF_NONE;
    name = reader->path[reader->depth - 1];
    parent = reader->path[reader->depth - 2];
    grandparent = reader->depth > 2 ? reader->path[reader->depth - 3] : "";
    if (strcmp(grandparent, OTHER_RESULT) == 0)
        grandparent = RESULT;
    for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++)
        if (strcmp(PLACES[i].name, name) == 0 &&
            strcmp(PLACES[i].parent, parent) == 0 &&
            (PLACES[i].grandparent == NULL ||
             strcmp(PLACES[i].grandparent, grandparent) == 0))
            return PLACES[i].leaf;
    return LEAF_NONE;
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct reader *reader = context;
    const char *colon = strrchr(name, ':');
    char *slot;

    (void)attributes;
    /* No leaf that is read has children. */
    if (reader->depth == DEPTH_MAX || reader->leaf != LEAF_NONE) {
        stop(reader);
        return;
    }
    slot = reader->path[reader->depth++];
    if (snprintf(slot, NAME_MAX_BYTES, "%s",
                 colon != NULL ? colon + 1 : name) >= NAME_MAX_BYTES)
        slot[0] = '\0';
    if (reader->depth == 1) {
        bool known = false;

        for (size_t i = 0; i < sizeof(ROOTS) / sizeof(ROOTS[0]); i++)
            known = known || strcmp(ROOTS[i], slot) == 0;
        if (!known)
            stop(reader);
    }
    reader->leaf = find_leaf(reader);
    if (reader->leaf == LEAF_NONE)
        return;
    if (reader->seen[reader->leaf])
        stop(reader); /* which of two would be the right one? */
    reader->seen[reader->leaf] = true;
    buffer_clear(&reader->text);
}

static void on_text(void *context, const char *text, int length)
{
    struct reader *reader = context;

    if (reader->leaf == LEAF_NONE)
        return;
    buffer_add(&reader->text, text, (size_t)length);
    if (reader->text.failed)
        stop(reader);
}

/* The text without white space at its ends, in place. */
static char *trimmed(struct buffer *text)
{
    static const char SPACE[] = " \t\r\n";
    char *start = text->data;
    size_t length;

    start += strspn(start, SPACE);
    length = strlen(start);
    while (length > 0 && strchr(SPACE, start[length - 1]) != NULL)
        length--;
    start[length] = '\0';
    return start;
}

/* A copy of visible ASCII; NULL when it is not that, or too short. */
static char *word(const char *text, size_t minimum)
{
    if (strlen(text) < minimum)
        return NULL;
    for (const char *c = text; *c != '\0'; c++)
        if (*c < '!' || *c > '~')
            return NULL;
    return strdup(text);
}

static void keep_clean(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text);
    text_clean(to);
}

static void on_end(void *context, const char *name)
{
    struct reader *reader = context;
    struct sts_answer *answer = reader->answer;
    struct role_session *session = &answer->session;
    enum leaf leaf = reader->leaf;
    const char *text;

    (void)name;
    reader->depth--;
    reader->leaf = LEAF_NONE;
    if (leaf == LEAF_NONE || reader->text.length == 0)
        return;
    text = trimmed(&reader->text);
    switch (leaf) {
    case LEAF_ACCESS_KEY_ID:
        session->credentials.access_key_id = word(text, ACCESS_KEY_ID_MIN);
        break;
    case LEAF_SECRET_ACCESS_KEY:
        session->credentials.secret_access_key = word(text, 1);
        break;
    case LEAF_SESSION_TOKEN:
        session->credentials.session_token = word(text, 1);
        break;
    case LEAF_EXPIRATION:
        if (!rfc3339_parse(text, &session->credentials.expiration))
            session->credentials.expiration = 0;
        break;
    case LEAF_ASSUMED_ROLE_ID:
        session->assumed_role_id = word(text, 2);
        break;
    case LEAF_ARN:
        session->assumed_role_arn = word(text, 1);
        break;
    case LEAF_CODE:
        keep_clean(answer->error_code, sizeof(answer->error_code), text);
        break;
    case LEAF_MESSAGE:
        keep_clean(answer->error_message, sizeof(answer->error_message), text);
        break;
    case LEAF_REQUEST_ID:
        keep_clean(answer->request_id, sizeof(answer->request_id), text);
        break;
    case LEAF_NONE:
        break;
    }
    buffer_clear(&reader->text);
}

static void on_doctype(void *context, const char *name, const char *system,
                       const char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    stop(context);
}

static bool is_complete(const struct role_session *session)
{
    return session->credentials.access_key_id != NULL &&
           session->credentials.secret_access_key != NULL &&
           session->credentials.session_token != NULL &&
           session->credentials.expiration != 0 &&
           session->assumed_role_id != NULL &&
           session->assumed_role_arn != NULL;
}

void sts_answer_read(const char *xml, size_t length, struct sts_answer *answer)
{
    static const XML_Memory_Handling_Suite MEMORY = {
        erasing_malloc, erasing_realloc, erasing_free};
    struct reader reader = {
        .answer = answer, .leaf = LEAF_NONE, .text = BUFFER(TEXT_MAX)};

    *answer = (struct sts_answer){0};
    if (length == 0 || length > INT_MAX)
        return;
    reader.parser = XML_ParserCreate_MM(NULL, &MEMORY, NULL);
    if (reader.parser == NULL)
        return;
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
    answer->is_xml =
        XML_Parse(reader.parser, xml, (int)length, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(reader.parser);
    buffer_free(&reader.text);
    if (!answer->is_xml)
        sts_answer_free(answer);
    else
        answer->complete = is_complete(&answer->session);
}

void sts_answer_free(struct sts_answer *answer)
{
    role_session_erase(&answer->session);
    *answer = (struct sts_answer){0};
}
