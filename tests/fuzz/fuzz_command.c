/* fuzz_command.c - command lines. Words that were read, each between quotes,
 * read back the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "base/buffer.h"
#include "rules/command.h"

enum { LINE_MAX_BYTES = 1024 * 1024 };

static void quote(const char *word, struct buffer *line)
{
    buffer_add_string(line, " '");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buffer_add_string(line, "'\\''");
        else
            buffer_add_char(line, *word);
    }
    buffer_add_char(line, '\'');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    char what[VALUE_WHAT_MAX] = "";
    struct strings words;
    struct strings again;
    AUTO_BUFFER line = BUFFER(LINE_MAX_BYTES);

    if (command_split(text, &words, what)) {
        PROMISE(words.count > 0 && words.count <= COMMAND_WORDS_MAX);
        PROMISE(words.item[0][0] == '/');
        for (size_t i = 0; i < words.count; i++)
            quote(words.item[i], &line);
        PROMISE(!line.failed &&
                command_split(buffer_string(&line), &again, what));
        PROMISE(again.count == words.count);
        for (size_t i = 0; i < words.count; i++)
            PROMISE(strcmp(again.item[i], words.item[i]) == 0);
        strings_free(&again);
    } else {
        PROMISE(what[0] != '\0');
    }
    strings_free(&words);
    free(text);
    return 0;
}
