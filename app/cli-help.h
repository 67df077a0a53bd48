#pragma once

#include "app/cli-arguments.h"

void  cli_print_options (CliArguments *arguments);
void  cli_print_wrapped (const char *text, guint indent);
char *cli_format_duration (double seconds);
char *cli_format_number (double value);
