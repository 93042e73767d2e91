/* http.c - see http.h
 *
 * Option by option: curl_easy_setopt(3) of libcurl 7.76 to 8. The handle is
 * reset before each request; its connections outlive that.
 *
 * OpenSSL reads its configuration file as in every program of the host: that
 * is where an administrator switches on FIPS or forbids old algorithms, and
 * only root can write it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/http.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/ca_store.h"
#include "aws/erasing.h"
#include "aws/http_failure.h"
#include "base/text.h"

enum {
    HOST_MAX = 300,
    RETRY_AFTER_MAX_MS = 24 * 3600 * 1000,
    LOGIN_MAX = 600, /* bytes of user:password */
    LOGIN_LINE_MAX = 1200,
};

struct http_client {
    CURL *curl;
    struct ca_store store;
    const char *proxy;              /* NULL: none */
    struct curl_slist *proxy_login; /* a header line; NULL: none */
    char why[CURL_ERROR_SIZE];      /* curl's own words: they hold no secret */
};

/* One request on its way. */
struct exchange {
    struct http_answer *answer;
    size_t header_bytes;
    const char *refused; /* why a callback stopped it */
    bool proxied;
    bool opened; /* a connection was opened, none of before was used */
};

static pthread_once_t started = PTHREAD_ONCE_INIT;
static CURLcode start_result;

static void start(void)
{
    start_result =
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, erasing_malloc, erasing_free,
                             erasing_realloc, erasing_strdup, erasing_calloc);
}

/* Basic authentication (RFC 7617), as a header of our own: what libcurl makes
 * of user and password, URL-decoding them or not, is not the same in all its
 * releases. */
static bool set_login(struct http_client *client,
                      const struct http_settings *settings)
{
    AUTO_BUFFER plain = BUFFER(LOGIN_MAX);
    AUTO_BUFFER line = BUFFER(LOGIN_LINE_MAX);
    unsigned char encoded[LOGIN_MAX / 3 * 4 + 5];

    buffer_addf(&plain, "%s:%s", settings->proxy_user,
                settings->proxy_password);
    if (plain.failed)
        return false;
    (void)EVP_EncodeBlock(encoded, (const unsigned char *)plain.data,
                          (int)plain.length);
    buffer_addf(&line, "Proxy-Authorization: Basic %s", (char *)encoded);
    explicit_bzero(encoded, sizeof(encoded));
    if (!line.failed)
        client->proxy_login = curl_slist_append(NULL, line.data);
    return client->proxy_login != NULL;
}

struct http_client *http_client_new(const struct http_settings *settings,
                                    struct error *error)
{
    struct http_client *client;

    (void)pthread_once(&started, start);
    if (start_result != CURLE_OK) {
        (void)error_set(error, ERROR_INTERNAL, "libcurl does not start: %s",
                        curl_easy_strerror(start_result));
        return NULL;
    }
    client = calloc(1, sizeof(*client));
    if (client != NULL)
        client->curl = curl_easy_init();
    if (client == NULL || client->curl == NULL) {
        http_client_free(client);
        (void)error_set(error, ERROR_NO_MEMORY, "no memory for a connection");
        return NULL;
    }
    client->store = (struct ca_store){settings->ca_bundle, settings->ca_path};
    client->proxy = settings->proxy;
    if (settings->proxy_user != NULL && !set_login(client, settings)) {
        http_client_free(client);
        (void)error_set(error, ERROR_NO_MEMORY,
                        "no memory for a proxy's "
                        "login");
        return NULL;
    }
    return client;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    if (client->curl != NULL)
        curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->proxy_login);
    free(client);
}

