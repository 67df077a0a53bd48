#include "ui/kappa-parameter-row.h"

#include <adwaita.h>

#include "ui/kappa-validated-row.h"

/*
 * A row for one parameter of an analysis, made from what its table says: a switch, a list of
 * choices, a spin button, or an entry that says what is wrong with its text. Parameter and row
 * follow each other.
 */

typedef struct
{
  KappaAnalysis *analysis;
  const KappaProperty *property;
} Parameter;

static Parameter *
parameter_new (KappaAnalysis *analysis, const KappaProperty *property)
{
  Parameter *parameter = g_new (Parameter, 1);

  *parameter = (Parameter) { g_object_ref (analysis), property };
  return parameter;
}

static void
parameter_free (gpointer data)
{
  Parameter *parameter = data;

  g_object_unref (parameter->analysis);
  g_free (parameter);
}

/* "x: 3 was given, expected …" names the property for the command line; here the row stands beside
 * it. */
static void
drop_prefix (const KappaProperty *property, GError *error)
{
  gsize length = strlen (property->name);
  char *rest;

  if (!g_str_has_prefix (error->message, property->name)
      || !g_str_has_prefix (error->message + length, ": "))
    return;
  rest = g_strdup (error->message + length + 2);
  *rest = g_ascii_toupper (*rest);
  g_free (error->message);
  error->message = rest;
}

static gboolean
accept_text (const char *text, gpointer data, GError **error)
{
  Parameter *parameter = data;
  g_autoptr (GError) cause = NULL;

  if (kappa_analysis_set_text (parameter->analysis, parameter->property->name, text, &cause))
    return TRUE;
  drop_prefix (parameter->property, cause);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static char *
dup_title (const KappaProperty *property)
{
  return *property->unit != '\0' ? g_strdup_printf ("%s (%s)", property->title, property->unit)
                                 : g_strdup (property->title);
}

static void
show_text (KappaAnalysis *analysis, GParamSpec *spec, GtkWidget *row)
{
  KappaValidatedRow *entry = KAPPA_VALIDATED_ROW (row);
  g_autofree char *text = kappa_analysis_dup_text (analysis, spec->name);
  const KappaProperty *property = kappa_analysis_find_property (analysis, spec->name);
  g_auto (GValue) shown = G_VALUE_INIT;
  g_autofree char *same = NULL;

  /* "-1:1:051" means what is set already: it is not rewritten under the hands of who types it. */
  kappa_property_init_value (property, &shown);
  if (kappa_property_parse (property, kappa_validated_row_get_text (entry), &shown, NULL))
    same = kappa_property_to_text (property, &shown);
  if (g_strcmp0 (same, text) != 0)
    kappa_validated_row_set_text (entry, text);
}

static void
connect_notify (KappaAnalysis *analysis,
                const KappaProperty *property,
                GCallback callback,
                GtkWidget *row)
{
  g_autofree char *signal = g_strconcat ("notify::", property->name, NULL);

  g_signal_connect_object (analysis, signal, callback, row, 0);
}

static GtkWidget *
make_entry (KappaAnalysis *analysis, const KappaProperty *property)
{
  g_autofree char *title = dup_title (property);
  g_autofree char *text = kappa_analysis_dup_text (analysis, property->name);
  GtkWidget *row = kappa_validated_row_new (title, accept_text, parameter_new (analysis, property),
                                            parameter_free);

  kappa_validated_row_set_text (KAPPA_VALIDATED_ROW (row), text);
  if (property->type == KAPPA_PROPERTY_RANGE)
    kappa_validated_row_set_hint (KAPPA_VALIDATED_ROW (row), "first:last:count");
  connect_notify (analysis, property, G_CALLBACK (show_text), row);
  return row;
}

static GtkWidget *
make_switch (KappaAnalysis *analysis, const KappaProperty *property)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), property->title);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  g_object_bind_property (analysis, property->name, toggle, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  return row;
}

static void
choice_cb (AdwComboRow *row, GParamSpec *spec, Parameter *parameter)
{
  GtkStringObject *chosen = adw_combo_row_get_selected_item (row);

  if (chosen != NULL)
    kappa_analysis_set_text (parameter->analysis, parameter->property->name,
                             gtk_string_object_get_string (chosen), NULL);
}

