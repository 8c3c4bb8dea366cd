/* replay.c - main for a fuzz target without libFuzzer: runs it over files and folders of files.
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static void run(const char *path)
{
    FILE *f = fopen(path, "rb");
    long n = f != NULL && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    uint8_t *data = n < 0 ? NULL : malloc((size_t)n + 1); /* exactly as large as it has to be: a sanitizer sees what lies behind it */
    if (data == NULL || fseek(f, 0, SEEK_SET) != 0 || fread(data, 1, (size_t)n, f) != (size_t)n) {
        perror(path);
        exit(2);
    }
    fclose(f);
    data = realloc(data, n > 0 ? (size_t)n : 1);
    LLVMFuzzerTestOneInput(data, (size_t)n);
    free(data);
}

int main(int argc, char **argv)
{
    int count = 0;
    if (LLVMFuzzerInitialize != NULL) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        if (d == NULL) {
            run(argv[i]);
            count++;
            continue;
        }
        for (struct dirent *e; (e = readdir(d)) != NULL;) {
            char path[4096];
            if (e->d_name[0] != '.') {
                snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
                run(path);
                count++;
            }
        }
        closedir(d);
    }
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 2;
}
