#pragma once

#include <gio/gio.h>

/**
 * CliOption:
 * @name: without dashes
 * @metavar: (nullable): what its value looks like; %NULL for a switch, which also understands --name=true and --name=false
 * @fallback: (nullable): what counts if it is not given, for the help
 * @notes: (nullable): further lines of help, each ended by a line feed
 * @group: heading under which the help lists it
 *
 * One option of a command. Free with cli_option_free().
 */
typedef struct
{
  char *name;
  char *metavar;
  char *blurb;
  char *fallback;
  char *notes;
  const char *group;
} CliOption;

/**
 * CliArguments:
 *
 * The arguments of one command: options anywhere, "--name value" or "--name=value", until "--". A value may begin with a
 * dash, as in "--x -1:1:51", but not with two.
 */
typedef struct _CliArguments CliArguments;

CliArguments      *cli_arguments_new         (void);
void               cli_arguments_free        (CliArguments *self);
void               cli_arguments_declare     (CliArguments *self, const char *group, const char *name, const char *metavar,
                                              const char *fallback, const char *blurb);
void               cli_arguments_add_note    (CliArguments *self, const char *note);
gboolean           cli_arguments_parse       (CliArguments *self, char **arguments, GError **error);
gboolean           cli_arguments_knows       (CliArguments *self, const char *name);
gboolean           cli_arguments_has         (CliArguments *self, const char *name);
gboolean           cli_arguments_get_switch  (CliArguments *self, const char *name);
const char        *cli_arguments_get         (CliArguments *self, const char *name);
const char *const *cli_arguments_get_all     (CliArguments *self, const char *name, guint *n);
const char *const *cli_arguments_get_places  (CliArguments *self, guint *n);
const GPtrArray   *cli_arguments_get_options (CliArguments *self);
char              *cli_nearest               (const char *word, const char *const *known, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliArguments, cli_arguments_free)
