#pragma once

#include <glib.h>

#include "core/analysis/result.h"
#include "core/base/progress.h"

char *kappa_words_duration  (double seconds);
char *kappa_words_progress  (const KappaProgressState *state, gboolean paused);
char *kappa_words_count     (guint64 n);
char *kappa_words_short     (guint64 n);
char *kappa_words_bytes     (guint64 n);
char *kappa_words_when      (gint64 time);
char *kappa_words_title     (const char *name);
char *kappa_words_value     (double value, const char *unit);
char *kappa_words_scalar    (const KappaScalar *scalar);
char *kappa_words_certainty (const KappaScalar *scalar);
