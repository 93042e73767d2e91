/* test_files.c - which files are trusted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include <errno.h>

#include "base/files.h"

static void expect_refused(const char *path, bool secret, const char *part)
{
    struct buffer content = BUFFER(TRUSTED_FILE_MAX);
    struct error error = {0};

    assert_int_equal(trusted_read(path, secret, &content, NULL, &error), -1);
    assert_int_equal(error.code, ERROR_CONFIGURATION);
    if (strstr(error.detail, part) == NULL)
        fail_msg("expected \"%s\" in: %s", part, error.detail);
    assert_non_null(strstr(error.detail, path[0] == '/' ? "/tmp/" : path));
    buffer_free(&content);
}

static void expect_read(const char *path, bool secret, const char *text)
{
    struct buffer content = BUFFER(TRUSTED_FILE_MAX);
    struct error error = {0};

    if (trusted_read(path, secret, &content, NULL, &error) != 0)
        fail_msg("%s", error.detail);
    assert_string_equal(buffer_string(&content), text);
    buffer_free(&content);
}

static void reads_a_file_of_root(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_read(scratch_write("a", "hello\n"), false, "hello\n");
    expect_read(scratch_write("a", "hello\n"), true, "hello\n");
    expect_read(scratch_write("empty", ""), false, "");
}

static void says_when_only_the_file_is_missing(void **state)
{
    struct error error;
    bool missing = false;

    (void)state;
    NEEDS_ROOT();
    assert_int_equal(
        trusted_open(scratch_path("none"), false, &missing, &error), -1);
    assert_true(missing);
    assert_int_equal(
        trusted_open(scratch_path("no/folder"), false, &missing, &error), -1);
    assert_true(missing);
    (void)scratch_write_bytes("open", "", 0, 0666);
    assert_int_equal(
        trusted_open(scratch_path("open"), false, &missing, &error), -1);
    assert_false(missing);
}

static void refuses_a_file_that_others_own_or_write(void **state)
{
    const char *path;

    (void)state;
    NEEDS_ROOT();
    expect_refused(scratch_write_bytes("g", "", 0, 0660), false,
                   "writable by others");
    expect_refused(scratch_write_bytes("o", "", 0, 0606), false,
                   "writable by others");
    path = scratch_write("u", "");
    assert_int_equal(chown(path, 12345, 0), 0);
    expect_refused(path, false, "uid 12345");
}

static void refuses_a_secret_that_everybody_can_read(void **state)
{
    const char *path = scratch_write_bytes("s", "x", 1, 0644);

    (void)state;
    NEEDS_ROOT();
    expect_read(path, false, "x");
    expect_refused(path, true, "everybody can read it");
}

static void refuses_a_folder_that_others_own_or_write(void **state)
{
    (void)state;
    NEEDS_ROOT();
    assert_int_equal(mkdir(scratch_path("d"), 0755), 0);
    (void)scratch_write("d/f", "x");
    expect_read(scratch_path("d/f"), false, "x");
    assert_int_equal(chmod(scratch_path("d"), 0775), 0);
    expect_refused(scratch_path("d/f"), false, "folder");
    /* Root's folder with the sticky bit may be writable, as /tmp is. */
    assert_int_equal(chmod(scratch_path("d"), 01777), 0);
    expect_read(scratch_path("d/f"), false, "x");
    assert_int_equal(chmod(scratch_path("d"), 0755), 0);
    assert_int_equal(chown(scratch_path("d"), 12345, 0), 0);
    expect_refused(scratch_path("d/f"), false, "belongs to uid 12345");
}

static void refuses_symbolic_links_everywhere(void **state)
{
    (void)state;
    NEEDS_ROOT();
    assert_int_equal(mkdir(scratch_path("real"), 0755), 0);
    (void)scratch_write("real/f", "x");
    assert_int_equal(symlink("real", scratch_path("link")), 0);
    assert_int_equal(symlink("f", scratch_path("real/l")), 0);
    expect_refused(scratch_path("real/l"), false, "symbolic link");
    expect_refused(scratch_path("link/f"), false, "symbolic link");
}

static void refuses_what_is_no_file_without_blocking(void **state)
{
    (void)state;
    NEEDS_ROOT();
    /* Nobody writes to the FIFO: an open that waits would never return. */
    (void)alarm(5);
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    expect_refused(scratch_path("fifo"), false, "a FIFO");
    assert_int_equal(mkdir(scratch_path("folder"), 0700), 0);
    expect_refused(scratch_path("folder"), false, "a folder");
    if (mknod(scratch_path("zero"), S_IFCHR | 0600, (dev_t)0x105) == 0)
        expect_refused(scratch_path("zero"), false, "a device");
    (void)alarm(0);
}

static void refuses_a_path_that_is_not_absolute(void **state)
{
    (void)state;
    expect_refused("etc/awsrole.conf", false, "not an absolute path");
    expect_refused("", false, "not an absolute path");
}

static void refuses_a_long_file_before_reading_it(void **state)
{
    const char *path = scratch_write("huge", "x");
    struct buffer content = BUFFER(TRUSTED_FILE_MAX);
    struct error error;

    (void)state;
    NEEDS_ROOT();
    /* 1 GiB with nothing in it: reading it all would show in memory. */
    assert_int_equal(truncate(path, 1L << 30), 0);
    assert_int_equal(trusted_read(path, false, &content, NULL, &error), -1);
    assert_non_null(strstr(error.detail, "longer than 1048576 bytes"));
    assert_int_equal(content.capacity, 0);
    buffer_free(&content);
}

static void refuses_nul_bytes(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_refused(scratch_write_bytes("nul", "a\0b", 3, 0600), false,
                   "NUL byte");
}

static void opens_a_trusted_folder_for_listing(void **state)
{
    struct error error;
    bool missing = false;
    int fd;

    (void)state;
    NEEDS_ROOT();
    assert_int_equal(mkdir(scratch_path("conf.d"), 0755), 0);
    fd = trusted_open_folder(scratch_path("conf.d"), &missing, &error);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(chmod(scratch_path("conf.d"), 0777), 0);
    assert_int_equal(
        trusted_open_folder(scratch_path("conf.d"), &missing, &error), -1);
    assert_false(missing);
    assert_int_equal(
        trusted_open_folder(scratch_path("none.d"), &missing, &error), -1);
    assert_true(missing);
}

static void writes_all_of_it(void **state)
{
    const char *path = scratch_path("out");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char back[8] = "";

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write_all(fd, "hello", 5), 0);
    assert_int_equal(pread(fd, back, sizeof(back), 0), 5);
    assert_string_equal(back, "hello");
    (void)close(fd);
    errno = 0;
    assert_int_equal(write_all(-1, "x", 1), -1);
    assert_int_equal(errno, EBADF);
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(reads_a_file_of_root),
        FILE_TEST(says_when_only_the_file_is_missing),
        FILE_TEST(refuses_a_file_that_others_own_or_write),
        FILE_TEST(refuses_a_secret_that_everybody_can_read),
        FILE_TEST(refuses_a_folder_that_others_own_or_write),
        FILE_TEST(refuses_symbolic_links_everywhere),
        FILE_TEST(refuses_what_is_no_file_without_blocking),
        FILE_TEST(refuses_a_path_that_is_not_absolute),
        FILE_TEST(refuses_a_long_file_before_reading_it),
        FILE_TEST(refuses_nul_bytes),
        FILE_TEST(opens_a_trusted_folder_for_listing),
        FILE_TEST(writes_all_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
