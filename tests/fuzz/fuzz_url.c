/* fuzz_url.c - URLs of the configuration. What was read, put together again,
 * reads back the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "base/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    const char *what = NULL;
    struct url url;
    struct url again;
    char whole[600];

    if (!url_parse(text, &url, &what)) {
        PROMISE(what != NULL);
        free(text);
        return 0;
    }
    PROMISE(url.port > 0 && url.port < 65536 && url.path[0] == '/');
    (void)snprintf(whole, sizeof(whole), "%s://%s%s%s:%u%s",
                   url.https ? "https" : "http", url.ipv6 ? "[" : "", url.host,
                   url.ipv6 ? "]" : "", url.port, url.path);
    PROMISE(url_parse(whole, &again, &what));
    PROMISE(again.https == url.https && again.ipv6 == url.ipv6);
    PROMISE(again.port == url.port);
    PROMISE(strcmp(again.host, url.host) == 0);
    PROMISE(strcmp(again.path, url.path) == 0);
    PROMISE(url_is_loopback(&again) == url_is_loopback(&url));
    free(text);
    return 0;
}
