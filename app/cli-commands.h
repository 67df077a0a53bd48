#pragma once

#include "app/cli-arguments.h"
#include "core/analysis/analysis.h"

/**
 * CliCommand:
 * @usage: what follows the name
 * @declare: makes its options known
 * @run: does it
 *
 * A command that is not an analysis. Those are made from the registry.
 */
typedef struct
{
  const char *name;
  const char *usage;
  const char *summary;
  void (*declare) (CliArguments *arguments);
  gboolean (*run) (CliArguments *arguments, GError **error);
} CliCommand;

extern const CliCommand cli_command_classify;
extern const CliCommand cli_command_inspect;
extern const CliCommand cli_command_run;
extern const CliCommand cli_command_runs;
extern const CliCommand cli_command_export;
extern const CliCommand cli_command_convert;
extern const CliCommand cli_command_demo;

gboolean cli_run_analysis (CliArguments *arguments, KappaAnalysis *analysis, KappaInputs *inputs, gboolean in_full,
                           GError **error);
gboolean cli_need_places  (CliArguments *arguments, guint n, const char *what, GError **error);
