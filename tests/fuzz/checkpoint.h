#pragma once

#include <gio/gio.h>
#include <stdint.h>
#include <stdlib.h>

int  LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
void fuzz_checkpoint        (GBytes *bytes);
