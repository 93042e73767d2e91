/* fuzz_template.c - names for AWS out of whatever a login brings.
 *
 * Parts: a template; user, tty, rhost and ruser of one login; the same of
 * another one. What AWS gets is always of its form, and two people never
 * share a name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "rules/limits.h"
#include "rules/template.h"

struct person {
    char *user;
    char *tty;
    char *rhost;
    char *ruser;
};

static void take_person(const uint8_t **data, size_t *size,
                        struct person *person)
{
    person->user = fuzz_string_part(data, size);
    person->tty = fuzz_string_part(data, size);
    person->rhost = fuzz_string_part(data, size);
    person->ruser = fuzz_string_part(data, size);
}

static void free_person(struct person *person)
{
    free(person->user);
    free(person->tty);
    free(person->rhost);
    free(person->ruser);
}

static void promise_tag(const char *template, const struct facts *facts)
{
    AUTO_BUFFER value = BUFFER((size_t)LIMIT_TAG_VALUE_MAX * 4);
    struct error error;

    PROMISE(template_tag_value(template, facts, &value, &error) == 0);
    PROMISE(limit_tag_value(buffer_string(&value)));
}

/* The name that this login gets. */
static void name_of(const char *template, const struct person *person,
                    char name[LIMIT_SESSION_NAME_MAX + 1])
{
    struct facts facts = {.user = person->user,
                          .uid = 1001,
                          .service = "sshd",
                          .tty = person->tty,
                          .rhost = person->rhost,
                          .ruser = person->ruser,
                          .login_user = "carol",
                          .host = "bastion",
                          .session = "0123456789abcdef0123456789abcdef"};
    AUTO_BUFFER text = BUFFER(LIMIT_SESSION_NAME_MAX);
    struct error error;

    PROMISE(template_session_name(template, &facts, &text, &error) == 0);
    PROMISE(text.length >= LIMIT_SESSION_NAME_MIN &&
            text.length <= LIMIT_SESSION_NAME_MAX);
    for (size_t i = 0; i < text.length; i++)
        PROMISE(limit_session_name_character(text.data[i]));
    memcpy(name, text.data, text.length + 1);
    promise_tag(template, &facts);
}

static bool differ(const char *template, const char *fact, const char *one,
                   const char *other)
{
    return strstr(template, fact) != NULL && strcmp(one, other) != 0;
}

static void two_people(const char *template, const struct person *one,
                       const struct person *other)
{
    char names[2][LIMIT_SESSION_NAME_MAX + 1];

    name_of(template, one, names[0]);
    name_of(template, other, names[1]);
    if (differ(template, "{user}", one->user, other->user) ||
        differ(template, "{tty}", one->tty, other->tty) ||
        differ(template, "{rhost}", one->rhost, other->rhost) ||
        differ(template, "{ruser}", one->ruser, other->ruser))
        PROMISE(strcmp(names[0], names[1]) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *template = fuzz_string_part(&data, &size);
    const char *what = NULL;
    struct person people[2];

    take_person(&data, &size, &people[0]);
    take_person(&data, &size, &people[1]);
    if (template_check(template, &what))
        two_people(template, &people[0], &people[1]);
    else
        PROMISE(what != NULL);
    free_person(&people[0]);
    free_person(&people[1]);
    free(template);
    return 0;
}
