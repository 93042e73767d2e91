/* x509_key.c - see x509_key.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/x509_key.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

enum { URI_MAX = 4096 };

const char *x509_key_why(void)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return why != NULL ? why : "no reason given";
}

/* A file that cannot be trusted is here a fault of the source. */
static int as_source(struct error *error)
{
    if (error->code == ERROR_CONFIGURATION)
        error->code = ERROR_SOURCE;
    return -1;
}

static int read_pin(const char *pin_file, struct buffer *pin,
                    struct error *error)
{
    /* One more for the line's end. */
    AUTO_BUFFER content = BUFFER(X509_PIN_MAX + 1);
    size_t length;

    if (pin_file == NULL)
        return 0;
    if (trusted_read(pin_file, true, &content, NULL, error) != 0)
        return as_source(error);
    length = strcspn(buffer_string(&content), "\r\n");
    if (length == 0 || length > X509_PIN_MAX ||
        content.length >
            length + strspn(buffer_string(&content) + length, "\r\n"))
        return error_set(error, ERROR_SOURCE,
                         "%s: one line with the PIN, of 1 to %d bytes, was "
                         "expected",
                         pin_file, X509_PIN_MAX);
    buffer_add(pin, content.data, length);
    return pin->failed
               ? error_set(error, ERROR_NO_MEMORY, "no memory for a PIN")
               : 0;
}

/* pem_password_cb(3): nobody is asked. */
static int give_pin(char *out, int size, int writing, void *context)
{
    const struct buffer *pin = context;

    (void)writing;
    if (size < 0 || pin->length == 0 || pin->length > (size_t)size)
        return -1;
    memcpy(out, pin->data, pin->length);
    return (int)pin->length;
}

static int load_file(const char *path, struct buffer *pin, struct x509_key *key,
                     struct error *error)
{
    AUTO_BUFFER content = BUFFER(TRUSTED_FILE_MAX);
    const char *text;
    BIO *bio;

    if (trusted_read(path, true, &content, NULL, error) != 0)
        return as_source(error);
    text = buffer_string(&content);
    bio = BIO_new_mem_buf(text, (int)content.length);
    if (bio == NULL)
        return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", path);
    key->key = PEM_read_bio_PrivateKey(bio, NULL, give_pin, pin);
    BIO_free(bio);
    if (key->key != NULL)
        return 0;
    if (strstr(text, "PRIVATE KEY-----") == NULL)
        (void)error_set(error, ERROR_SOURCE,
                        "%s holds no private key: one in PEM (-----BEGIN "
                        "PRIVATE KEY-----) was expected",
                        path);
    else if (strstr(text, "ENCRYPTED") != NULL && pin->length == 0)
        (void)error_set(error, ERROR_SOURCE,
                        "the private key in %s is encrypted: name the file "
                        "with its passphrase in `pin_file`",
                        path);
    else
        (void)error_set(
            error, ERROR_SOURCE, "the private key in %s cannot be read%s: %s",
            path, pin->length > 0 ? " with the passphrase of pin_file" : "",
            x509_key_why());
    ERR_clear_error();
    return -1;
}

/* Take "module-path=PATH" out of the query of a pkcs11: URI, since not every
 * plug-in reads it. `module` stays empty where there is none. */
static int split_module(const char *uri, struct buffer *plain,
                        struct buffer *module, struct error *error)
{
    static const char NAME[] = "module-path=";
    const char *query = strchr(uri, '?');
    char separator = '?';

    buffer_add(plain, uri, query != NULL ? (size_t)(query - uri) : strlen(uri));
    while (query != NULL && *query != '\0') {
        size_t length = strcspn(++query, "&");

        if (strncmp(query, NAME, sizeof(NAME) - 1) == 0) {
            buffer_clear(module);
            buffer_add(module, query + sizeof(NAME) - 1,
                       length - (sizeof(NAME) - 1));
        } else {
            buffer_add_char(plain, separator);
            buffer_add(plain, query, length);
            separator = '&';
        }
        query += length;
    }
    return plain->failed || module->failed
               ? error_set(error, ERROR_SOURCE, "%s is too long", uri)
               : 0;
}

/* The module is code that runs in the helper: root's own file, at the end of
 * whatever links lead there. */
static int check_module(const char *module, struct error *error)
{
    char *real = realpath(module, NULL);
    int fd;

    if (real == NULL)
        return error_set(error, ERROR_SOURCE,
                         "module-path %s cannot be found: %s", module,
                         strerror(errno));
    fd = trusted_open(real, false, NULL, error);
    free(real);
    if (fd < 0)
        return as_source(error);
    (void)close(fd);
    return 0;
}

static int load_pkcs11(const char *uri, const struct buffer *pin,
                       struct x509_key *key, struct error *error)
{
    AUTO_BUFFER plain = BUFFER(URI_MAX);
    AUTO_BUFFER named = BUFFER(URI_MAX);
    const char *module = NULL;
    int result;

    if (split_module(uri, &plain, &named, error) != 0)
        return -1;
    if (named.length > 0) {
        module = buffer_string(&named);
        if (check_module(module, error) != 0)
            return -1;
    }
    result = x509_key_by_provider("pkcs11", buffer_string(&plain), module, pin,
                                  key, error);
    if (result == 1)
        result =
            x509_key_by_engine(buffer_string(&plain), module, pin, key, error);
    if (result == 1)
        return error_set(error, ERROR_SOURCE,
                         "OpenSSL has no way to PKCS#11 on this host (%s): "
                         "install pkcs11-provider or libengine-pkcs11-openssl",
                         x509_key_why());
    return result;
}

/* tpm2-openssl asks for the authorization value of a handle only when the
 * name ends in "?pass". */
static int load_handle(const char *handle, const struct buffer *pin,
                       struct x509_key *key, struct error *error)
{
    AUTO_BUFFER uri = BUFFER(URI_MAX);
    int result;

    buffer_addf(&uri, "%s%s", handle, pin->length > 0 ? "?pass" : "");
    result = x509_key_by_provider("tpm2", buffer_string(&uri), NULL, pin, key,
                                  error);
    if (result == 1)
        return error_set(error, ERROR_SOURCE,
                         "OpenSSL has no way to a TPM on this host (%s): "
                         "install tpm2-openssl, and let the user awsrole read "
                         "and write /dev/tpmrm0",
                         x509_key_why());
    return result;
}

int x509_key_load(const char *name, const char *pin_file, struct x509_key *key,
                  struct error *error)
{
    AUTO_BUFFER pin = BUFFER(X509_PIN_MAX);

    *key = (struct x509_key){.name = name};
    ERR_clear_error();
    if (read_pin(pin_file, &pin, error) != 0)
        return -1;
    if (strncmp(name, X509_KEY_PKCS11, sizeof(X509_KEY_PKCS11) - 1) == 0)
        return load_pkcs11(name, &pin, key, error);
    if (strncmp(name, X509_KEY_HANDLE, sizeof(X509_KEY_HANDLE) - 1) == 0)
        return load_handle(name, &pin, key, error);
    return load_file(name, &pin, key, error);
}

void x509_key_free(struct x509_key *key)
{
    EVP_PKEY_free(key->key);
    x509_key_engine_free(key->engine);
    OSSL_LIB_CTX_free(key->context);
    *key = (struct x509_key){0};
}
