#include "ui/kappa-view-options.h"

#include <adwaita.h>

#include "ui/kappa-validated-row.h"
#include "ui/kappa-words.h"

/* A list of rows, one for each view option of a figure, made from its properties. */

typedef struct
{
  KappaFigure *figure;
  const char *name; /* interned by GObject */
} Option;

static Option *
option_new (KappaFigure *figure, const char *name)
{
  Option *option = g_new (Option, 1);

  *option = (Option) { g_object_ref (figure), name };
  return option;
}

static void
option_free (gpointer data)
{
  Option *option = data;

  g_object_unref (option->figure);
  g_free (option);
}

static gboolean
accept_text (const char *text, gpointer data, GError **error)
{
  Option *option = data;

  return kappa_figure_set_text (option->figure, option->name, text, error);
}

static void
show_text (KappaFigure *figure, GParamSpec *spec, GtkWidget *row)
{
  g_autofree char *text = kappa_figure_dup_text (figure, spec->name);

  if (!(gtk_widget_get_state_flags (row) & GTK_STATE_FLAG_FOCUS_WITHIN))
    kappa_validated_row_set_text (KAPPA_VALIDATED_ROW (row), text != NULL ? text : "");
}

static GtkWidget *
make_entry (KappaFigure *figure, GParamSpec *spec, const char *title)
{
  GtkWidget *row
      = kappa_validated_row_new (title, accept_text, option_new (figure, spec->name), option_free);
  g_autofree char *signal = g_strconcat ("notify::", spec->name, NULL);

  show_text (figure, spec, row);
  g_signal_connect_object (figure, signal, G_CALLBACK (show_text), row, 0);
  return row;
}

static GtkWidget *
make_switch (KappaFigure *figure, GParamSpec *spec, const char *title)
{
  GtkWidget *row = adw_action_row_new (), *toggle = gtk_switch_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  g_object_bind_property (figure, spec->name, toggle, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  return row;
}

/* Enumerations are numbered from 0 in the order in which they are listed. */
static gboolean
to_position (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_uint (to, (guint)g_value_get_enum (from));
  return TRUE;
}

static gboolean
to_value (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  if (g_value_get_uint (from) == GTK_INVALID_LIST_POSITION)
    return FALSE;
  g_value_set_enum (to, (int)g_value_get_uint (from));
  return TRUE;
}

static GtkWidget *
make_choice (KappaFigure *figure, GParamSpec *spec, const char *title)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;
  g_autoptr (GtkStringList) choices = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();

  for (guint i = 0; i < klass->n_values; i++)
    gtk_string_list_append (choices, klass->values[i].value_nick);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (choices));
  g_object_bind_property_full (figure, spec->name, row, "selected",
                               G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, to_position,
                               to_value, NULL, NULL);
  return row;
}

static GtkWidget *
make_row (KappaFigure *figure, GParamSpec *spec)
{
  g_autofree char *title = kappa_words_title (spec->name);
  GtkWidget *row;

  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    row = make_switch (figure, spec, title);
  else if (G_IS_PARAM_SPEC_ENUM (spec))
    row = make_choice (figure, spec, title);
  else
    row = make_entry (figure, spec, title);
  gtk_widget_set_tooltip_text (row, g_param_spec_get_blurb (spec));
  return row;
}

/**
 * kappa_view_options_new:
 * @skip: (array zero-terminated=1): names of options that are shown elsewhere
 *
 * Returns: (transfer floating): a list of rows; it keeps the figure alive
 */
GtkWidget *
kappa_view_options_new (KappaFigure *figure, const char *const *skip)
{
  GtkWidget *list = gtk_list_box_new ();
  g_auto (GStrv) names = kappa_figure_list_options (figure);

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; names[i] != NULL; i++)
    if (!g_strv_contains (skip, names[i]))
      gtk_list_box_append (
          GTK_LIST_BOX (list),
          make_row (figure, g_object_class_find_property (G_OBJECT_GET_CLASS (figure), names[i])));
  return list;
}
