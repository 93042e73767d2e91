/* mistakes.c - see mistakes.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/mistakes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/text.h"

void mistake_add(struct mistakes *mistakes, struct spot spot,
                 const char *format, ...)
{
    struct mistake *room;
    va_list arguments;
    char *text = NULL;
    int length;

    if (mistakes->count == MISTAKES_MAX) {
        mistakes->more++;
        return;
    }
    room = array_room(mistakes->item, mistakes->count, &mistakes->capacity,
                      sizeof(*room));
    if (room == NULL) {
        mistakes->no_memory = true;
        return;
    }
    mistakes->item = room;
    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        mistakes->no_memory = true;
        return;
    }
    text_clean(text);
    mistakes->item[mistakes->count] =
        (struct mistake){.spot = spot, .order = mistakes->count, .text = text};
    mistakes->count++;
}

static int by_place(const void *one, const void *other)
{
    const struct mistake *a = one;
    const struct mistake *b = other;

    if (a->spot.file != b->spot.file)
        return a->spot.file < b->spot.file ? -1 : 1;
    if (a->spot.line != b->spot.line)
        return a->spot.line < b->spot.line ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static char *with_place(const struct mistake *mistake,
                        const struct config *config)
{
    char *text = NULL;
    int length;

    if (mistake->spot.line == 0)
        length = asprintf(&text, "%s", mistake->text);
    else
        length = asprintf(&text, "%s:%u: %s", config->files[mistake->spot.file],
                          mistake->spot.line, mistake->text);
    return length < 0 ? NULL : text;
}

bool mistakes_report(struct mistakes *mistakes, const struct config *config,
                     struct problems *problems)
{
    size_t count = mistakes->count + (mistakes->more > 0);

    if (mistakes->no_memory)
        return false;
    problems->item = calloc(count + 1, sizeof(char *));
    if (problems->item == NULL)
        return false;
    if (mistakes->count > 0)
        qsort(mistakes->item, mistakes->count, sizeof(*mistakes->item),
              by_place);
    for (size_t i = 0; i < mistakes->count; i++) {
        char *text = with_place(&mistakes->item[i], config);

        if (text == NULL)
            return false;
        problems->item[problems->count++] = text;
    }
    if (mistakes->more > 0) {
        char *text = NULL;

        if (asprintf(&text, "and %zu more mistakes", mistakes->more) < 0)
            return false;
        problems->item[problems->count++] = text;
    }
    return true;
}

void mistakes_free(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++)
        free(mistakes->item[i].text);
    free(mistakes->item);
    *mistakes = (struct mistakes){0};
}
