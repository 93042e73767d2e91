/* read_aws_file.c - print what is in AWS's own files: a driver of
 * aws_files_against_botocore.py.
 *
 * read_aws_file config|credentials PATH... prints for each file a line
 * "file", then "wrong SENTENCE", or for each profile "profile NAME" and for
 * each of its keys "pair KEY VALUE"; names and values in hex digits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "source/aws_file.h"

static void print_hex(const char *text)
{
    (void)putchar(' ');
    for (; *text != '\0'; text++)
        (void)printf("%02x", (unsigned)(unsigned char)*text);
}

static void print_file(const char *path, enum aws_file_kind kind)
{
    struct aws_file file;
    struct error error;

    (void)puts("file");
    if (aws_file_read(path, kind, false, &file, &error) != 0) {
        (void)printf("wrong %s\n", error.detail);
        aws_file_free(&file);
        return;
    }
    for (size_t i = 0; i < file.section_count; i++) {
        const struct aws_section *section = &file.section[i];

        /* Of two with one name, the one that counts. */
        if (section->profile == NULL ||
            aws_file_profile(&file, section->profile) != section)
            continue;
        (void)printf("profile");
        print_hex(section->profile);
        for (size_t k = 0; k < file.pair_count; k++) {
            if (file.pair[k].section != section->number)
                continue;
            (void)printf("\npair");
            print_hex(file.pair[k].key);
            print_hex(aws_file_value(&file, section, file.pair[k].key));
        }
        (void)putchar('\n');
    }
    aws_file_free(&file);
}

int main(int argc, char **argv)
{
    enum aws_file_kind kind = AWS_CREDENTIALS_FILE;

    if (argc < 2)
        return 2;
    if (strcmp(argv[1], "config") == 0)
        kind = AWS_CONFIG_FILE;
    for (int i = 2; i < argc; i++)
        print_file(argv[i], kind);
    return fflush(stdout) == 0 ? 0 : 1;
}
