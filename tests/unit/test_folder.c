/* test_folder.c - what becomes of a session's file when its ACL cannot be set.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/acl.h>
#include <unistd.h>

#include "scratch.h"
#include "session/folder.h"

/* What acl_set_fd(3) says here, in place of libacl's own. */
static int refusal;

int acl_set_fd(int fd, acl_t acl)
{
    (void)fd;
    (void)acl;
    errno = refusal;
    return refusal != 0 ? -1 : 0;
}

static int write_one(int number, struct error *error)
{
    AUTO_BUFFER text = BUFFER(64);
    int folder = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result;

    assert_true(folder >= 0);
    (void)unlinkat(folder, ".new.credentials", 0);
    buffer_add_string(&text, "[sre]\n");
    refusal = number;
    result = folder_write(folder, "credentials", &text, 1001, error);
    (void)close(folder);
    return result;
}

static void a_file_that_its_person_could_not_read_is_not_given(void **state)
{
    static const int numbers[] = {ENOSPC, EDQUOT, ENOMEM, EPERM};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct error error = {0};

        assert_int_equal(write_one(numbers[i], &error), -1);
        assert_int_equal(error.code, ERROR_SESSION_FILES);
        assert_non_null(strstr(error.detail, strerror(numbers[i])));
        assert_int_equal(access(scratch_path("credentials"), F_OK), -1);
    }
}

static void a_file_system_without_acls_is_named(void **state)
{
    struct error error = {0};

    (void)state;
    assert_int_equal(write_one(EOPNOTSUPP, &error), -1);
    assert_int_equal(error.code, ERROR_NO_ACL);
    assert_int_equal(access(scratch_path("credentials"), F_OK), -1);
}

static void with_its_acl_the_file_gets_its_name(void **state)
{
    struct error error = {0};

    (void)state;
    assert_int_equal(write_one(0, &error), 0);
    assert_int_equal(access(scratch_path("credentials"), F_OK), 0);
    assert_int_equal(access(scratch_path(".new.credentials"), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_its_person_could_not_read_is_not_given),
        cmocka_unit_test(a_file_system_without_acls_is_named),
        cmocka_unit_test(with_its_acl_the_file_gets_its_name),
    };

    return cmocka_run_group_tests_name("folder", tests, scratch_setup,
                                       scratch_teardown);
}