static void
show_choice (KappaAnalysis *analysis, GParamSpec *spec, GtkWidget *row)
{
  GListModel *choices = adw_combo_row_get_model (ADW_COMBO_ROW (row));
  g_autofree char *text = kappa_analysis_dup_text (analysis, spec->name);

  for (guint i = 0; i < g_list_model_get_n_items (choices); i++)
    {
      g_autoptr (GtkStringObject) choice = g_list_model_get_item (choices, i);

      if (g_str_equal (gtk_string_object_get_string (choice), text))
        adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
    }
}

static GtkWidget *
make_choice (KappaAnalysis *analysis, const KappaProperty *property)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (property->enum_type ());
  g_autoptr (GtkStringList) choices = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();

  for (guint i = 0; i < klass->n_values; i++)
    gtk_string_list_append (choices, klass->values[i].value_nick);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), property->title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (choices));
  show_choice (analysis,
               g_object_class_find_property (G_OBJECT_GET_CLASS (analysis), property->name), row);
  g_signal_connect_data (row, "notify::selected", G_CALLBACK (choice_cb),
                         parameter_new (analysis, property),
                         (GClosureNotify)(void (*) (void))parameter_free, 0);
  connect_notify (analysis, property, G_CALLBACK (show_choice), row);
  return row;
}

static gboolean
to_double (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_double (to, (double)g_value_get_int64 (from));
  return TRUE;
}

static gboolean
to_integer (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_int64 (to, (gint64)g_value_get_double (from));
  return TRUE;
}

static GtkWidget *
make_spin (KappaAnalysis *analysis, const KappaProperty *property)
{
  g_autofree char *title = dup_title (property);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *spin = gtk_spin_button_new_with_range (property->minimum, property->maximum, 1.0);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), spin);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), spin);
  g_object_bind_property_full (analysis, property->name, spin, "value",
                               G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, to_double,
                               to_integer, NULL, NULL);
  return row;
}

/* Spin buttons are for numbers one counts up and down; a seed may be any of 2^53. */
static gboolean
is_countable (const KappaProperty *property)
{
  return property->type == KAPPA_PROPERTY_INTEGER && property->maximum <= 1e6
         && !(property->flags & KAPPA_PROPERTY_ABOVE_MINIMUM);
}

static GtkWidget *
make_row (KappaAnalysis *analysis, const KappaProperty *property)
{
  switch (property->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      return make_switch (analysis, property);
    case KAPPA_PROPERTY_ENUM:
      return make_choice (analysis, property);
    case KAPPA_PROPERTY_INTEGER:
      return is_countable (property) ? make_spin (analysis, property)
                                     : make_entry (analysis, property);
    case KAPPA_PROPERTY_DOUBLE:
    case KAPPA_PROPERTY_STRING:
    case KAPPA_PROPERTY_RANGE:
    default:
      return make_entry (analysis, property);
    }
}

static char *
dup_tooltip (const KappaProperty *property)
{
  g_autofree char *range = kappa_property_describe_range (property);
  GString *text = g_string_new (property->blurb);
  g_autoptr (GEnumClass) klass = NULL;

  text->str[0] = g_ascii_toupper (text->str[0]);
  g_string_append_c (text, '.');
  if (property->type == KAPPA_PROPERTY_ENUM && property->value_blurbs != NULL)
    {
      klass = g_type_class_ref (property->enum_type ());
      for (guint i = 0; i < klass->n_values; i++)
        g_string_append_printf (text, "\n%s: %s", klass->values[i].value_nick,
                                property->value_blurbs[i]);
    }
  else if (property->type != KAPPA_PROPERTY_BOOLEAN)
    g_string_append_printf (text, "\nExpected: %s%s%s.", range,
                            *property->unit != '\0' ? ", in " : "", property->unit);
  g_string_append_printf (text, "\nDefault: %s.  Option: --%s", property->fallback, property->name);
  return g_string_free (text, FALSE);
}

/**
 * kappa_parameter_row_new:
 * @property: one of the analysis'
 *
 * Returns: (transfer floating): a row for a list of preferences; keeps the analysis alive
 */
GtkWidget *
kappa_parameter_row_new (KappaAnalysis *analysis, const KappaProperty *property)
{
  GtkWidget *row = make_row (analysis, property);
  g_autofree char *tooltip = dup_tooltip (property);

  gtk_widget_set_tooltip_text (row, tooltip);
  gtk_widget_set_name (row, property->name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  property->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip,
                                  -1);
  return row;
}
