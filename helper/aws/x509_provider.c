/* x509_provider.c - x509_key_by_provider(), see x509_key.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <string.h>

#include "aws/x509_key.h"

enum { CONFIGURATION_MAX = 8192, QUERY_BYTES = 64 };

/* A provider takes its settings from an openssl.cnf alone: this is one. */
static bool write_configuration(struct buffer *text, const char *provider,
                                const char *module)
{
    buffer_addf(text,
                "openssl_conf = all\n"
                "[all]\n"
                "providers = both\n"
                "[both]\n"
                "default = software\n"
                "%s = hardware\n"
                "[software]\n"
                "activate = 1\n"
                "[hardware]\n"
                "activate = 1\n",
                provider);
    if (module != NULL)
        buffer_addf(text, "pkcs11-module-path = %s\n", module);
    return !text->failed;
}

static bool configure(OSSL_LIB_CTX *context, const struct buffer *text)
{
    CONF *conf = NCONF_new_ex(context, NULL);
    BIO *bio = BIO_new_mem_buf(buffer_string(text), (int)text->length);
    long line = 0;
    bool good = conf != NULL && bio != NULL &&
                NCONF_load_bio(conf, bio, &line) == 1 &&
                CONF_modules_load(conf, NULL, 0) == 1;

    BIO_free(bio);
    NCONF_free(conf);
    return good;
}

/* pem_password_cb(3) */
static int give_pin(char *out, int size, int writing, void *context)
{
    const struct buffer *pin = context;

    (void)writing;
    if (size < 0 || pin->length > (size_t)size)
        return -1;
    if (pin->length > 0)
        memcpy(out, pin->data, pin->length);
    return (int)pin->length;
}

/* The first key behind a URI. */
static EVP_PKEY *from_store(OSSL_LIB_CTX *context, const char *provider,
                            const char *uri, const struct buffer *pin)
{
    UI_METHOD *ask_pin = UI_UTIL_wrap_read_pem_callback(give_pin, 0);
    char query[QUERY_BYTES];
    OSSL_STORE_CTX *store = NULL;
    EVP_PKEY *key = NULL;
    struct buffer own = *pin; /* borrowed: the callback's type is not const */

    (void)snprintf(query, sizeof(query), "provider=%s", provider);
    if (ask_pin != NULL)
        store = OSSL_STORE_open_ex(uri, context, query, ask_pin, &own, NULL,
                                   NULL, NULL);
    if (store != NULL) {
        (void)OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
        while (key == NULL && OSSL_STORE_eof(store) != 1) {
            OSSL_STORE_INFO *info = OSSL_STORE_load(store);

            if (info == NULL)
                break;
            key = OSSL_STORE_INFO_get1_PKEY(info);
            OSSL_STORE_INFO_free(info);
        }
        (void)OSSL_STORE_close(store);
    }
    UI_destroy_method(ask_pin);
    return key;
}

int x509_key_by_provider(const char *provider, const char *uri,
                         const char *module, const struct buffer *pin,
                         struct x509_key *key, struct error *error)
{
    AUTO_BUFFER text = BUFFER(CONFIGURATION_MAX);

    OPENSSL_load_builtin_modules();
    key->context = OSSL_LIB_CTX_new();
    if (key->context == NULL || !write_configuration(&text, provider, module))
        return error_set(error, ERROR_NO_MEMORY, "no memory for a provider");
    if (!configure(key->context, &text) ||
        OSSL_PROVIDER_available(key->context, provider) != 1) {
        OSSL_LIB_CTX_free(key->context);
        key->context = NULL;
        return 1;
    }
    ERR_clear_error();
    /* Else OpenSSL exports the key to its own provider first, and what can be
     * exported is the public half. The TPM need not hash. */
    key->properties = strcmp(provider, "tpm2") == 0
                          ? "?provider=tpm2,tpm2.digest!=yes"
                          : "?provider=pkcs11";
    key->key = from_store(key->context, provider, uri, pin);
    if (key->key != NULL)
        return 0;
    return error_set(error, ERROR_SOURCE,
                     "OpenSSL's provider %s gives no private key for %s: %s; "
                     "check that the user awsrole may use the device, that "
                     "the key is there, and its PIN in `pin_file`",
                     provider, uri, x509_key_why());
}