/* Copy the value of a header line when its name is `name`, trimmed. */
static bool header_value(const char *line, size_t length, const char *name,
                         char *value, size_t size)
{
    size_t skip = strlen(name);

    if (length <= skip || strncasecmp(line, name, skip) != 0 ||
        line[skip] != ':')
        return false;
    line += skip + 1;
    length -= skip + 1;
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    while (length > 0 && (line[length - 1] == '\r' ||
                          line[length - 1] == '\n' || line[length - 1] == ' '))
        length--;
    if (length >= size)
        return false;
    for (size_t i = 0; i < length; i++)
        if (line[i] < ' ' || line[i] > '~')
            return false;
    memcpy(value, line, length);
    value[length] = '\0';
    return true;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    struct http_answer *answer = exchange->answer;
    size_t length = size * count;
    char value[sizeof(answer->request_id)];
    uint64_t number;

    exchange->header_bytes += length;
    if (exchange->header_bytes > HTTP_HEADERS_MAX) {
        exchange->refused = "the headers are longer than 64 KiB";
        return 0;
    }
    if (length > 5 && strncasecmp(line, "HTTP/", 5) == 0) {
        /* What an interim answer (100, 103) said is not said by the last. */
        answer->request_id[0] = '\0';
        answer->error_type[0] = '\0';
        answer->date = 0;
        answer->has_age = false;
        answer->retry_after_ms = 0;
    } else if (header_value(line, length, "x-amzn-requestid", value,
                            sizeof(value))) {
        memcpy(answer->request_id, value, sizeof(value));
    } else if (header_value(line, length, "x-amzn-errortype", value,
                            sizeof(value))) {
        memcpy(answer->error_type, value, sizeof(value));
    } else if (header_value(line, length, "date", value, sizeof(value))) {
        answer->date = curl_getdate(value, NULL);
    } else if (length > 4 && strncasecmp(line, "age:", 4) == 0) {
        answer->has_age = true;
    } else if (header_value(line, length, "x-amz-retry-after", value,
                            sizeof(value)) &&
               text_number(value, RETRY_AFTER_MAX_MS, &number)) {
        answer->retry_after_ms = (long)number;
    }
    if (answer->date == (time_t)-1)
        answer->date = 0;
    return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;

    buffer_add(&exchange->answer->body, bytes, size * count);
    if (!exchange->answer->body.failed)
        return size * count;
    exchange->refused = "the answer is longer than 256 KiB";
    return 0;
}

/* The host (and port) of a URL, for messages. */
static void host_of(const char *url, char host[HOST_MAX])
{
    const char *start = strstr(url, "://");
    size_t length;

    start = start != NULL ? start + 3 : url;
    length = strcspn(start, "/?#");
    if (length >= HOST_MAX)
        length = HOST_MAX - 1;
    memcpy(host, start, length);
    host[length] = '\0';
}

/* Nothing of the environment, nothing of the user's: no .netrc, no redirect,
 * no other protocol. */
static void set_limits(CURL *curl, int left_ms)
{
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left_ms);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms);
    (void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                           (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(curl, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "pam_awsrole/" VERSION);
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
                           (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A resolver that hangs must not be waited for past the deadline. */
    (void)curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static int on_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
    (void)fd;
    (void)purpose;
    ((struct exchange *)context)->opened = true;
    return CURL_SOCKOPT_OK;
}

/* The proxy of the settings for https, else none: set in both cases, so that
 * no variable of an environment is looked at. What is meant for AWS is not
 * shown to the proxy, and what the proxy says is not taken for AWS's. */
static void set_proxy(struct http_client *client, struct exchange *exchange)
{
    CURL *curl = client->curl;

    (void)curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_socket);
    (void)curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, exchange);
    if (!exchange->proxied) {
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
        (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
        return;
    }
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, client->proxy);
    (void)curl_easy_setopt(curl, CURLOPT_PROXYTYPE, (long)CURLPROXY_HTTP);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    (void)curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXYHEADER, client->proxy_login);
}

/* libcurl has a bundle compiled in, which it would read beside a folder: so
 * both are set, even to NULL. */
