/* command.c - see command.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/files.h"

static const char SPACE[] = " \t\r\n";

/* One word from `at` on, which is no space, into `word`. The place after it,
 * or NULL with `what`. */
static const char *read_word(const char *at, struct buffer *word,
                             char what[VALUE_WHAT_MAX])
{
    char quote = '\0';

    for (; *at != '\0'; at++) {
        if (quote == '\0' && strchr(SPACE, *at) != NULL)
            return at;
        if (quote == '\0' && (*at == '\'' || *at == '"')) {
            quote = *at;
        } else if (quote != '\0' && *at == quote) {
            quote = '\0';
        } else if (*at == '\\' && quote != '\'') {
            if (at[1] == '\0') {
                (void)value_wrong(what, "it ends in a backslash; the "
                                        "character that it is for was "
                                        "expected");
                return NULL;
            }
            if (quote == '\0' || at[1] == '"' || at[1] == '\\')
                at++;
            buffer_add_char(word, *at);
        } else {
            buffer_add_char(word, *at);
        }
    }
    if (quote != '\0') {
        (void)value_wrong(what,
                          "a %c is opened and not closed; another %c "
                          "was expected",
                          quote, quote);
        return NULL;
    }
    return at;
}

static bool keep_word(struct strings *words, size_t *capacity,
                      const struct buffer *word, char what[VALUE_WHAT_MAX])
{
    char **room;
    char *copy;

    if (words->count == COMMAND_WORDS_MAX)
        return value_wrong(what, "more than %d words", COMMAND_WORDS_MAX);
    room = array_room(words->item, words->count, capacity, sizeof(*room));
    if (room != NULL)
        words->item = room;
    copy = strdup(buffer_string(word));
    if (room == NULL || copy == NULL || word->failed) {
        free(copy);
        return value_wrong(what, "%s", "");
    }
    words->item[words->count++] = copy;
    return true;
}

bool command_words(const char *text, struct strings *words,
                   char what[VALUE_WHAT_MAX])
{
    AUTO_BUFFER word = BUFFER(strlen(text));
    size_t capacity = 0;

    *words = (struct strings){0};
    for (text += strspn(text, SPACE); *text != '\0';
         text += strspn(text, SPACE)) {
        buffer_clear(&word);
        text = read_word(text, &word, what);
        if (text == NULL || !keep_word(words, &capacity, &word, what))
            return false;
    }
    return true;
}

bool command_split(const char *text, struct strings *words,
                   char what[VALUE_WHAT_MAX])
{
    if (!command_words(text, words, what))
        return false;
    if (words->count == 0)
        return value_wrong(what, "no command; the absolute path of a program "
                                 "and its arguments were expected");
    if (words->item[0][0] != '/')
        return value_wrong(what,
                           "\"%.200s\" is not an absolute path; the "
                           "program's must begin with /",
                           words->item[0]);
    return true;
}

int command_check(const struct strings *words, struct error *error)
{
    const char *program;
    int fd;

    if (words->count == 0 || words->item == NULL)
        return error_set(error, ERROR_INTERNAL, "a command without words");
    program = words->item[0];
    fd = trusted_open(program, false, NULL, error);
    if (fd < 0)
        return -1;
    (void)close(fd);
    if (access(program, X_OK) != 0)
        return error_set(error, ERROR_CONFIGURATION,
                         errno == EACCES
                             ? "%s cannot be executed by the user awsrole; "
                               "run: chmod a+rx %s"
                             : "%s cannot be executed: the file system is "
                               "mounted noexec, or is broken; move the "
                               "program (%s) elsewhere",
                         program, program);
    return 0;
}

bool value_command(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct error error = {0};

    if (!command_split(value, field, what))
        return false;
    return command_check(field, &error) == 0 ||
           value_wrong(what, "%s", error.detail);
}
