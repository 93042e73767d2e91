/* http_failure.c - see http_failure.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/http_failure.h"

#include <string.h>

/* Did the line break during the handshake, rather than a certificate fail?
 * libcurl has one code for both; CURLINFO_OS_ERRNO may be that of an address
 * tried before. */
static bool line_broke(const char *why)
{
    return strstr(why, "SSL_ERROR_SYSCALL") != NULL ||
           strstr(why, "onnection reset") != NULL;
}

enum error_code failure_code(CURLcode result, const char *why)
{
    switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
        return ERROR_AWS_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
        return line_broke(why) ? ERROR_UNREACHABLE : ERROR_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_USE_SSL_FAILED:
        return ERROR_TLS;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_INTERFACE_FAILED:
        return ERROR_UNREACHABLE;
    case CURLE_OUT_OF_MEMORY:
        return ERROR_NO_MEMORY;
    case CURLE_URL_MALFORMAT:
        return ERROR_CONFIGURATION;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9, or no HTTP at all */
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
        return ERROR_BAD_ANSWER;
    default:
        return ERROR_INTERNAL;
    }
}

bool failure_is_broken(CURLcode result, const char *why)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return true;
    case CURLE_SSL_CONNECT_ERROR:
        return line_broke(why);
    default:
        return false;
    }
}

int failure_of_proxy(const char *proxy, bool logged_in, long status,
                     const char *host, const char *why, struct error *error)
{
    if (status == 407)
        return error_set(error, ERROR_PROXY_REFUSED,
                         !logged_in
                             ? "the proxy %s wants a user and a password "
                               "before it opens a tunnel to %s (HTTP 407)"
                             : "the proxy %s does not accept the user and "
                               "password of proxy_credentials_file for a "
                               "tunnel to %s (HTTP 407)",
                         proxy, host);
    if (status >= 400 && status < 500 && status != 429)
        return error_set(error, ERROR_PROXY_REFUSED,
                         "the proxy %s refuses a tunnel to %s (HTTP %ld)",
                         proxy, host, status);
    if (status != 0)
        return error_set(error, ERROR_PROXY,
                         "the proxy %s opened no tunnel to %s (HTTP %ld)",
                         proxy, host, status);
    return error_set(error, ERROR_PROXY,
                     "the proxy %s opened no tunnel to %s: %s", proxy, host,
                     why);
}