static int set_tls(struct http_client *client, struct error *error)
{
    CURL *curl = client->curl;

    if (client->store.bundle == NULL && client->store.folder == NULL &&
        !ca_store_find(&client->store))
        return error_set(error, ERROR_TLS,
                         "this host has no CA certificates where they are "
                         "usually kept: install them (ca-certificates), or "
                         "set ca_bundle or ca_path");
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                           (long)CURL_SSLVERSION_TLSv1_2);
    if (curl_easy_setopt(curl, CURLOPT_CAINFO, client->store.bundle) !=
            CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_CAPATH, client->store.folder) !=
            CURLE_OK)
        return error_set(error, ERROR_TLS,
                         "this libcurl cannot be given CA certificates: it "
                         "must be one that is built with OpenSSL");
    return 0;
}

static int failed(struct http_client *client, CURLcode result,
                  const struct exchange *exchange, const char *host,
                  struct error *error)
{
    const char *why = exchange->refused;
    const char *proxy;
    long status = 0;

    /* How libcurl before 8.6 calls a line beyond its own limit. */
    if (result == CURLE_OUT_OF_MEMORY && exchange->header_bytes > 0) {
        result = CURLE_WEIRD_SERVER_REPLY;
        why = "a header line is longer than libcurl takes";
    }
    if (why == NULL)
        why = client->why[0] != '\0' ? client->why : curl_easy_strerror(result);
    exchange->answer->broke = failure_is_broken(result, why);
    if (!exchange->proxied)
        return error_set(error, failure_code(result, why), "%s: %s", host, why);
    proxy = client->proxy + sizeof("http://") - 1;
    (void)curl_easy_getinfo(client->curl, CURLINFO_HTTP_CONNECTCODE, &status);
    if (result != CURLE_COULDNT_RESOLVE_PROXY &&
        (!exchange->opened || (status >= 200 && status <= 299)))
        return error_set(error, failure_code(result, why),
                         "%s through the proxy %s: %s", host, proxy, why);
    /* What the proxy said counts, not how the line ended. */
    exchange->answer->broke = false;
    return failure_of_proxy(proxy, client->proxy_login != NULL, status, host,
                            why, error);
}

static struct curl_slist *header_list(const struct http_request *request)
{
    /* Without this, curl waits a second for "100 Continue" on long bodies. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; list != NULL && request->headers != NULL &&
                       request->headers[i] != NULL;
         i++) {
        struct curl_slist *longer =
            curl_slist_append(list, request->headers[i]);

        if (longer == NULL)
            curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

int http_ask(struct http_client *client, const struct http_request *request,
             struct deadline deadline, struct http_answer *answer,
             struct error *error)
{
    CURL *curl = client->curl;
    struct exchange exchange = {.answer = answer};
    struct curl_slist *headers = NULL;
    char host[HOST_MAX];
    int left_ms = deadline_left_ms(deadline);
    const bool tls = strncasecmp(request->url, "https:", 6) == 0;
    int result = -1;
    CURLcode code;

    *answer = (struct http_answer){.body = BUFFER(HTTP_ANSWER_MAX)};
    host_of(request->url, host);
    if (left_ms == 0) /* which curl would take for "no limit" */
        return error_set(error, ERROR_AWS_TIMEOUT,
                         "%s was not asked: no time was left", host);
    curl_easy_reset(curl);
    client->why[0] = '\0';
    set_limits(curl, left_ms);
    if (tls && set_tls(client, error) != 0)
        return -1;
    exchange.proxied = tls && client->proxy != NULL;
    set_proxy(client, &exchange);
    headers = header_list(request);
    if (headers == NULL)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a request");
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->why);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
    if (request->body != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)request->body_length);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->method != NULL)
        (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    code = curl_easy_setopt(curl, CURLOPT_URL, request->url);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);
    answer->received = clock_now();
    answer->took_ms = left_ms - deadline_left_ms(deadline);
    if (code == CURLE_OK) {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
        answer->tls = tls;
        result = 0;
    } else {
        (void)failed(client, code, &exchange, host, error);
    }
    /* What was borrowed is forgotten; the connection stays. */
    curl_easy_reset(curl);
    curl_slist_free_all(headers);
    return result;
}

void http_answer_free(struct http_answer *answer)
{
    buffer_free(&answer->body);
    *answer = (struct http_answer){0};
}
