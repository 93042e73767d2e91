/* x509_engine.c - x509_key_by_engine(), see x509_key.h: libp11's engine, for
 * hosts that have no provider for PKCS#11.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <openssl/opensslconf.h>

#include "aws/x509_key.h"

#ifndef OPENSSL_NO_ENGINE

/* Engines are deprecated since OpenSSL 3.0, and all that Debian 12 has. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

static bool set(ENGINE *engine, const char *command, const char *value)
{
    return ENGINE_ctrl_cmd_string(engine, command, value, 0) == 1;
}

int x509_key_by_engine(const char *uri, const char *module,
                       const struct buffer *pin, struct x509_key *key,
                       struct error *error)
{
    UI_METHOD *nobody;
    ENGINE *engine;

    (void)OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC, NULL);
    engine = ENGINE_by_id("pkcs11");
    if (engine == NULL)
        return 1;
    ERR_clear_error();
    if ((module != NULL && !set(engine, "MODULE_PATH", module)) ||
        (pin->length > 0 && !set(engine, "PIN", buffer_string(pin))) ||
        ENGINE_init(engine) != 1) {
        ENGINE_free(engine);
        return error_set(error, ERROR_SOURCE,
                         "OpenSSL's engine pkcs11 does not start with %s: %s",
                         module != NULL ? module : "the module of p11-kit",
                         x509_key_why());
    }
    key->engine = engine;
    /* One that asks nothing: no question is put to anybody. */
    nobody = UI_create_method("nobody");
    if (nobody != NULL)
        key->key = ENGINE_load_private_key(engine, uri, nobody, NULL);
    UI_destroy_method(nobody);
    if (key->key != NULL)
        return 0;
    return error_set(error, ERROR_SOURCE,
                     "OpenSSL's engine pkcs11 finds no private key for %s: "
                     "%s; check that the user awsrole may use the token, that "
                     "the key is there, and its PIN in `pin_file`",
                     uri, x509_key_why());
}

void x509_key_engine_free(void *engine)
{
    if (engine == NULL)
        return;
    (void)ENGINE_finish(engine);
    (void)ENGINE_free(engine);
}

#else

int x509_key_by_engine(const char *uri, const char *module,
                       const struct buffer *pin, struct x509_key *key,
                       struct error *error)
{
    (void)uri;
    (void)module;
    (void)pin;
    (void)key;
    (void)error;
    return 1;
}

void x509_key_engine_free(void *engine)
{
    (void)engine;
}

#endif
