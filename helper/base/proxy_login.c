/* proxy_login.c - see proxy_login.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/proxy_login.h"

#include <string.h>

#include "base/buffer.h"
#include "base/files.h"

enum { LOGIN_MAX = 255, FILE_MAX = 1024 };

/* 1 to 255 characters that can be seen. */
static bool is_good(const char *text, size_t length)
{
    if (length == 0 || length > LOGIN_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] < '!' || text[i] > '~')
            return false;
    return true;
}

int proxy_login_read(const char *path, struct proxy_login *login,
                     struct error *error)
{
    AUTO_BUFFER content = BUFFER(FILE_MAX);
    const char *text;
    size_t length;
    size_t user;

    *login = (struct proxy_login){0};
    if (trusted_read(path, true, &content, NULL, error) != 0)
        return -1;
    text = buffer_string(&content);
    length = strlen(text);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    user = strcspn(text, ":");
    if (user >= length || !is_good(text, user) ||
        !is_good(text + user + 1, length - user - 1))
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is not one line user:password, each of 1 to %d "
                         "visible ASCII characters",
                         path, LOGIN_MAX);
    login->user = strndup(text, user);
    login->password = strndup(text + user + 1, length - user - 1);
    if (login->user != NULL && login->password != NULL)
        return 0;
    proxy_login_erase(login);
    return error_set(error, ERROR_NO_MEMORY, "no memory for a proxy's login");
}

void proxy_login_erase(struct proxy_login *login)
{
    string_erase(login->user);
    string_erase(login->password);
    *login = (struct proxy_login){0};
}
