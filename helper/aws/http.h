/* http.h - one HTTP request, by libcurl; the only file that calls it.
 *
 * TLS 1.2 or later, no redirects, no proxy but the one that the settings
 * name, nothing taken from the environment, answers of at most 256 KiB.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_HTTP_H
#define AWS_HTTP_H 1

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "protocol/deadline.h"

enum { HTTP_ANSWER_MAX = 256 * 1024, HTTP_HEADERS_MAX = 64 * 1024 }; /* bytes */

/* A client keeps its connection between requests. One thread at a time. */
struct http_client;

struct http_settings {
    const char *ca_bundle; /* file, or NULL */
    const char *ca_path;   /* hashed folder, or NULL. Both NULL: the system's
                              hashed folder where there is one, else its
                              bundle */
    const char *proxy; /* "http://host:port", or NULL: none. Asked with CONNECT
                          for https, and never for http */
    const char *proxy_user; /* NULL: the proxy wants none */
    const char *proxy_password;
};

struct http_request {
    const char *url;
    const char *const *headers; /* "name: value", NULL at the end */
    const char *body;           /* POST when not NULL, else GET */
    size_t body_length;
    const char *method; /* in place of POST or GET: "PUT"; NULL: those */
};

struct http_answer {
    long status;
    struct buffer body;   /* secrets may be in it: erased on free */
    char request_id[129]; /* x-amzn-RequestId, "" when there was none */
    char error_type[129]; /* x-amzn-ErrorType, the same */
    time_t date;          /* of the Date header; 0 when there was none */
    bool has_age;         /* an Age header: it comes out of a cache */
    bool tls;             /* it came over TLS, the server being verified */
    struct moment received;
    int64_t took_ms;
    long retry_after_ms; /* x-amz-retry-after; 0 when there was none */
    bool broke;          /* -1: the connection ended before the answer did, or
                            could not be made; to ask again may help */
};

/* All strings of `settings` must outlive the client. NULL with `error` when
 * libcurl cannot start. */
struct http_client *http_client_new(const struct http_settings *settings,
                                    struct error *error);
void http_client_free(struct http_client *client);

/* Ask, before the deadline. Any status is an answer (0 returned); -1 with
 * ERROR_UNREACHABLE, ERROR_TLS, ERROR_AWS_TIMEOUT or ERROR_BAD_ANSWER, the
 * host named in the detail, or with ERROR_PROXY or ERROR_PROXY_REFUSED and the
 * proxy named too. Free with http_answer_free() in both cases. */
int http_ask(struct http_client *client, const struct http_request *request,
             struct deadline deadline, struct http_answer *answer,
             struct error *error);
void http_answer_free(struct http_answer *answer);

#endif
