#pragma once

#include "app/cli-arguments.h"
#include "core/analysis/analysis.h"
#include "core/store/workspace.h"

void            cli_declare_analysis   (CliArguments *arguments, KappaAnalysis *analysis);
void            cli_declare_model      (CliArguments *arguments);
void            cli_declare_running    (CliArguments *arguments);
void            cli_declare_output     (CliArguments *arguments);
void            cli_declare_workspace  (CliArguments *arguments);
void            cli_declare_help       (CliArguments *arguments);

gboolean        cli_apply_analysis     (CliArguments *arguments, KappaAnalysis *analysis, KappaInputs *inputs, GError **error);
gboolean        cli_read_context       (CliArguments *arguments, KappaContext *context, GError **error);
KappaWorkspace *cli_open_workspace     (CliArguments *arguments, gboolean needed, GError **error);
