#pragma once

#include "core/base/progress.h"

/**
 * CliProgress:
 *
 * One line on standard error that says how far a computation is, rewritten five times a second, while a main loop runs.
 * Nothing is shown where standard error is not a terminal.
 */
typedef struct _CliProgress CliProgress;

CliProgress *cli_progress_new  (KappaProgress *progress);
void         cli_progress_free (CliProgress *self);
