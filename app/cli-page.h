#pragma once

#include "app/cli-arguments.h"
#include "ui/plot/export.h"

#define CLI_GROUP_FIGURES "Figures (png, svg, pdf)"

void     cli_declare_page_options (CliArguments *arguments, const char *kinds);
gboolean cli_read_page            (CliArguments *arguments, KappaExportOptions *options, GError **error);
