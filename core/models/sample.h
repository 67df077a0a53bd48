#pragma once

#include <glib.h>

/* What the bundled sample consists of, relative to its folder. */
#define KAPPA_SAMPLE_MODEL  "resnet20-12fca82f.th"
#define KAPPA_SAMPLE_IMAGES "test_batch_400.bin"

char *kappa_sample_dir (void);
