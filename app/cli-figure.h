#pragma once

#include "app/cli-arguments.h"
#include "core/analysis/result.h"

void     cli_declare_figure_options (CliArguments *arguments, const char *analysis);
gboolean cli_check_figure_options   (CliArguments *arguments, const char *analysis, GError **error);
gboolean cli_check_place            (const char *path, GError **error);
gboolean cli_check_outputs          (CliArguments *arguments, GError **error);
gboolean cli_write_outputs          (CliArguments *arguments, KappaResult *result, const char *analysis, const char *title,
                                     const char *recipe, GError **error);
